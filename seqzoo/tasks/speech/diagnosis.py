"""What may be wrong with the transcripts of utterances: CTC's own sicknesses."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from seqzoo.datasets.audio.utterances import Utterance, features
from seqzoo.decoding.ctc import greedy, text
from seqzoo.diagnosis.result import Finding
from seqzoo.tasks.speech import corpora, symbols

if TYPE_CHECKING:
    from seqzoo.tasks.speech.predictor import Recognizer

MOST = 200  # utterances that are looked at
FEW = 8  # utterances, below which one transcript for all says little
MEAN, DEVIATION = 0.5, (0.3, 3.0)  # of features: how far from 0, and from where to where


class Looked(NamedTuple):
    """Utterances, their frames, what the network says of them, and the transcripts."""

    utterances: Sequence[Utterance]
    frames: Sequence[np.ndarray]
    log_probs: Sequence[np.ndarray]
    given: Sequence[str]


def findings(predictor: "Recognizer", path: Path) -> Iterator[Finding]:
    """What is wrong with the answers to utterances.

    Args:
        predictor: a `Recognizer`.
        path: as the training's `--data`, or a file of sound.

    Raises:
        InputError: on files that cannot be read.
    """
    utterances = corpora.every(path)[:MOST]
    frames = [features(each, predictor.front_end) for each in utterances]
    log_probs = predictor.inference(frames)
    given = [text(greedy(row), predictor.symbols) for row in log_probs]
    looked = Looked(utterances, frames, log_probs, given)
    yield from normalized(looked)
    yield from too_few_frames(predictor, looked)
    yield from transcripts(looked)


def normalized(looked: Looked) -> Iterator[Finding]:
    """Whether features have about mean 0 and deviation 1."""
    every = np.concatenate(looked.frames)
    mean, deviation = np.abs(every.mean(axis=0)).max(), every.std(axis=0)
    low, high = DEVIATION
    found = (
        f"features: means up to {mean:.2g} from 0, deviations from {deviation.min():.2g} to "
        f"{deviation.max():.2g}"
    )
    if mean <= MEAN and low <= deviation.min() and deviation.max() <= high:
        yield Finding("ok", "values", "frames", found)
        return
    yield Finding(
        "warning", "values", "frames",
        f"{found}: they are not normalized",
        "train with --normalize utterance, or running for a stream: large numbers are learned from slowly",
    )  # fmt: skip


def too_few_frames(predictor: "Recognizer", looked: Looked) -> Iterator[Finding]:
    """Whether transcripts have more symbols than their sounds have steps."""
    if not any(each.transcript for each in looked.utterances):
        yield Finding(
            "note", "batch", "frames",
            "the sounds have no transcripts: whether they have steps enough for them is not known",
            "put x.txt beside x.wav, or give a table of paths and transcripts",
        )  # fmt: skip
        return
    lowercase = predictor.config["text"]["lowercase"]
    short = []
    for each, row in zip(looked.utterances, looked.log_probs, strict=True):
        transcript = symbols.normal(each.transcript, lowercase)
        needed = symbols.steps_needed(transcript)
        if needed > len(row):
            short.append(f"{each.where}: {len(row)} steps, {needed} needed")
    if not short:
        return
    yield Finding(
        "warning", "batch", "frames",
        f"too few steps for the transcript in {len(short)} of {len(looked.given)}: {short[0]}",
        f"CTC needs a step for each symbol: train with a --stack below {predictor.stack}",
    )  # fmt: skip


def transcripts(looked: Looked) -> Iterator[Finding]:
    """Whether there is anything but blanks, and more than one transcript."""
    count = len(looked.given)
    blank = float(np.mean([np.exp(row[:, 0]).mean() for row in looked.log_probs]))
    if not any(looked.given):
        yield Finding(
            "warning", "answers", "model",
            f"all blanks: each of {count:,} transcripts is empty; the blank has a mean of {blank:.3f}",
            "early in a training this is usual: train longer, or at another --learning-rate; see whether the "
            "features are normalized",
        )  # fmt: skip
    elif count < FEW:
        found = f"{count} utterances are too few to tell whether one transcript is given for all"
        yield Finding("note", "answers", "model", found)
    elif len(set(looked.given)) == 1:
        yield Finding(
            "warning", "answers", "model",
            f"one transcript for all: each of {count:,} utterances is {looked.given[0][:60]!r}",
            "the network has learned which symbols are frequent, and hears nothing: train longer, at another "
            "--learning-rate; see whether sounds and transcripts belong together",
        )  # fmt: skip
    else:
        empty = sum(not each for each in looked.given)
        found = (
            f"{len(set(looked.given)):,} different transcripts of {count:,} utterances, {empty} of them "
            f"empty; the blank's mean probability is {blank:.3f}"
        )
        yield Finding("ok", "answers", "model", found)
