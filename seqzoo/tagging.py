"""What recipes that tag sequences share: prepared data, model, loss, scores."""

import json
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from seqzoo import metrics, models, schemes
from seqzoo.datasets import Splits
from seqzoo.datasets.tagged import Tagged
from seqzoo.errors import InputError
from seqzoo.input_pipeline import Encoded, Row, batches, plan, shard
from seqzoo.layers import chain
from seqzoo.layers.crf import CRF
from seqzoo.sequences import build_coder, load_coder, pieces
from seqzoo.storage import check_prepared, preparing, read_json, read_lines, write_json, write_lines
from seqzoo.tagger import Tagging
from seqzoo.vocabulary import UNK

PARTS = ("train", "validation", "test")


class TaggedTexts:
    """Encoded training data, and validation and test as they were read, on disk in `folder`.

    Args:
        folder: where `prepare` put them.
        batch_size, seed: of the training batches.
        unknown: a pair of tokens seen n times in training becomes the unknown pair with probability
            unknown / (unknown + n), anew in each epoch (Kiperwasser & Goldberg 2016, section 4.1,
            "word dropout"); a token with half of it in the numerator.
    """

    def __init__(self, folder: Path, batch_size: int, seed: int, unknown: float):
        self.folder, self.batch_size, self.seed = folder, batch_size, seed
        about = read_json(folder / "about.json")
        self.description, self._text = about["description"], about["text"]
        self._sizes, self.scheme = about["sizes"], about["text"]["scheme"]
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
        if not folder.exists():
            with preparing(folder) as partial:
                # The corpus may change or vanish while we train: keep what was read.
                sizes = {part: _keep(partial, part, getattr(splits, part)(), scheme) for part in PARTS}
                text = {"unit": unit, "max_length": max_length, "scheme": scheme}
                _encode_training(partial, text, tags, minimum_count, bigrams)
                about = {"description": splits.description, "text": text, "sizes": sizes}
                write_json(partial / "about.json", about)
        else:
            check_prepared(folder)
        return cls(folder, batch_size, seed, unknown)

    def plan(self, epoch: int) -> list[tuple[int, np.ndarray]]:
        """Number and row numbers of each training batch of an epoch; the number seeds its noise."""
        planned = plan(self.train.lengths, self.batch_size, self.seed, epoch)
        return [(epoch * len(planned) + number, rows) for number, rows in enumerate(planned)]

    def shard(self, planned, index: int, count: int):
        """One worker's part of a plan, and for each batch of it whether there was a row for that worker."""
        parts = [(number, shard(rows, index, count)) for number, rows in planned]
        return parts, [index < len(rows) for _, rows in planned]

    def batches(self, planned):
        """The batches: ids int32 (batch, time, columns): tokens, pairs (or none), tag, auxiliary."""

        def rows():
            for number, indices in planned:
                yield (self._with_unknown(self.train.rows(indices)[0], number),)

        return batches(rows, (None, None, self.train.info["columns"]))

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

    def tagging(self, model: keras.Model) -> Tagging:
        """A model of this data at work."""
        return Tagging(model, self.coder, self.tags, self.scheme)

    def sizes(self) -> dict[str, int]:
        """Sequences of each part, pieces they were cut into for training, and sizes of vocabularies."""
        sizes = {**self._sizes, "pieces": len(self.train), "vocabulary": len(self.coder.vocabulary)}
        return sizes if self.coder.bigrams is None else sizes | {"pairs": len(self.coder.bigrams)}

    def text_settings(self) -> dict:
        """How texts become ids, for `config.json`."""
        return self._text

    def save(self, folder: Path, model: keras.Model) -> None:
        """Write vocabularies, `tags.txt` and the CRF's `transitions.json`."""
        self.coder.save(folder)
        write_lines(folder / "tags.txt", self.tags)
        for layer in model.layers:
            if isinstance(layer, CRF):
                scores = dict(zip(("start", "transitions", "end"), layer.get_weights(), strict=True))
                write_json(folder / "transitions.json", {k: v.tolist() for k, v in scores.items()})


def _lost(counts, unknown):
    """Probability of each id to be taken for unknown; padding and unknown stay what they are."""
    return np.where(counts > 0, unknown / np.maximum(unknown + counts, 1e-9), 0.0).astype(np.float32)


def _keep(folder: Path, part: str, examples: Iterable[Tagged], scheme: str) -> int:
    """Write sequences as JSON lines; returns how many."""
    count = 0
    with open(folder / f"{part}.jsonl", "w", encoding="utf-8") as file:
        for e in examples:
            count += 1
            tags = schemes.repair(e.tags, scheme)  # or changed to it, where the corpus has another
            file.write(json.dumps([e.tokens, tags, e.source, e.auxiliary], ensure_ascii=False) + "\n")
    if not count:
        raise InputError(f"{part}: expected examples; the split is empty")
    return count


def _kept(folder: Path, part: str) -> Iterator[Tagged]:
    with open(folder / f"{part}.jsonl", encoding="utf-8") as file:
        for line in file:
            tokens, tags, source, auxiliary = json.loads(line)
            yield Tagged(tuple(tokens), tuple(tags), source, tuple(auxiliary))


def _encode_training(folder: Path, text: dict, tags, minimum_count: int, minimum_pairs: int) -> None:
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
        spans = (span for e in _kept(folder, "train") for span in schemes.tags_to_spans(e.tags))
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
            legal = schemes.repair(e.tags[a:b], text["scheme"])  # a cut may go through a span
            ids = coder.ids(e.tokens[a:b])
            np.add.at(token_counts, ids[ids != UNK], 1)
            beside = [label_ids[label] for label in e.auxiliary[a:b]] or [0] * (b - a)
            labels = np.array([[tag_ids[tag] for tag in legal], beside], np.int32).T
            yield Row(np.concatenate([coder.columns(ids), labels], axis=-1))

    Encoded.write(folder / "train", rows())
    pairs = np.concatenate([[0, 0], pair_counts]) if coder.bigrams is not None else pair_counts
    np.savez(folder / "counts.npz", tokens=token_counts, pairs=pairs)


def build(config, data: TaggedTexts) -> keras.Model:
    """The uncompiled model that a recipe's settings describe."""
    return models.tagger(
        len(data.coder.vocabulary),
        len(data.tags),
        cell=config.cell,
        units=config.units,
        num_layers=config.num_layers,
        bidirectional=config.bidirectional,
        crf=config.crf,
        tags=data.tags,
        scheme=data.scheme,
        embedding_dim=config.embedding_dim,
        bigram_vocab_size=None if data.coder.bigrams is None else len(data.coder.bigrams),
        bigram_dim=config.bigram_dim,
        num_auxiliary=len(data.auxiliary) if config.auxiliary else 0,
        dropout=config.dropout,
        recurrent_dropout=config.recurrent_dropout,
        residual=config.residual,
    )


def loss(model: keras.Model, batch, auxiliary: float):
    """Negative log-likelihood of a training batch, summed, and the number of its tokens.

    Args:
        model: as `models.tagger` builds it.
        batch: (ids,), as `TaggedTexts.batches` gives it.
        auxiliary: weight of the auxiliary labels' cross-entropy.
    """
    (ids,) = batch
    inputs = tf.unstack(ids[:, :, : len(model.inputs)], len(model.inputs), axis=-1)
    outputs = model(inputs if len(inputs) > 1 else inputs[0], training=True)
    outputs = outputs if isinstance(outputs, dict) else {"tag": outputs}
    tags, labels = ids[:, :, -2], ids[:, :, -1]
    real = tf.cast(tf.not_equal(ids[:, :, 0], 0), tf.float32)
    if "potentials" in outputs:
        total = -tf.reduce_sum(chain.log_likelihood(tags, outputs["potentials"]))
    else:
        total = tf.reduce_sum(real * _cross_entropy(tags, outputs["tag"]))
    if "auxiliary" in outputs:
        total += auxiliary * tf.reduce_sum(real * _cross_entropy(labels, outputs["auxiliary"]))
    return total, tf.reduce_sum(real)


def _cross_entropy(labels, probabilities):
    return keras.losses.sparse_categorical_crossentropy(labels, probabilities)


def word_scores(tagger: Tagging, examples: Iterable[Tagged], known: Collection[str] | None) -> dict:
    """Scores of segmentation, `score` among them; `known` are the words of the training data."""
    scores = metrics.WordScores(known)
    for example, tags in tagger.examples(examples):
        scores.add(words(example, example.tags), words(example, tags))
    result = scores.result()
    return {"score": result["f1"], **result}


def words(example: Tagged, tags) -> list[str]:
    """The words of a sequence of characters by some tags."""
    return schemes.tags_to_words("".join(example.tokens), tags)


def entity_scores(tagger: Tagging, examples: Iterable[Tagged]) -> dict:
    """Scores of labelled spans, `score` among them, and by kind."""
    scores = metrics.SpanScores()
    for example, tags in tagger.examples(examples):
        scores.add(*(schemes.tags_to_spans(t) for t in (example.tags, tags)))
    result = scores.result()
    return {"score": result["f1"], **result}
