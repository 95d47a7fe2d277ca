"""The naive answers beside a language model's perplexity: each token by its frequency, and n-grams.

Both are counted on the training part alone and read the tokens that the network reads, unknown ones too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from seqzoo.decoding import kneser_ney
from seqzoo.decoding.ngram import NGram
from seqzoo.errors import InputError
from seqzoo.pipeline.naive import Naive
from seqzoo.pipeline.stream import Stream
from seqzoo.tasks.language.inference import scores
from seqzoo.text.vocabulary import EOS

BASELINES = ("ngram", "none")
UNIGRAM, NGRAM = "unigram", "ngram"  # begin the names of figures
TITLES = {
    UNIGRAM: "each token by its frequency",
    NGRAM: "the n-gram model",
}
FILES = {UNIGRAM: "unigrams.bin", NGRAM: "ngrams.bin"}
TOKENS, CHARACTERS = 3, 6  # of the longest n-grams
MOST_TOKENS = 10_000_000  # counted: a minute at most, some 2 GB
MANY_TOKENS = 1_000_000  # counting them takes seconds
MOST_KEPT = 100_000  # n-grams in the artifact: some 2 MB
NONE_KEPT = "the artifact holds none"
FORMAT = 1
LARGEST_HEAD = 4096  # bytes of the first line


class Counted:
    """A naive answer that was counted.

    Args:
        name: `UNIGRAM` or `NGRAM`.
        model: the n-grams.
        about: how it answers.
    """

    def __init__(self, name: str, model: NGram, about: str):
        self.name, self.model, self.about = name, model, about

    def scores(self, ids: np.ndarray, unit: str) -> Naive:
        """What it scores on a stream of ids, int32 (time,), of tokens of a unit."""
        loss = float(self.model.losses(ids, EOS).mean())
        figures = scores(loss, unit)
        figures.pop("loss")
        return Naive(self.name, TITLES[self.name], self.about, figures)

    @property
    def is_kept(self) -> bool:
        """Whether it is small enough to lie in the artifact."""
        return self.name == UNIGRAM or len(self.model.keys) <= MOST_KEPT

    def save(self, path: Path) -> None:
        """Write a line of JSON, then keys (int64), and log p and log b (float32), of all n-grams."""
        model = self.model
        head = {"format": FORMAT, "about": self.about, "lengths": model.lengths}
        longer = model.keys[model.size :].astype("<i8")  # those of single tokens are known
        numbers = np.stack([model.log_probs[1:], model.backoffs[1:]]).astype("<f4")
        path.write_bytes(
            json.dumps(head).encode() + b"\n" + longer.tobytes() + numbers.tobytes()
        )

    @classmethod
    def load(cls, name: str, path: Path, size: int) -> Counted:
        """Read what `save` wrote; nothing is allocated before its size is known to fit.

        Args:
            name: see the class.
            path: the file.
            size: ids of the vocabulary.

        Raises:
            InputError: if it is no such file, or one of another vocabulary.
        """
        head, body = _parts(path)
        lengths: Any = head.get("lengths")
        if not _are_lengths(lengths, size) or not isinstance(head.get("about"), str):
            raise InputError(f"{path}: expected n-grams of {size:,} tokens")
        count = sum(lengths)
        expected = 8 * (count - size) + 8 * count
        if len(body) != expected:
            raise InputError(
                f"{path}: expected {expected:,} bytes behind the first line; got {len(body):,}"
            )
        longer = np.frombuffer(body, "<i8", count - size)
        numbers = np.frombuffer(body, "<f4", offset=8 * len(longer)).reshape(2, count)
        if not np.isfinite(numbers).all() or (numbers[0] > 0).any():
            raise InputError(f"{path}: expected logarithms of probabilities")
        keys = np.concatenate([np.arange(size), longer])
        try:
            return cls(name, NGram(size, lengths, keys, *numbers), head["about"])
        except ValueError as error:
            raise InputError(f"{path}: {error}") from None


def count(train: Stream, size: int, unit: str) -> list[Counted]:
    """Count single tokens and n-grams of the training part.

    Args:
        train: its stream, an end before the first token.
        size: ids of the vocabulary.
        unit: what a token is.
    """
    total = len(train) - 1
    if total > MANY_TOKENS:
        print("counting n-grams to compare with (--baseline none: none)", flush=True)
    ids = train.read(1, 1 + min(total, MOST_TOKENS))
    whose = "the training part"
    if total > MOST_TOKENS:
        whose = f"the first {MOST_TOKENS:,} of {total:,} training tokens"
    order = CHARACTERS if unit == "character" else TOKENS
    single, several = (
        kneser_ney.fit([ids], size, longest, begin=EOS) for longest in (1, order)
    )
    found = Counted(NGRAM, several, "")
    found.about = (
        f"1 to {several.order} tokens, interpolated Kneser-Ney, counted on {whose}: "
        f"{len(several.keys):,} n-grams, {'' if found.is_kept else 'not kept '}in the artifact"
    )
    return [Counted(UNIGRAM, single, f"counted on {whose}"), found]


def answers(
    found: Sequence[Counted], ids: np.ndarray, unit: str, lacking: Mapping[str, str]
) -> list[Naive]:
    """What naive answers score on a stream.

    Args:
        found: those that there are.
        ids: int32 (time,).
        unit: what a token is.
        lacking: name of an answer that there is not -> why, in words.
    """
    result = {each.name: each.scores(ids, unit) for each in found}
    for name, why in lacking.items():
        result.setdefault(name, Naive(name, TITLES[name], why, {}))
    return list(result.values())


def lacking(metrics: Any) -> dict[str, str]:
    """Why an artifact may hold no such answer: name -> what to say; with its score where one was measured.

    Args:
        metrics: the content of its `metrics.json`.
    """
    test = metrics.get("test") if isinstance(metrics, dict) else None
    measured = test if isinstance(test, dict) else {}
    told = {}
    for name in TITLES:
        score = measured.get(f"{name}_perplexity")
        told[name] = NONE_KEPT
        if isinstance(score, float):
            told[name] += f"; on its own test part the perplexity was {score:.4f}"
    return told


def _parts(path: Path) -> tuple[dict[str, Any], bytes]:
    """The first line of a file, as JSON, and the bytes behind it."""
    with open(path, "rb") as file:
        line = file.readline(LARGEST_HEAD)
        body = file.read()
    try:
        head = json.loads(line)
    except ValueError:  # UnicodeDecodeError, too
        head = None
    if not isinstance(head, dict) or head.get("format") != FORMAT:
        raise InputError(f"{path}: expected a first line of JSON, of format {FORMAT}")
    return head, body


def _are_lengths(lengths: Any, size: int) -> bool:
    """Whether these are numbers of n-grams, as many of single tokens as there are."""
    if not isinstance(lengths, list) or not 1 <= len(lengths) <= CHARACTERS:
        return False
    whole = all(type(each) is int and each >= 0 for each in lengths)
    return whole and lengths[0] == size and sum(lengths) < 2**31
