"""Utterances as frames and numbers of symbols, in three parts, ready to train on."""

import functools
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from seqzoo.datasets.audio.front_end import SMALLEST, FrontEnd
from seqzoo.datasets.audio.pauses import reordered
from seqzoo.datasets.audio.speeds import at_speed
from seqzoo.datasets.audio.utterances import Utterance, features, split_speakers
from seqzoo.datasets.whole import Read
from seqzoo.errors import InputError
from seqzoo.pipeline.batches import batches, plan
from seqzoo.pipeline.drawn import Batch, Drawn, seeded
from seqzoo.pipeline.encoded import Encoded
from seqzoo.pipeline.naive import Naive
from seqzoo.pipeline.prepared import PARTS, ready
from seqzoo.system.files import read_lines, write_lines
from seqzoo.tasks.speech import defaults, naive, symbols, words
from seqzoo.tasks.speech.changes import FRAMES, LABELS, Changes, pauses_of
from seqzoo.tasks.speech.inference import Inference

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

WHERE, TRANSCRIPTS = (
    "where",
    "transcripts",
)  # begin the names of files, one line an utterance


class Utterances(Drawn):
    """Three parts of utterances.

    Args:
        folder: where `prepare` put them.
        seed: of the order of training batches.

    Attributes:
        batch_size: of the training batches.
        changes: what training does to utterances; nothing, unless it is set.
        front_end: makes frames of sound.
        symbols: characters, the blank first.
        encoded: part -> its rows.
    """

    counted = "utterances"

    def __init__(self, folder: Path, seed: int):
        super().__init__(folder)
        self.seed, self.changes = seed, Changes()
        self.front_end = FrontEnd.from_json(self._text["front_end"])
        self.symbols = symbols.load(folder / symbols.FILE)
        self.encoded = {part: Encoded(folder / part) for part in PARTS}
        chosen = defaults.by_size(len(self.encoded["train"]))
        self.batch_size: int = chosen["batch_size"]
        self.stack = 1

    @classmethod
    def prepare(
        cls,
        folder: Path,
        read: Read,
        *,
        validation: float,
        test: float,
        lowercase: bool,
        front_end: FrontEnd,
        speeds: tuple[float, ...],
        seed: int,
    ) -> "Utterances":
        """Split, compute frames and write them, or take what is there.

        Args:
            folder: of the prepared data.
            read: the utterances.
            validation, test: shares of the speakers to hold out, where there is no such part.
            lowercase: transcripts in small letters.
            front_end: makes frames of sound.
            speeds: of further copies of the training part.
            seed: of parts that are held out, and of the order of training batches.

        Raises:
            InputError: on utterances that cannot be read, or too few.
        """

        def write(partial: Path) -> dict[str, Any]:
            parts, told = _parts(read, validation, test, seed)
            begun = beginning(front_end, parts["train"])
            about = _write(partial, parts, begun, lowercase, speeds)
            return about | {"description": f"{read.description}{told}"}

        return cls(ready(folder, write), seed)

    def by_size(self, config: Any) -> dict[str, Any]:
        """See `defaults.by_size`."""
        return defaults.by_size(len(self.encoded["train"]), config.begin_with)

    def plan(self, epoch: int) -> list[Batch]:
        """The training batches of an epoch, utterances of like length together.

        In easy epochs the shortest come first (Amodei et al. 2016, "Deep Speech 2", section 3.2).
        """
        lengths = self.encoded["train"].lengths
        planned = plan(lengths, self.batch_size, self.seed, epoch)
        if epoch < self.changes.easy_epochs:
            planned.sort(key=lambda rows: int(lengths[rows].max()))
        return seeded(planned, self.seed, epoch)

    def batches(self, planned: list[Batch]) -> "tf.data.Dataset":
        """Batches of frames, lengths, symbols and their numbers; see `arrays`."""
        return batches(
            lambda: (self.arrays(each) for each in planned),
            ((None, None, self.front_end.size), "float32"),
            ((None,), "int32"),
            ((None, None), "int32"),
            ((None,), "int32"),
        )

    def arrays(self, batch: Batch) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """A training batch, its utterances changed as `changes` says.

        Returns:
            frames float32 (batch, time, features), zeros on the right; lengths int32 (batch,); symbols int32
            (batch, most), zeros on the right; their numbers int32 (batch,).
        """
        train = self.encoded["train"]
        found = train.rows(batch.rows, 1)
        frames, labels, lengths = found[FRAMES], found[LABELS], train.lengths[batch.rows]
        counts = (labels != symbols.BLANK).sum(1, np.int32)
        _, epoch, *_ = batch.draw
        if epoch >= self.changes.easy_epochs:
            draw = np.random.default_rng(batch.draw)
            for row, number in enumerate(batch.rows):
                length, count = lengths[row], counts[row]
                frames[row, :length], labels[row, :count] = self._changed(
                    frames[row, :length], labels[row, :count], self.pauses[number], draw
                )
        return frames, lengths, labels, counts

    def _changed(
        self,
        frames: np.ndarray,
        labels: np.ndarray,
        pauses: np.ndarray | None,
        draw: np.random.Generator,
    ) -> tuple[np.ndarray, np.ndarray]:
        """An utterance as training reads it: frames (time, features), symbols (symbols,)."""
        if pauses is not None and draw.random() < self.changes.reorder:
            space = self.symbols.index(symbols.SPACE)
            frames, labels = reordered(frames, labels, pauses, space, draw)
        return self.changes.disturbed(frames, 1 + self.front_end.deltas, draw), labels

    @functools.cached_property
    def pauses(self) -> list[np.ndarray | None]:
        """Of each training utterance, where it may be cut between words; None: its words stay in order."""
        train = self.encoded["train"]
        if not self.changes.reorder or symbols.SPACE not in self.symbols:
            return [None] * len(train)
        return pauses_of(train, self.front_end, self.symbols.index(symbols.SPACE))

    def utterances(self, part: str) -> list[np.ndarray]:
        """The frames of a part's utterances, float32 (time, features) each."""
        return list(self.encoded[part].each(FRAMES))

    def transcripts(self, part: str) -> list[str]:
        """The transcripts of a part's utterances."""
        return read_lines(self.folder / f"{part}.{TRANSCRIPTS}")

    def infer(self, model: "keras.Model") -> Inference:
        """A model of this data, ready to answer."""
        from seqzoo import models
        from seqzoo.training.running import KerasNetwork

        (network,) = models.parts(model).values()
        return Inference(KerasNetwork(network), self.stack)

    @functools.cached_property
    def constant(self) -> str:
        """The most frequent transcript of the training part."""
        return naive.most_frequent(self.transcripts("train"))

    def naive_answers(self, part: str) -> list[Naive]:
        """What the most frequent transcript scores on a part."""
        return naive.answers(self.transcripts(part), self.constant)

    def save(self, folder: Path, model: "keras.Model") -> None:
        """Write symbols, n-grams of the training's words and the naive answer beside the network."""
        symbols.save(folder / symbols.FILE, self.symbols)
        words.count(folder / words.FILE, self.transcripts("train"))
        write_lines(folder / naive.FILE, [self.constant])

    def check_steps(self, stack: int) -> None:
        """Refuse transcripts that need more steps than their sound has, of `stack` frames each.

        CTC needs a step for each symbol, and a blank between two of a kind.

        Raises:
            InputError: naming the first file.
        """
        self.stack = stack
        for part in PARTS:
            encoded = self.encoded[part]
            wheres = read_lines(self.folder / f"{part}.{WHERE}")
            for row, length in enumerate(encoded.lengths.tolist()):
                labels = encoded.rows(np.array([row]), 1, [LABELS])[LABELS][0]
                needed = symbols.steps_needed(labels.tolist())
                if needed > -(-length // stack):
                    raise InputError(
                        f"{wheres[row]}: expected at least {needed} steps for its transcript of "
                        f"{len(labels)} symbols; {length} frames are {-(-length // stack)} of --stack {stack}"
                    )


def beginning(front_end: FrontEnd, train: Sequence[Utterance]) -> FrontEnd:
    """A front end whose running means and deviations begin with those of the training part."""
    if front_end.normalize != "running":
        return front_end
    plain = replace(front_end, normalize="none")
    count, sums, squares = 0, np.zeros(plain.size), np.zeros(plain.size)
    for each in train:
        frames = features(each, plain).astype(np.float64)  # (time, size)
        count += len(frames)
        sums += frames.sum(0)
        squares += (frames**2).sum(0)
    means = sums / count
    deviations = np.sqrt(np.maximum(squares / count - means**2, SMALLEST**2))
    return replace(
        front_end, means=tuple(means.tolist()), deviations=tuple(deviations.tolist())
    )


def _parts(
    read: Read, validation: float, test: float, seed: int
) -> tuple[dict[str, list[Utterance]], str]:
    """All three parts, and what the description says of them."""
    parts = {part: each for part, each in read.parts.items() if each}
    if "train" not in parts:
        raise InputError(
            f"{read.description}: expected training utterances; there are none"
        )
    shares = {"test": test, "validation": validation}
    held, whole = [part for part in shares if part not in parts], True
    for place, part in enumerate(held):
        halves = split_speakers(parts["train"], shares[part], seed + place)
        parts["train"], parts[part] = halves
        whole = whole and halves.by_speakers
    if not held:
        return parts, ""
    if whole:
        return parts, f"; {' and '.join(held)}: speakers who are in no other part"
    print("speakers are not known: those of one part may be in another, too", flush=True)
    return parts, f"; {' and '.join(held)}: utterances, perhaps of the same speakers"


def _write(
    folder: Path,
    parts: dict[str, list[Utterance]],
    front_end: FrontEnd,
    lowercase: bool,
    speeds: Sequence[float],
) -> dict[str, Any]:
    """Write parts and symbols; returns what `ready` asks for, but the description."""
    texts = {
        part: [symbols.normal(each.transcript, lowercase) for each in parts[part]]
        for part in PARTS
    }
    signs = symbols.symbols_of(texts["train"])
    if len(signs) == 1:
        raise InputError("expected transcripts; those of the training part are empty")
    symbols.save(folder / symbols.FILE, signs)

    sizes = {}
    for part in PARTS:
        rates = (1.0, *speeds) if part == "train" else (1.0,)
        rows = _rows(parts[part], _known(texts[part], signs), signs, front_end, rates)
        sizes[part] = len(Encoded.write(folder / part, rows, FRAMES))
        several = len(rates)
        write_lines(folder / f"{part}.{TRANSCRIPTS}", texts[part])
        wheres = [each.where for each in parts[part] for _ in range(several)]
        write_lines(folder / f"{part}.{WHERE}", wheres)
    about = {"front_end": asdict(front_end), "lowercase": lowercase}
    return {"text": about, "sizes": sizes | {"symbols": len(signs)}}


def _known(texts: Sequence[str], signs: Sequence[str]) -> list[str]:
    """Transcripts without the characters that the training part has not; errors are counted on all."""
    known = ["".join(sign for sign in text if sign in signs) for text in texts]
    left = sum(map(len, texts)) - sum(map(len, known))
    if left:
        print(f"{left:,} characters are in no transcript of the training part", flush=True)
    return known


def _rows(
    utterances: Sequence[Utterance],
    texts: Sequence[str],
    signs: Sequence[str],
    front_end: FrontEnd,
    rates: Sequence[float],
) -> Iterator[dict[str, Any]]:
    """Frames and symbols of each utterance, at each speed."""
    for each, text in zip(utterances, texts, strict=True):
        labels = symbols.numbers(text, signs, each.where)
        for rate in rates:
            yield {FRAMES: features(at_speed(each, rate), front_end), LABELS: labels}
