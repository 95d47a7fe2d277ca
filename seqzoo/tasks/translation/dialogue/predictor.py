"""Use a trained model that answers turns."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from seqzoo.datasets import dialogue
from seqzoo.datasets.reading.settings import Form
from seqzoo.errors import InputError
from seqzoo.tasks.arguments import length
from seqzoo.tasks.translation.inference import Translation, check_length
from seqzoo.tasks.translation.options import SearchOptions
from seqzoo.tasks.translation.predictor import Translator
from seqzoo.text import turns
from seqzoo.text.vocabulary import BOS, EOS

if TYPE_CHECKING:
    from seqzoo.diagnosis import Finding


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
        said = [" ".join(each.replace(turns.TURN, " ").split()) for each in talk]
        if not said or not said[-1]:
            raise InputError("turns: expected something said; the last one is blank")
        return self.predict(turns.TAB.join(said), **given)

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

    def network_rows(
        self, path: Path, asked: Form | None = None
    ) -> Iterator[dict[str, np.ndarray]]:
        """`source` and `target`, ids (time,), of the answers in a file of dialogues.

        Raises:
            InputError: if the file can't be read, or turns are too long.
        """
        encoding = None if asked is None else asked.encoding
        for pair in dialogue.replies(dialogue.read(path, encoding), self.turns):
            source = self.translating.encode(pair.source)
            check_length(source, pair.where)
            target = self.translating.target.encode(pair.target)
            yield {"source": source, "target": np.array([BOS, *target, EOS])}

    def sicknesses(self, path: Path, asked: Form | None = None) -> list["Finding"]:
        """One answer for all, loops, and what was said said again; see `diagnosis`."""
        from seqzoo.tasks.translation.dialogue.diagnosis import findings

        return list(findings(self, path, None if asked is None else asked.encoding))
