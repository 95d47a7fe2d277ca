"""The training part of a tagger's corpus: kept as it was read, then encoded piece by piece."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from seqzoo.datasets import Tagged
from seqzoo.errors import InputError
from seqzoo.pipeline import prepared
from seqzoo.pipeline.encoded import Encoded
from seqzoo.system.files import write_lines
from seqzoo.tasks.tagging.coder import build_coder
from seqzoo.tasks.tagging.cuts import pieces
from seqzoo.text import schemes
from seqzoo.text.vocabulary import UNK


def keep(folder: Path, part: str, examples: Iterable[Tagged], scheme: str) -> int:
    """Keep sequences, their tags legal in the scheme, or changed to it, where the corpus has another."""
    records = (
        [e.tokens, schemes.repair(e.tags, scheme), e.source, e.auxiliary] for e in examples
    )
    return prepared.keep(folder, part, records)


def kept(folder: Path, part: str) -> Iterator[Tagged]:
    """The sequences of a part, as `keep` got them."""
    for tokens, tags, source, auxiliary in prepared.kept(folder, part):
        yield Tagged(tuple(tokens), tuple(tags), source, tuple(auxiliary))


class Training:
    """Encodes the training part, which has been kept as it was read.

    Args:
        folder: of the prepared data.
        text: `unit`, `max_length` and `scheme`.
    """

    def __init__(self, folder: Path, text: dict[str, Any]):
        self.folder, self.text = folder, text

    def write(
        self, tags: Sequence[str] | None, minimum_count: int, minimum_pairs: int
    ) -> None:
        """Write vocabularies, tags, counts and encoded pieces; see `TaggedTexts.prepare`."""
        self.coder, pair_counts = build_coder(
            lambda: (piece.tokens for piece in self._pieces()),
            self.text["unit"],
            self.text["max_length"],
            minimum_count,
            minimum_pairs,
        )
        if tags is None:
            tags = self._tags()
        if len(tags) < 2:
            raise InputError("train: expected tokens with tags of spans; all are outside")
        examples = kept(self.folder, "train")
        labels = sorted({label for example in examples for label in example.auxiliary})
        self.coder.save(self.folder)
        write_lines(self.folder / "tags.txt", tags)
        write_lines(self.folder / "auxiliary.txt", labels)

        self.tag_ids = {tag: id for id, tag in enumerate(tags)}
        self.label_ids = {label: id for id, label in enumerate(labels)}
        self.token_counts = np.zeros(len(self.coder.vocabulary), np.int64)
        Encoded.write(self.folder / "train", self._rows(), lengths="ids")
        if self.coder.bigrams is not None:
            # Padding and unknown are none of the pairs.
            pair_counts = np.concatenate([[0, 0], pair_counts])
        np.savez(self.folder / "counts.npz", tokens=self.token_counts, pairs=pair_counts)

    def _pieces(self) -> Iterator[Tagged]:
        for example in kept(self.folder, "train"):
            for start, stop in pieces(example.tokens, self.text["max_length"]):
                yield Tagged(
                    example.tokens[start:stop],
                    example.tags[start:stop],
                    example.source,
                    example.auxiliary[start:stop],
                )

    def _tags(self) -> list[str]:
        """The tags that the labels of all spans need."""
        labels: set[str] = set()
        for example in kept(self.folder, "train"):
            labels.update(label for *_, label in schemes.tags_to_spans(example.tags))
        return schemes.tags_of(sorted(labels), self.text["scheme"])

    def _rows(self) -> Iterator[dict[str, np.ndarray]]:
        """The pieces' `ids`, (time, columns), see `TaggedTexts.batches`; counts tokens on the way."""
        for piece in self._pieces():
            ids = self.coder.ids(piece.tokens)
            np.add.at(self.token_counts, ids[ids != UNK], 1)
            # A cut may go through a span.
            legal = schemes.repair(piece.tags, self.text["scheme"])
            tags = [self.tag_ids[tag] for tag in legal]
            labels = [self.label_ids[label] for label in piece.auxiliary]
            labels = labels or [0] * len(tags)
            beside = np.array([tags, labels], np.int32).T  # (time, 2)
            yield {"ids": np.concatenate([self.coder.columns(ids), beside], axis=-1)}
