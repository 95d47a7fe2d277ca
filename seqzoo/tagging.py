"""What recipes that tag sequences share: prepared data, loss, tagging with a trained model."""

import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from seqzoo import schemes
from seqzoo.datasets import Splits
from seqzoo.datasets.tagged import Tagged
from seqzoo.errors import InputError
from seqzoo.input_pipeline import Encoded, Row, batches, plan, round_up
from seqzoo.layers import chain
from seqzoo.layers.crf import CRF
from seqzoo.sequences import Bigrams, Coder, build_coder, pieces
from seqzoo.storage import read_json, read_lines, sync_folder, sync_tree, write_json, write_lines
from seqzoo.vocabulary import UNK, Vocabulary

CHUNK = 1024  # sequences sorted by length together
BATCH_TOKENS, BATCH_ROWS = 8192, 128  # computed together at most


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
        self._sizes = about["sizes"]
        self.coder = load_coder(folder, self._text)
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
        """Read the corpus for vocabularies and tags, once more to encode; or take what is there.

        Raises:
            InputError: on a split without examples, a tag outside the scheme, or a tag of validation
                or test that the training part does not have.
        """
        if not folder.exists():
            partial = folder.with_name(folder.name + ".partial")
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir(parents=True)
            # The corpus may change or vanish while we train: keep what was read.
            sizes = {part: _keep(partial, part, getattr(splits, part)(), scheme) for part in PARTS}
            text = {"unit": unit, "max_length": max_length, "scheme": scheme}
            _encode_training(partial, text, tags, minimum_count, bigrams)
            about = {"description": splits.description, "text": text, "sizes": sizes}
            write_json(partial / "about.json", about)
            sync_tree(partial)
            partial.rename(folder)
            sync_folder(folder.parent)
        return cls(folder, batch_size, seed, unknown)

    def plan(self, epoch: int) -> list[tuple[int, np.ndarray]]:
        """Number and row numbers of each training batch of an epoch; the number seeds its noise."""
        planned = plan(self.train.lengths, self.batch_size, self.seed, epoch)
        return [(epoch * len(planned) + number, rows) for number, rows in enumerate(planned)]

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

    def sizes(self) -> dict[str, int]:
        """Sequences of each part, pieces they were cut into for training, and sizes of vocabularies."""
        sizes = {**self._sizes, "pieces": len(self.train), "vocabulary": len(self.coder.vocabulary)}
        return sizes if self.coder.bigrams is None else sizes | {"pairs": len(self.coder.bigrams)}

    def text_settings(self) -> dict:
        """How texts become ids, for `config.json`."""
        return self._text

    def network(self, model: keras.Model) -> keras.Model:
        """What is saved: the model below its CRF, which is `transitions.json`, without auxiliary head."""
        crf = any(isinstance(layer, CRF) for layer in model.layers)
        output = model.get_layer("emissions" if crf else "tag").output
        return keras.Model(model.inputs if len(model.inputs) > 1 else model.inputs[0], output, name="tagger")

    def save(self, folder: Path, model: keras.Model) -> None:
        """Write vocabularies, `tags.txt` and the CRF's `transitions.json`."""
        self.coder.save(folder)
        write_lines(folder / "tags.txt", self.tags)
        for layer in model.layers:
            if isinstance(layer, CRF):
                scores = dict(zip(("start", "transitions", "end"), layer.get_weights(), strict=True))
                write_json(folder / "transitions.json", {k: v.tolist() for k, v in scores.items()})


PARTS = ("train", "validation", "test")


def load_coder(folder: Path, text: dict, file=lambda folder, name: folder / name) -> Coder:
    """The coder whose files are in a folder; `file` says where a name is."""
    vocabulary = Vocabulary.load(file(folder, "vocabulary.txt"))
    pairs = file(folder, "bigrams.txt")
    bigrams = Bigrams.load(pairs, vocabulary) if pairs.exists() else None
    return Coder(text["unit"], text["max_length"], vocabulary, bigrams)


def _lost(counts, unknown):
    """Probability of each id to be taken for unknown; padding and unknown stay what they are."""
    return np.where(counts > 0, unknown / np.maximum(unknown + counts, 1e-9), 0.0).astype(np.float32)


def _keep(folder: Path, part: str, examples: Iterable[Tagged], scheme: str) -> int:
    """Write sequences as JSON lines; returns how many."""
    count = 0
    with open(folder / f"{part}.jsonl", "w", encoding="utf-8") as file:
        for e in examples:
            count += 1
            schemes.check(set(e.tags), scheme, e.source)
            file.write(json.dumps([e.tokens, e.tags, e.source, e.auxiliary], ensure_ascii=False) + "\n")
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


class Tagging:
    """A trained model at work on sequences of tokens.

    Args:
        model: a tagger; of its outputs `tags` or `tag` is taken.
        coder: tokens to ids.
        tags: names of the tags, in the order of the model's output.
        scheme: the tags' scheme.
    """

    def __init__(self, model: keras.Model, coder: Coder, tags: Sequence[str], scheme: str):
        self.coder, self.tags, self.scheme = coder, list(tags), scheme
        columns = len(model.inputs)

        def best(ids):
            inputs = tf.unstack(ids, columns, axis=-1)
            outputs = model(inputs if columns > 1 else inputs[0], training=False)
            if isinstance(outputs, dict) and "tags" in outputs:
                return outputs["tags"]
            outputs = outputs["tag"] if isinstance(outputs, dict) else outputs
            return tf.argmax(outputs, -1, output_type=tf.int32)

        self._best = tf.function(best, input_signature=[tf.TensorSpec((None, None, columns), tf.int32)])

    def __call__(self, sequences: Sequence[Sequence[str]]) -> list[list[str]]:
        """The tags of each sequence; pieces of like length are computed together."""
        parts = [(n, a, b) for n, s in enumerate(sequences) for a, b in pieces(s, self.coder.max_length)]
        parts.sort(key=lambda part: part[2] - part[1])
        result: list[list[str]] = [[""] * len(s) for s in sequences]
        start = 0
        while start < len(parts):
            stop = start + 1
            while stop < len(parts) and self._fits(parts, start, stop):
                stop += 1
            self._fill(parts[start:stop], sequences, result)
            start = stop
        return result

    @staticmethod
    def _fits(parts, start, stop):
        rows, longest = stop - start + 1, parts[stop][2] - parts[stop][1]
        return rows <= BATCH_ROWS and rows * longest <= BATCH_TOKENS

    def _fill(self, parts, sequences, result):
        columns = [self.coder.columns(self.coder.ids(sequences[n][a:b])) for n, a, b in parts]
        ids = np.zeros((len(parts), round_up(len(columns[-1])), columns[0].shape[1]), np.int32)
        for row, array in enumerate(columns):
            ids[row, : len(array)] = array
        best = self._best(ids).numpy()
        names = self.tags
        for (n, a, b), row in zip(parts, best, strict=True):
            result[n][a:b] = schemes.repair([names[tag] for tag in row[: b - a].tolist()], self.scheme)


def tag_examples(tagging: Tagging, examples: Iterable[Tagged], count: Callable) -> None:
    """Call `count(example, predicted tags)` for each example of a stream."""
    chunk: list[Tagged] = []

    def flush():
        for example, tags in zip(chunk, tagging([e.tokens for e in chunk]), strict=True):
            count(example, tags)
        chunk.clear()

    for example in examples:
        chunk.append(example)
        if len(chunk) == CHUNK:
            flush()
    flush()
