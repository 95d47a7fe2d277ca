"""Use a trained recognizer: the words of a sound."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from seqzoo.artifact import Artifact
from seqzoo.datasets.audio.front_end import FrontEnd
from seqzoo.datasets.audio.pauses import sounding
from seqzoo.datasets.audio.utterances import features
from seqzoo.datasets.reading.settings import Form
from seqzoo.decoding.ctc import text, words
from seqzoo.errors import InputError
from seqzoo.pipeline.encoded import padded_steps
from seqzoo.system.files import read_lines
from seqzoo.tasks.inputs import Audio
from seqzoo.tasks.predictor import Predictor
from seqzoo.tasks.speech import corpora, naive, symbols
from seqzoo.tasks.speech.form import SOUND, frames_of
from seqzoo.tasks.speech.inference import FRAMES, LENGTHS, Inference
from seqzoo.tasks.speech.options import AnswerOptions
from seqzoo.tasks.speech.search import Search
from seqzoo.tasks.speech.stream import Stream
from seqzoo.tasks.speech.words import FILE

if TYPE_CHECKING:
    from seqzoo.diagnosis import Finding

ROWS = 32  # utterances of a file, for `doctor`
LEAST = 0.02  # probability of a symbol that is told anywhere


class Recognizer(Predictor):
    """A recognizer of speech.

    An answer has `transcript` and `words`, each with `word`, `start` and `end` in seconds, and `confidence`,
    the geometric mean of its symbols' probabilities; with the option `posteriors` also `posteriors`.

    Args:
        folder: an artifact of this task.

    Attributes:
        front_end: makes frames of sound.
        symbols: characters, the blank first.
        stack: frames of a step.
        inference: the network on frames.
        search: finds transcripts.
        constant: the most frequent transcript of the training.
    """

    READS: ClassVar[tuple[str, ...]] = ("audio",)
    BUILDER: ClassVar[str] = "recognizer"
    IN_JSON: ClassVar[tuple[str, ...]] = ("posteriors",)
    TEXT: ClassVar[dict] = SOUND

    def __init__(self, folder: Path | Artifact):
        super().__init__(folder)
        self.front_end = FrontEnd.from_json(self.config["text"]["front_end"])
        count = self.arguments["vocab_size"]
        self.symbols = symbols.load(self.artifact.path(symbols.FILE), count)
        if self.front_end.size != self.arguments["num_features"]:
            raise InputError(
                f"{self.artifact.path('config.json')}: front_end: expected "
                f"{self.arguments['num_features']} features a frame; got {self.front_end.size}"
            )
        self.stack: int = self.arguments["stack"]
        self.inference = Inference(self.network(), self.stack)
        self.search = Search(self.symbols, self.artifact.path(FILE))
        (self.constant,) = read_lines(self.artifact.path(naive.FILE), 1)

    @property
    def seconds(self) -> float:
        """How long a step is."""
        return self.stack * self.front_end.hop

    def predict(self, items: Any, **given: Any) -> Any:
        """Answer sounds: one `Audio` has one answer; see `Predictor.predict`."""
        if isinstance(items, Audio):
            return super().predict([items], **given)[0]
        return super().predict(items, **given)

    def encode(self, item: Audio, where: str) -> np.ndarray:
        """The frames of a sound, float32 (time, features).

        Raises:
            InputError: see `frames_of`.
        """
        return frames_of(item, self.front_end, where)

    def answers(
        self, items: Sequence[tuple[Audio, np.ndarray]], options: AnswerOptions
    ) -> list[dict[str, Any]]:
        """The words of sounds, given with their frames."""
        frames = [each for _, each in items]
        rows = self.inference(frames)
        return [
            self._answer(row, self._sounding(each), options)
            for row, each in zip(rows, frames, strict=True)
        ]

    def _sounding(self, frames: np.ndarray) -> np.ndarray | None:
        """Which steps are no silence, of frames (time, features) -> bool (steps,).

        None: all may have a symbol. A network of a single direction emits none before it hears it, and a
        stream does not know what will be loud.
        """
        if self.inference.states:
            return None
        return sounding(self.front_end.loudness(frames), self.front_end.hop, self.stack)

    def _answer(
        self, log_probs: np.ndarray, loud: np.ndarray | None, options: AnswerOptions
    ) -> dict[str, Any]:
        """The answer to float32 (steps, symbols)."""
        labels = self.search(log_probs, options)
        answer: dict[str, Any] = {
            "transcript": text(labels, self.symbols),
            "words": words(labels, self.symbols, self.seconds, loud),
        }
        if options.posteriors:
            answer["posteriors"] = self._posteriors(log_probs)
        return answer

    def _posteriors(self, log_probs: np.ndarray) -> dict[str, Any]:
        """The probabilities of symbols that are likely anywhere, by step; the blank is an empty string."""
        probabilities = np.exp(log_probs)  # (steps, symbols)
        likely = np.flatnonzero(probabilities.max(axis=0) >= LEAST)
        return {
            "seconds_per_step": self.seconds,
            "symbols": [self.symbols[place] for place in likely],
            "values": np.round(probabilities[:, likely].astype(float), 3).tolist(),
        }

    def stream(self) -> Stream:
        """Takes a sound in pieces and gives the words so far.

        Raises:
            InputError: if the network reads from both ends, or frames are normalized by the whole utterance.
        """
        return Stream(self)

    def to_plain(self, answer: dict[str, Any]) -> str:
        """The transcript."""
        return answer["transcript"]

    def effort(self, options: AnswerOptions) -> float:
        """How many times the usual it takes to answer: a search looks at each of its prefixes."""
        return 1.0 + options.beam_size / 4 * (options.beam_size > 1)

    def about(self) -> dict[str, Any]:
        """`symbols`, those of transcripts, and `rate`, to which sounds are resampled."""
        return {"symbols": self.symbols[1:], "rate": self.front_end.rate}

    def samples(self, count: int, longest: int) -> list[Audio]:
        """Made sounds: tones that rise and fall, with noise; `longest` steps at most."""
        draw = np.random.default_rng(0)
        return [self._sample(draw, max(longest, 2)) for _ in range(count)]

    def _sample(self, draw: np.random.Generator, longest: int) -> Audio:
        rate = self.front_end.rate
        steps = int(draw.integers(2, longest + 1))
        size = self.front_end.window_samples + round(steps * self.seconds * rate)
        octaves = draw.normal(0, 0.005, size).cumsum().clip(-1.5, 1.5)
        pitch = 200 * 2**octaves
        wave = np.sin(2 * np.pi * np.cumsum(pitch) / rate) * draw.uniform(0.05, 0.3)
        wave += draw.normal(0, 0.01, size)
        return Audio(wave[:, None].astype(np.float32), rate)  # (samples,) -> (samples, 1)

    def network_rows(
        self, path: Path, asked: Form | None = None
    ) -> Iterator[dict[str, np.ndarray]]:
        """Each utterance of a file or folder, as the network takes it, for `seqzoo doctor --data`."""
        self.refuse_form(asked)
        for each in corpora.every(path):
            frames = features(each, self.front_end)
            yield {FRAMES: frames, LENGTHS: np.array(len(frames), np.int32)}

    def batch(self, path: Path, asked: Form | None = None) -> dict[str, np.ndarray]:
        """The first utterances of a file, as the network takes them; see `network_rows`."""
        rows = []
        for row in self.network_rows(path, asked):
            rows.append(row[FRAMES])
            if len(rows) == ROWS:
                break
        frames, lengths = padded_steps(rows)
        return {FRAMES: frames, LENGTHS: lengths, **self.inference.first_states(len(rows))}

    def sicknesses(self, path: Path, asked: Form | None = None) -> list["Finding"]:
        """What is wrong with the answers to a file; see `diagnosis`."""
        from seqzoo.tasks.speech.diagnosis import findings

        return list(findings(self, path))

    def table(self, answer: dict[str, Any]) -> tuple[list[str], list[list[Any]]]:
        """An answer as a table with a row a word: names of columns, and rows."""
        names = ["word", "start", "end", "confidence"]
        return names, [[each[name] for name in names] for each in answer["words"]]
