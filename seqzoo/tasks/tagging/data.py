"""Tagged sequences, encoded, ready to train on."""

import functools
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from seqzoo.datasets import Splits, Tagged
from seqzoo.errors import InputError
from seqzoo.layers.crf import CRF
from seqzoo.pipeline import prepared
from seqzoo.pipeline.batches import batches, plan, shard
from seqzoo.pipeline.encoded import Encoded
from seqzoo.pipeline.prepared import PARTS, Prepared, ready
from seqzoo.system.files import read_lines, write_json, write_lines
from seqzoo.tasks.tagging.coder import build_coder, load_coder, pieces
from seqzoo.tasks.tagging.inference import Tagging
from seqzoo.text import schemes
from seqzoo.text.vocabulary import UNK


class TaggedTexts(Prepared):
    """Encoded training data, and validation and test as they were read, on disk in `folder`.

    Args:
        folder: where `prepare` put them.
        batch_size, seed: of the training batches.
        unknown: a pair of tokens seen n times in training becomes the unknown pair with probability
            unknown / (unknown + n), anew in each epoch (Kiperwasser & Goldberg 2016, section 4.1,
            "word dropout"); a token with half of it in the numerator.
    """

    def __init__(self, folder: Path, batch_size: int, seed: int, unknown: float):
        super().__init__(folder)
        self.batch_size, self.seed, self.scheme = batch_size, seed, self._text["scheme"]
        pairs = (folder / "bigrams.txt").exists()
        self.coder = load_coder(folder.joinpath, self._text, with_bigrams=pairs)
        self.tags = read_lines(folder / "tags.txt")
        self.auxiliary = read_lines(folder / "auxiliary.txt")
        self.train = Encoded(folder / "train")
        counts = np.load(folder / "counts.npz")
        self._lost = [_lost(counts["tokens"], unknown / 2), _lost(counts["pairs"], unknown)]

    @classmethod
    def prepare(
        cls,
        folder: Path,
        splits: Splits,
        *,
        scheme: str,
        tags: list[str] | None,
        unit: str,
        max_length: int,
        minimum_count: int,
        bigrams: int,
        batch_size: int,
        seed: int,
        unknown: float,
    ) -> "TaggedTexts":
        """Read the corpus, tags changed to the scheme, and encode it; or take what is there.

        Raises:
            InputError: on a split without examples or a tag outside the scheme.
        """

        def write(partial: Path) -> dict:
            sizes = {
                part: _keep(partial, part, getattr(splits, part)(), scheme)
                for part in PARTS
            }
            text = {"unit": unit, "max_length": max_length, "scheme": scheme}
            _encode_training(partial, text, tags, minimum_count, bigrams)
            return {"description": splits.description, "text": text, "sizes": sizes}

        return cls(ready(folder, write), batch_size, seed, unknown)

    def plan(self, epoch: int) -> list[tuple[int, np.ndarray]]:
        """Number and row numbers of each training batch of an epoch; the number seeds its noise."""
        planned = plan(self.train.lengths, self.batch_size, self.seed, epoch)
        return [
            (epoch * len(planned) + number, rows) for number, rows in enumerate(planned)
        ]

    def shard(self, planned, index: int, count: int):
        """One worker's part of a plan, and for each batch of it whether there was a row for that worker."""
        parts = [(number, shard(rows, index, count)) for number, rows in planned]
        return parts, [index < len(rows) for _, rows in planned]

    def batches(self, planned):
        """The batches: ids int32 (batch, time, columns): tokens, pairs (or none), tag, auxiliary."""

        def rows():
            for number, indices in planned:
                yield (self._with_unknown(self.train.rows(indices)["ids"], number),)

        return batches(rows, ((None, None, *self.train.columns["ids"].shape), "int32"))

    def _with_unknown(self, ids, number):
        random = np.random.default_rng((self.seed, number))
        for column, lost in enumerate(self._lost):
            if len(lost):
                values = ids[:, :, column]
                values[random.random(values.shape) < lost[values]] = UNK
        return ids

    def examples(self, part: str) -> Iterator[Tagged]:
        """The sequences of a part, as they were read."""
        return _kept(self.folder, part)

    @functools.cached_property
    def known_words(self) -> frozenset[str]:
        """The words of the training part."""
        sequences = self.examples("train")
        return frozenset(
            w for e in sequences for w in schemes.tags_to_words("".join(e.tokens), e.tags)
        )

    def infer(self, model) -> Tagging:
        """A model of this data, ready to tag."""
        return Tagging(model, self.coder, self.tags, self.scheme)

    def sizes(self) -> dict[str, int]:
        """Sequences of each part, pieces they were cut into for training, and sizes of vocabularies."""
        sizes = {
            **self._sizes,
            "pieces": len(self.train),
            "vocabulary": len(self.coder.vocabulary),
        }
        return (
            sizes
            if self.coder.bigrams is None
            else sizes | {"pairs": len(self.coder.bigrams)}
        )

    def save(self, folder: Path, model) -> None:
        """Write vocabularies, `tags.txt` and the CRF's `transitions.json`."""
        self.coder.save(folder)
        write_lines(folder / "tags.txt", self.tags)
        for layer in model.layers:
            if isinstance(layer, CRF):
                scores = dict(
                    zip(("start", "transitions", "end"), layer.get_weights(), strict=True)
                )
                write_json(
                    folder / "transitions.json", {k: v.tolist() for k, v in scores.items()}
                )


def _lost(counts, unknown):
    """Probability of each id to be taken for unknown; padding and unknown stay what they are."""
    return np.where(counts > 0, unknown / np.maximum(unknown + counts, 1e-9), 0.0).astype(
        np.float32
    )


def _keep(folder: Path, part: str, examples: Iterable[Tagged], scheme: str) -> int:
    """Keep sequences, their tags legal in the scheme, or changed to it, where the corpus has another."""
    records = (
        [e.tokens, schemes.repair(e.tags, scheme), e.source, e.auxiliary] for e in examples
    )
    return prepared.keep(folder, part, records)


def _kept(folder: Path, part: str) -> Iterator[Tagged]:
    for tokens, tags, source, auxiliary in prepared.kept(folder, part):
        yield Tagged(tuple(tokens), tuple(tags), source, tuple(auxiliary))


def _encode_training(
    folder: Path, text: dict, tags, minimum_count: int, minimum_pairs: int
) -> None:
    """Vocabularies, tags, counts and encoded pieces of the training part."""

    def parts():
        for example in _kept(folder, "train"):
            for start, stop in pieces(example.tokens, text["max_length"]):
                yield example, start, stop

    coder, pair_counts = build_coder(
        lambda: (e.tokens[a:b] for e, a, b in parts()),
        text["unit"],
        text["max_length"],
        minimum_count,
        minimum_pairs,
    )
    if tags is None:
        spans = (
            span for e in _kept(folder, "train") for span in schemes.tags_to_spans(e.tags)
        )
        tags = schemes.tags_of(sorted({label for *_, label in spans}), text["scheme"])
    if len(tags) < 2:
        raise InputError("train: expected tokens with tags of spans; all are outside")
    auxiliary = sorted({label for e in _kept(folder, "train") for label in e.auxiliary})
    coder.save(folder)
    write_lines(folder / "tags.txt", tags)
    write_lines(folder / "auxiliary.txt", auxiliary)
    tag_ids = {tag: id for id, tag in enumerate(tags)}
    label_ids = {label: id for id, label in enumerate(auxiliary)}
    token_counts = np.zeros(len(coder.vocabulary), np.int64)

    def rows():
        for e, a, b in parts():
            legal = schemes.repair(
                e.tags[a:b], text["scheme"]
            )  # a cut may go through a span
            ids = coder.ids(e.tokens[a:b])
            np.add.at(token_counts, ids[ids != UNK], 1)
            beside = [label_ids[label] for label in e.auxiliary[a:b]] or [0] * (b - a)
            labels = np.array([[tag_ids[tag] for tag in legal], beside], np.int32).T
            yield {"ids": np.concatenate([coder.columns(ids), labels], axis=-1)}

    Encoded.write(folder / "train", rows(), lengths="ids")
    pairs = (
        np.concatenate([[0, 0], pair_counts]) if coder.bigrams is not None else pair_counts
    )
    np.savez(folder / "counts.npz", tokens=token_counts, pairs=pairs)
