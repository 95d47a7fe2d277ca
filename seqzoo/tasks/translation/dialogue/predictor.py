"""Use a trained model that answers turns."""

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from seqzoo.errors import InputError
from seqzoo.tasks.arguments import length
from seqzoo.tasks.translation.inference import Translation
from seqzoo.tasks.translation.options import SearchOptions
from seqzoo.tasks.translation.predictor import Translator
from seqzoo.text import turns


class Talker(Translator):
    """A model that answers; answers have `text`, `answer`, `log_prob`, `score` and `familiarity`.

    A text has the turns of a talk, the oldest first, with tabs between; of many the last are read. With the
    option `n_best` above 1, `answers` has the others, too: of a search best first, of draws in their order.

    Attributes:
        turns: how many are read of a talk.
    """

    TEXT: ClassVar[dict] = {**Translator.TEXT, "context": length}
    ANSWER: ClassVar[str] = "answer"
    ANSWERS: ClassVar[str] = "answers"

    @property
    def turns(self) -> int:
        """How many turns of a talk are read."""
        return self.config["text"]["context"]

    def reply(self, talk: Sequence[str], **given: Any) -> dict[str, Any]:
        """The answer to a talk; see `predict`.

        Args:
            talk: its turns, the oldest first.
            given: options of the answer.

        Raises:
            InputError: if there is no turn, or the last one is blank; on unusable options.
        """
        if not talk or not talk[-1].strip():
            raise InputError("turns: expected something said; the last one is blank")
        return self.predict(
            turns.TAB.join(" ".join(each.split()) for each in talk), **given
        )

    def encode(self, item: str, where: str) -> np.ndarray:
        """Ids of the last turns, int32 (time,), `</s>` at the end.

        Raises:
            InputError: see `Translator.encode`.
        """
        return super().encode(turns.of_line(item, self.turns), where)

    def best(
        self, items: Sequence[tuple[str, np.ndarray]], options: SearchOptions
    ) -> list[list[Translation]]:
        """The answers to talks, given with their ids; see `Translator.best`."""
        read = [(turns.of_line(text, self.turns), ids) for text, ids in items]
        return super().best(read, options)
