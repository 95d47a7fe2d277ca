"""The naive answers beside a translator's scores: the source as it is, and one piece for each of its pieces.

The latter is the likeliest target piece of each source piece, by IBM's model 1 (Brown et al. 1993, section
4.2): every target piece of a pair comes from one of its source pieces or from none, whatever their places.
How likely each is to come from which is reckoned anew in each round from how likely it was before.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from seqzoo import metrics
from seqzoo.errors import InputError
from seqzoo.pipeline.encoded import Encoded
from seqzoo.pipeline.naive import Naive
from seqzoo.system.files import read_json
from seqzoo.text.subwords import Subwords
from seqzoo.text.vocabulary import EOS, PAD, UNK

BASELINES = ("word-for-word", "none")
COPY, WORDS = "copy", "word_for_word"  # begin the names of figures
TITLES = {COPY: "the source as it is", WORDS: "the translation piece by piece"}
FILE = "word_for_word.json"
ROUNDS = 5
MOST_CELLS = 8_000_000  # pairs of pieces counted: some ten seconds, 0.5 GB
CHUNK = 4096  # pairs of texts read together
NONE_KEPT = "the artifact holds none"
NONE = 0  # a source piece that is left out: it is the padding's id


class Cells(NamedTuple):
    """Every target piece beside every source piece of its pair, and beside none.

    Attributes:
        sources: ids, int64 (cells,); the padding's stands for none.
        targets: ids, int64 (cells,).
        places: which target piece of all that is, int64 (cells,), ascending.
    """

    sources: np.ndarray
    targets: np.ndarray
    places: np.ndarray


class WordForWord:
    """The target piece of each source piece.

    Args:
        pieces: target ids, int (source pieces,); 0: the piece is left out.
        about: how they were counted.
    """

    def __init__(self, pieces: np.ndarray, about: str):
        self.pieces, self.about = np.asarray(pieces, np.int64), about

    @classmethod
    def fit(
        cls, train: tuple[Encoded, Encoded], variants: int, sizes: tuple[int, int]
    ) -> "WordForWord":
        """Count the training part, or as many of its pairs, evenly spaced, as there is time for.

        Args:
            train: encoded sources and targets, `</s>` at the end of each.
            variants: rows of each text, the first of which is read.
            sizes: of the vocabularies.
        """
        lengths = [side.lengths[::variants].astype(np.int64) for side in train]
        total = int((lengths[0] * (lengths[1] - 1)).sum())  # </s> is none; no piece is one
        step = max(1, -(-total // MOST_CELLS))
        rows = np.arange(0, len(lengths[0]), step)
        cells = _cells(train, rows * variants)
        about = f"model 1 of IBM, {ROUNDS} rounds, on {len(rows):,} training pairs"
        return cls(likeliest(cells, sizes), about)

    def __call__(self, text: str, source: Subwords, target: Subwords) -> str:
        """The translation of a text; of what is unknown it has what stands there."""
        ids = source.encode(text)
        pieces = np.where(ids == UNK, UNK, self.pieces[ids])
        unknown = [
            surface
            for surface, id in zip(source.surfaces(text), ids, strict=True)
            if id == UNK
        ]
        return target.decode(pieces[pieces != NONE], unknown)

    def save(self, path: Path) -> None:
        """Write it as JSON."""
        record = {"about": self.about, "pieces": self.pieces.tolist()}
        path.write_text(json.dumps(record, separators=(",", ":")), "utf-8")

    @classmethod
    def load(cls, path: Path, sizes: tuple[int, int]) -> "WordForWord":
        """Read what `save` wrote.

        Args:
            path: the file.
            sizes: of the vocabularies.

        Raises:
            InputError: if it is no such file, or one of other vocabularies.
        """
        found = read_json(path)
        pieces: Any = found.get("pieces") if isinstance(found, dict) else None
        sound = isinstance(pieces, list) and len(pieces) == sizes[0]
        if not sound or not all(type(id) is int and 0 <= id < sizes[1] for id in pieces):
            raise InputError(f"{path}: expected a target piece for each of {sizes[0]:,}")
        if not isinstance(found.get("about"), str):
            raise InputError(f'{path}: expected "about", a text')
        return cls(np.array(pieces), found["about"])


def likeliest(cells: Cells, sizes: tuple[int, int]) -> np.ndarray:
    """The likeliest target piece of each source piece, int64 (source pieces,); 0 of those never seen.

    Args:
        cells: of the training pairs.
        sizes: of the vocabularies.
    """
    keys, which = np.unique(cells.sources * sizes[1] + cells.targets, return_inverse=True)
    sources = keys // sizes[1]
    likely = np.ones(len(keys))
    for _ in range(ROUNDS):
        shares = likely[which]
        shares /= np.bincount(cells.places, shares)[cells.places]
        counts = np.bincount(which, shares, len(keys))
        likely = counts / np.bincount(sources, counts)[sources]
    # The best of each source's keys, which stand together; of equals the first.
    order = np.lexsort((keys, -likely, sources))
    first = np.flatnonzero(np.diff(sources[order], prepend=-1))
    result = np.full(sizes[0], NONE)
    result[sources[order][first]] = (keys % sizes[1])[order][first]
    result[PAD] = NONE
    return result


def answers(
    pairs: Sequence[tuple[str, str]],
    tokenize: str,
    translate: Callable[[str], str] | None,
    about: str | None,
) -> list[Naive]:
    """What naive answers score.

    Args:
        pairs: sources and targets.
        tokenize: how BLEU cuts texts.
        translate: piece by piece; None: there is none such.
        about: how that answers, or why there is none; None: it is not asked for.
    """
    references = [target for _, target in pairs]

    def scored(name: str, texts: list[str], how: str) -> Naive:
        found: dict[str, Any] = metrics.translation_scores(texts, references, tokenize)
        figures = {"score": found["bleu"], "bleu": found["bleu"], "chrf": found["chrf"]}
        return Naive(name, TITLES[name], how, figures)

    sources = [source for source, _ in pairs]
    result = [scored(COPY, sources, "nothing is translated")]
    if translate is not None and about is not None:
        result.append(scored(WORDS, [translate(each) for each in sources], about))
    elif about is not None:
        result.append(Naive(WORDS, TITLES[WORDS], about, {}))
    return result


def _cells(train: tuple[Encoded, Encoded], rows: np.ndarray) -> Cells:
    """The cells of some rows of both sides."""
    parts, before = [], 0
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        source, target = (side.rows(chunk, 1)["tokens"].astype(np.int64) for side in train)
        # The end of a source stands for none: (rows, source time)
        real = source != PAD
        source = np.where(source == EOS, PAD, source)
        words = (target != PAD) & (target != EOS)  # (rows, target time)
        places = before + np.cumsum(words).reshape(words.shape) - 1
        before += int(words.sum())
        # (rows, target time, source time)
        row, at, of = np.nonzero(words[:, :, None] & real[:, None, :])
        parts.append((source[row, of], target[row, at], places[row, at]))
    return Cells(*(np.concatenate(each) for each in zip(*parts, strict=True)))
