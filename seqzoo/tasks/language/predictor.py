"""Use a trained language model: say how likely texts are, and write on."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from seqzoo import lazy
from seqzoo.artifact.folder import Artifact
from seqzoo.datasets import Passage, running
from seqzoo.datasets.reading.settings import Form
from seqzoo.decoding.bounds import DEMAND_STEPS
from seqzoo.decoding.constraints_texts import Wanted
from seqzoo.decoding.tokens import NetworkTokens
from seqzoo.engine import for_groups
from seqzoo.errors import InputError
from seqzoo.tasks.arguments import one_of, truth
from seqzoo.tasks.continuations import Continuations
from seqzoo.tasks.familiarity import FIELD, Familiarity, known_share
from seqzoo.tasks.language import demanded, naive, writing
from seqzoo.tasks.language.adaptation import Cache, Dynamic
from seqzoo.tasks.language.inference import Reading
from seqzoo.tasks.options import Options
from seqzoo.tasks.predictor import Predictor
from seqzoo.tasks.samples import made_texts, words_of
from seqzoo.text.running import END, LINE_BREAK, UNITS, Unit
from seqzoo.text.vocabulary import EOS, SPECIAL, UNK, Vocabulary

if TYPE_CHECKING:
    import keras

# It is a class of these, and so imports them.
__getattr__, __dir__ = lazy.names(
    __name__, lazy.places("seqzoo.tasks.language.verse.predictor", "Verse")
)

ROW = 64  # tokens of a row of running text, for `doctor`


class LanguageModel(Predictor):
    """A language model, which measures texts and writes.

    An answer has `text`, `tokens`, their `surprisals` in bits, `log_prob` (of all of them, in nats),
    `perplexity` and `familiarity`. A text begins behind the end of another one. Of words its end, `</s>`,
    is the last token.

    Args:
        folder: an artifact of this task.

    Attributes:
        model: the `keras.Model`: tokens and states in, logits, features and states out.
        reading: reads ids by the model's network.
        unit, vocabulary, config: how texts become ids, and every setting of the training.
    """

    BUILDER: ClassVar[str] = "language_model"
    TEXT: ClassVar[dict] = {"unit": one_of(UNITS), "lowercase": truth}

    def __init__(self, folder: Path | Artifact):
        super().__init__(folder)
        self.unit = Unit(self.config["text"]["unit"], self.config["text"]["lowercase"])
        self.vocabulary = Vocabulary.load(
            self.artifact.path("vocabulary.txt"), self.arguments["vocab_size"]
        )
        self.reading = Reading(self.network(), len(self.vocabulary))
        where = str(self.artifact.path("config.json"))
        self.familiarity = Familiarity(self.config["text"], where)

    @property
    def model(self) -> keras.Model:
        """The network in Keras for batches of any size, states in and out."""
        return self.networks["model"]

    @functools.cached_property
    def baselines(self) -> list[naive.Counted]:
        """The naive answers that its scores stand beside, as far as the artifact has them.

        Raises:
            InputError: if a file of theirs is refused.
        """
        return [
            naive.Counted.load(name, self.artifact.path(file), len(self.vocabulary))
            for name, file in naive.FILES.items()
            if file in self.artifact.names
        ]

    def encode(self, item: str, where: str) -> np.ndarray:
        """Ids of a text, int32 (time,); of words with `</s>` at the end.

        Raises:
            InputError: if it has no token; `where` begins the message.
        """
        tokens = self.unit.tokens(item)
        if not tokens:
            raise InputError(f"{where}: the text is {'blank' if item else 'empty'}")
        if self.unit.name != "character":
            tokens = [*tokens, END]
        return self.vocabulary.encode(tokens)

    def answers(
        self, items: Sequence[tuple[str, np.ndarray]], options: Options
    ) -> list[dict[str, Any]]:
        """How likely texts are, given with their ids; those of like length are read together."""
        answers: dict[int, dict[str, Any]] = {}  # place -> answer

        def measure(rows: list[int]) -> None:
            every = self.reading.texts([items[row][1] for row in rows])
            for row, losses in zip(rows, every, strict=True):
                answers[row] = self._answer(*items[row], losses)

        for_groups(self.reading.network, measure, [len(ids) for _, ids in items])
        return [answers[row] for row in range(len(items))]

    def _answer(self, text: str, ids: np.ndarray, losses: np.ndarray) -> dict[str, Any]:
        """The answer to a text, of the losses of its tokens in nats, float32 (time,)."""
        total = float(losses.sum(dtype=np.float64))
        return {
            "text": text,
            "tokens": self.vocabulary.decode(ids),
            "surprisals": [round(bits, 4) for bits in (losses / np.log(2)).tolist()],
            "log_prob": -total,
            "perplexity": float(np.exp(total / len(ids))),
            FIELD: self.familiarity.of(self._known(ids), -total / len(ids)),
        }

    def _known(self, ids: np.ndarray) -> float:
        """The share of a text's ids, int32 (time,), that are known; the `</s>` of words does not count."""
        return known_share(ids if self.unit.name == "character" else ids[:-1])

    def to_plain(self, answer: dict[str, Any]) -> str:
        """The log-probability in nats alone."""
        return f"{answer['log_prob']:.4f}"

    def ids(self, passages: Iterable[Passage], where: str = "text") -> np.ndarray:
        """Ids of running text, int32 (time,), as in training.

        Raises:
            InputError: if there is no text; `where` begins the message.
        """
        lines = (
            line
            for passage in passages
            for line in self.unit.lines(passage.text, passage.last)
        )
        ids = [self.vocabulary.encode(line) for line in lines]
        if not ids:
            raise InputError(f"{where}: expected text; there is none")
        return np.concatenate(ids)

    def losses(
        self, ids: np.ndarray, cache: Cache | None = None, dynamic: Dynamic | None = None
    ) -> Iterator[np.ndarray]:
        """The negative log-probability in nats of each token of a stream, float (steps,) at a time.

        Args:
            ids: int32 (time,).
            cache, dynamic: how the model is helped with what it has just read; one of them, or neither.

        Raises:
            InputError: on settings out of range, or both.
        """
        for helped in (cache, dynamic):
            if helped is not None:
                helped.check()
        if cache is not None and dynamic is not None:
            raise InputError("cache and dynamic: expected one of them")
        if dynamic is not None:
            return dynamic.applied(self.model, ids)
        chunks = self.reading.chunks(ids)
        if cache is not None:
            return cache.applied(chunks)
        return (chunk.losses[0] for chunk in chunks)

    def continuations(self) -> Continuations:
        """What follows what; a line begins behind the end of another one.

        Lines of characters end with a line break, if the training's texts had one.
        """
        words, first = self.vocabulary.tokens, self.reading.first_states(1)
        of_characters, mark = self.unit.name == "character", END
        if of_characters and LINE_BREAK in words:
            mark = LINE_BREAK
            _, first = self.reading.following(EOS, first)
        tokens = NetworkTokens(self.reading.following, first, len(words))
        return Continuations(
            tokens, words, of_characters, self.unit.lowercase, mark, mark, SPECIAL[UNK]
        )

    def generate(
        self,
        prompt: str = "",
        *,
        length: int = 200,
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float | None = None,
        seed: int | None = None,
        unknown: bool = False,
        pattern: str | None = None,
        keyword: str | None = None,
        forbid: str | None = None,
        demand_steps: int = DEMAND_STEPS,
        beam: int | None = None,
    ) -> Iterator[str]:
        """Write on, piece by piece: joined, the pieces are the continuation of the prompt.

        Args:
            prompt: the text's beginning; empty: the text begins behind the end of another one.
            length: tokens to draw.
            temperature, top_k, top_p: see `seqzoo.decoding.sample`.
            seed: the same one gives the same text; None: another each time.
            unknown: whether `<unk>` may be drawn.
            pattern, keyword, forbid: what the continuation is to be, see
                `seqzoo.decoding.constraints_texts.Wanted`; of words it has a space between tokens. It is then
                written to its end, `</s>`, within `length` tokens.
            demand_steps: that they may take; see `Wanted`.
            beam: beginnings kept by a search for the likeliest continuation with its end; None: draw it.

        Raises:
            InputError: on a number out of its range, a prompt that is no text, or demands that clash.
        """
        draws = writing.Draws(length, temperature, top_k, top_p, seed, unknown)
        draws.check()
        writing.check_prompt(prompt)
        tokens = writing.beginning(prompt, self.unit)
        wanted = Wanted(pattern, keyword, forbid, demand_steps)
        if wanted or beam is not None:
            writer = demanded.Writer(self.reading, self.unit, self.vocabulary)
            return writer.pieces(tokens, draws, wanted, beam)
        return writing.pieces(self.reading, self.unit, self.vocabulary, tokens, draws)

    def unknown(self, text: str) -> list[str]:
        """The tokens of a text that the model reads as `<unk>`."""
        tokens = writing.beginning(text, self.unit)
        ids = self.vocabulary.encode(tokens)
        return [token for token, id in zip(tokens, ids, strict=True) if id == UNK]

    def unread(self, given: dict[str, Any]) -> dict[str, list[str]]:
        """What of a text's beginning the model reads as `<unk>`, by the option that it stands in.

        Args:
            given: what was given, `prompt` among it.
        """
        return {"prompt": self.unknown(given.get("prompt", ""))}

    def samples(self, count: int, longest: int) -> list[str]:
        """Texts of known tokens in no order, of at most `longest` each."""
        return made_texts(words_of(self.vocabulary), count, longest, self.unit.name)

    def network_rows(
        self, path: Path, asked: Form | None = None
    ) -> Iterator[dict[str, np.ndarray]]:
        """`tokens`, ids int32 (time,), of rows of a file's first passage.

        All are of one length: the states go on from row to row, so there must be no padding.

        Raises:
            InputError: if there is no text in the file.
        """
        encoding = None if asked is None else asked.encoding
        if asked is not None and (asked.delimiter or asked.columns or asked.places):
            raise InputError(
                "--data: running text has no columns; expected --encoding alone"
            )
        passages = itertools.islice(running.read(path, encoding), 1)
        ids = self.ids(passages, str(path))
        steps = min(len(ids), ROW)
        for start in range(0, len(ids) - steps + 1, steps):
            yield {"tokens": ids[start : start + steps]}

    def batch(self, path: Path, asked: Form | None = None) -> dict[str, np.ndarray]:
        """`tokens`, the first of a file, int32 (rows, time), and states of zero, float32 (rows, size).

        Raises:
            InputError: if there is no text in the file.
        """
        batch = super().batch(path, asked)
        return batch | self.reading.first_states(len(batch["tokens"]))
