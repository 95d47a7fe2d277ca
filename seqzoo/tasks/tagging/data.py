"""Tagged sequences, encoded, ready to train on."""

import functools
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from seqzoo.datasets import Splits, Tagged
from seqzoo.errors import InputError
from seqzoo.pipeline import prepared
from seqzoo.pipeline.batches import batches, plan, shard
from seqzoo.pipeline.encoded import Encoded
from seqzoo.pipeline.prepared import PARTS, Prepared, ready
from seqzoo.system.files import read_lines, write_json, write_lines
from seqzoo.tasks.tagging.chain import live_chain
from seqzoo.tasks.tagging.coder import build_coder, load_coder
from seqzoo.tasks.tagging.cuts import pieces
from seqzoo.tasks.tagging.inference import Tagging
from seqzoo.tasks.tagging.joins import learnt
from seqzoo.tasks.tagging.lexicon import FILE, letters_of, lexicon_of
from seqzoo.text import schemes
from seqzoo.text.vocabulary import UNK

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

Plan = list[tuple[int, np.ndarray]]  # for each batch its number and its row numbers


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

        Args:
            folder: of the prepared data.
            splits: the corpus, of `Tagged`.
            scheme: of the tags.
            tags: their names; None: those that the labels of the training part need.
            unit: what a token is.
            max_length: tokens of a piece at most.
            minimum_count: rarer tokens are unknown.
            bigrams: rarer pairs of tokens are unknown; 0: no pairs.
            batch_size, seed: of the training batches.
            unknown: see the class.

        Raises:
            InputError: on a split without examples or a tag outside the scheme.
        """

        def write(partial: Path) -> dict[str, Any]:
            sizes = {
                part: _keep(partial, part, getattr(splits, part)(), scheme)
                for part in PARTS
            }
            text = {"unit": unit, "max_length": max_length, "scheme": scheme}
            if unit == "word":
                of_words = (example.tokens for example in _kept(partial, "train"))
                text |= learnt(of_words)._asdict()
            _Training(partial, text).write(tags, minimum_count, bigrams)
            return {"description": splits.description, "text": text, "sizes": sizes}

        return cls(ready(folder, write), batch_size, seed, unknown)

    def plan(self, epoch: int) -> Plan:
        """Number and row numbers of each training batch of an epoch; the number seeds its noise."""
        planned = plan(self.train.lengths, self.batch_size, self.seed, epoch)
        return [
            (epoch * len(planned) + number, rows) for number, rows in enumerate(planned)
        ]

    def shard(self, planned: Plan, index: int, count: int) -> tuple[Plan, list[bool]]:
        """One worker's part of a plan, and for each batch of it whether there was a row for that worker."""
        parts = [(number, shard(rows, index, count)) for number, rows in planned]
        return parts, [index < len(rows) for _, rows in planned]

    def batches(self, planned: Plan) -> "tf.data.Dataset":
        """The batches of a plan: ids, int32 (batch, time, columns), 0 on the right.

        The columns are the token, the pair (if there are pairs), the tag, and the auxiliary label.
        """

        def rows() -> Iterator[tuple[np.ndarray]]:
            for number, indices in planned:
                yield (self._with_unknown(self.train.rows(indices)["ids"], number),)

        return batches(rows, ((None, None, *self.train.columns["ids"].shape), "int32"))

    def _with_unknown(self, ids: np.ndarray, number: int) -> np.ndarray:
        """Ids (batch, time, columns), some tokens and pairs of which become unknown, in place."""
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
        words: set[str] = set()
        for example in self.examples("train"):
            words.update(schemes.tags_to_words("".join(example.tokens), example.tags))
        return frozenset(words)

    @property
    def cuts_words(self) -> bool:
        """Whether the tags are those of words."""
        return self.tags == list("BMES")

    @functools.cached_property
    def lexicon(self) -> list[str]:
        """The words that the training part has often enough; see `lexicon_of`."""
        return lexicon_of(
            word
            for example in self.examples("train")
            for word in schemes.tags_to_words("".join(example.tokens), example.tags)
        )

    def infer(self, model: "keras.Model") -> Tagging:
        """A model of this data, ready to tag."""
        from seqzoo.layers import CRF
        from seqzoo.models import emissions_of
        from seqzoo.training.running import KerasNetwork

        network = KerasNetwork(emissions_of(model))
        fields = [layer for layer in model.layers if isinstance(layer, CRF)]
        chain = functools.partial(live_chain, fields[0]) if fields else None
        tagging = Tagging(network, chain, self.coder, self.tags, self.scheme)
        if self.cuts_words:
            tagging.letters = letters_of(self.lexicon)
        return tagging

    def sizes(self) -> dict[str, int]:
        """Sequences of each part, pieces they were cut into for training, and sizes of vocabularies."""
        sizes = {
            **self._sizes,
            "pieces": len(self.train),
            "vocabulary": len(self.coder.vocabulary),
        }
        if self.coder.bigrams is not None:
            sizes["pairs"] = len(self.coder.bigrams)
        return sizes

    def save(self, folder: Path, model: "keras.Model") -> None:
        """Write vocabularies, `tags.txt`, the CRF's `transitions.json`, a segmenter's `words.txt`."""
        from seqzoo.layers import CRF

        self.coder.save(folder)
        write_lines(folder / "tags.txt", self.tags)
        if self.cuts_words and self.lexicon:
            write_lines(folder / FILE, self.lexicon)
        for layer in model.layers:
            if isinstance(layer, CRF):
                weights = [weight.tolist() for weight in layer.get_weights()]
                scores = dict(zip(("start", "transitions", "end"), weights, strict=True))
                write_json(folder / "transitions.json", scores)


def _lost(counts: np.ndarray, unknown: float) -> np.ndarray:
    """Probability, float32 (ids,), of each id to be taken for unknown; padding and unknown stay as they are.

    Args:
        counts: how often each id comes in training, int64 (ids,).
        unknown: see `TaggedTexts`.
    """
    rates = unknown / np.maximum(unknown + counts, 1e-9)
    return np.where(counts > 0, rates, 0.0).astype(np.float32)


def _keep(folder: Path, part: str, examples: Iterable[Tagged], scheme: str) -> int:
    """Keep sequences, their tags legal in the scheme, or changed to it, where the corpus has another."""
    records = (
        [e.tokens, schemes.repair(e.tags, scheme), e.source, e.auxiliary] for e in examples
    )
    return prepared.keep(folder, part, records)


def _kept(folder: Path, part: str) -> Iterator[Tagged]:
    """The sequences of a part, as `_keep` got them."""
    for each, tags, source, auxiliary in prepared.kept(folder, part):
        yield Tagged(tuple(each), tuple(tags), source, tuple(auxiliary))


class _Training:
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
        examples = _kept(self.folder, "train")
        labels = sorted({label for example in examples for label in example.auxiliary})
        self.coder.save(self.folder)
        write_lines(self.folder / "tags.txt", tags)
        write_lines(self.folder / "auxiliary.txt", labels)

        self.tag_ids = {tag: id for id, tag in enumerate(tags)}
        self.label_ids = {label: id for id, label in enumerate(labels)}
        self.token_counts = np.zeros(len(self.coder.vocabulary), np.int64)
        Encoded.write(self.folder / "train", self._rows(), lengths="ids")
        if self.coder.bigrams is not None:  # padding and unknown are none of the pairs
            pair_counts = np.concatenate([[0, 0], pair_counts])
        np.savez(self.folder / "counts.npz", tokens=self.token_counts, pairs=pair_counts)

    def _pieces(self) -> Iterator[Tagged]:
        for example in _kept(self.folder, "train"):
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
        for example in _kept(self.folder, "train"):
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
