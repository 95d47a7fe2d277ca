"""What recipes that translate share: prepared data, model, loss, scores."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from seqzoo import metrics, models
from seqzoo.datasets import Pair, Splits
from seqzoo.errors import InputError
from seqzoo.input_pipeline import Encoded, Row, batches, plan_tokens, shard
from seqzoo.storage import check_prepared, preparing, read_json, write_json
from seqzoo.subwords import Subwords
from seqzoo.translator import Search, Translating
from seqzoo.vocabulary import BOS, EOS

PARTS = ("train", "validation", "test")
MILLION = 1_000_000
_EAST_ASIAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


class TranslationTexts:
    """Encoded training pairs, and validation and test as they were read, on disk in `folder`.

    Args:
        folder: where `prepare` put them.
        batch_tokens, seed: of the training batches.
        epochs: what the batches' share of the training done is reckoned by.
    """

    def __init__(self, folder: Path, batch_tokens: int, seed: int, epochs: int):
        self.folder, self.batch_tokens, self.seed, self.epochs = folder, batch_tokens, seed, epochs
        about = read_json(folder / "about.json")
        self.description, self._text, self._sizes = about["description"], about["text"], about["sizes"]
        self.source, self.target = load_subwords(folder.joinpath, self._text)
        self._sides = [Encoded(folder / "source"), Encoded(folder / "target")]
        self.search = Search(**self._text["search"])

    @classmethod
    def prepare(
        cls,
        folder: Path,
        splits: Splits,
        *,
        unit: str,
        vocabulary: int,
        joint: bool,
        variants: int,
        alpha: float,
        max_length: int,
        reverse_source: bool,
        search: Search,
        tokenize: str,
        batch_tokens: int,
        seed: int,
        epochs: int,
    ) -> "TranslationTexts":
        """Read the corpus, train subwords on its training part and encode it; or take what is there.

        Raises:
            InputError: on a split without pairs, or one whose pairs are all too long.
        """
        if not folder.exists():
            with preparing(folder) as partial:
                # The corpus may change or vanish while we train: keep what was read.
                sizes = {part: _keep(partial, part, getattr(splits, part)()) for part in PARTS}
                kept = {"beam_size": search.beam_size, "length_penalty": search.length_penalty}
                text = {"unit": unit, "joint": joint, "reverse_source": reverse_source, "search": kept}
                text["tokenize"] = _tokenizer(partial) if tokenize == "auto" else tokenize
                _train_subwords(partial, unit, vocabulary, joint, seed)
                counts = _encode(partial, text, max_length, variants, alpha)
                text["length_ratio"] = counts.pop("length_ratio")
                about = {"description": splits.description, "text": text, "sizes": sizes | counts}
                write_json(partial / "about.json", about)
        else:
            check_prepared(folder)
        return cls(folder, batch_tokens, seed, epochs)

    def plan(self, epoch: int) -> list[tuple]:
        """For each training batch of an epoch the share of the training done, in millionths, and the
        row numbers of sources and of targets: of each text one of its variants."""
        variants = self._sizes["variants"]
        count = len(self._sides[0]) // variants
        drawn = np.random.default_rng((self.seed, epoch, 1)).integers(variants, size=(2, count))
        rows = np.arange(count) * variants + drawn
        lengths = np.stack([side.lengths[r] for side, r in zip(self._sides, rows, strict=True)], axis=1)
        planned = plan_tokens(lengths, self.batch_tokens, self.seed, epoch)
        done = [(epoch + n / len(planned)) / self.epochs for n in range(len(planned))]
        return [(int(d * MILLION), rows[0, i], rows[1, i]) for d, i in zip(done, planned, strict=True)]

    def shard(self, planned, index: int, count: int):
        """One worker's part of a plan, and for each batch of it whether there was a row for that worker."""
        parts = [
            (done, shard(ours, index, count), shard(theirs, index, count)) for done, ours, theirs in planned
        ]
        return parts, [index < len(rows) for _, rows, _ in planned]

    def batches(self, planned):
        """The batches: source, target from `<s>` on, target up to `</s>`, int32 (batch, time) each, and
        the share of the training done, int32 ()."""

        def rows():
            for done, *indices in planned:
                source, target = (
                    side.rows(r, 1)[0][:, :, 0] for side, r in zip(self._sides, indices, strict=True)
                )
                first = np.full((len(target), 1), BOS, np.int32)
                given = np.where(target == EOS, 0, target)[:, :-1]
                yield source, np.concatenate([first, given], axis=1), target, np.int32(done)

        return batches(rows, (None, None), (None, None), (None, None), ())

    def pairs(self, part: str) -> Iterator[tuple[str, str]]:
        """Source and target of a part, as they were read."""
        return _kept(self.folder, part)

    def translating(self, model: keras.Model) -> Translating:
        """A model of this data at work."""
        return Translating(model, self.source, self.target, self._text)

    def sizes(self) -> dict[str, int]:
        """Pairs of each part, those too long to train on, and sizes of vocabularies."""
        sizes = {**self._sizes, "vocabulary": len(self.target)}
        return sizes if self._text["joint"] else sizes | {"source vocabulary": len(self.source)}

    def text_settings(self) -> dict:
        """How texts become ids and translations, for `config.json`."""
        return self._text

    def save(self, folder: Path, model: keras.Model) -> None:
        """Write the subwords."""
        if self._text["joint"]:
            self.source.save(folder / "subwords.model")
        else:
            self.source.save(folder / "source.model")
            self.target.save(folder / "target.model")


def load_subwords(path: Callable[[str], Path], text: dict) -> tuple[Subwords, Subwords]:
    """The subwords of source and target; `path` says where a file's name is."""
    if text["joint"]:
        both = Subwords(path("subwords.model"), text["unit"])
        return both, both
    source, target = (Subwords(path(f"{side}.model"), text["unit"]) for side in ("source", "target"))
    return source, target


def _keep(folder: Path, part: str, pairs: Iterator[Pair]) -> int:
    """Write pairs as JSON lines; returns how many."""
    count = 0
    with open(folder / f"{part}.jsonl", "w", encoding="utf-8") as file:
        for pair in pairs:
            count += 1
            file.write(json.dumps([pair.source, pair.target], ensure_ascii=False) + "\n")
    if not count:
        raise InputError(f"{part}: expected examples; the split is empty")
    return count


def _kept(folder: Path, part: str) -> Iterator[tuple[str, str]]:
    with open(folder / f"{part}.jsonl", encoding="utf-8") as file:
        for line in file:
            source, target = json.loads(line)
            yield source, target


def _tokenizer(folder: Path) -> str:
    """How BLEU should cut targets: into characters, where most are of scripts without spaces."""
    text = "".join(target for _, target in _kept(folder, "validation"))
    letters = sum(c.isalpha() for c in text)
    return "char" if 2 * len(_EAST_ASIAN.findall(text)) > letters else "13a"


def _train_subwords(folder: Path, unit: str, vocabulary: int, joint: bool, seed: int) -> None:
    def texts(sides):
        return lambda: (pair[side] for pair in _kept(folder, "train") for side in sides)

    names = {"subwords": (0, 1)} if joint else {"source": (0,), "target": (1,)}
    for name, sides in names.items():
        Subwords.train(folder / f"{name}.model", texts(sides), unit=unit, size=vocabulary, seed=seed)


def _encode(folder: Path, text: dict, max_length: int, variants: int, alpha: float) -> dict:
    """Encode the training pairs that are not too long; what there is to say of it."""
    both, dropped, lengths = load_subwords(folder.joinpath, text), 0, np.zeros(2)

    def rows(side):
        nonlocal dropped, lengths
        for pair in _kept(folder, "train"):
            ids = [subwords.encode(t) for subwords, t in zip(both, pair, strict=True)]
            if max(map(len, ids)) >= max_length:
                dropped += side  # each pair comes by twice, once a side
                continue
            lengths += [len(i) + 1 for i in ids]
            cut = [ids[side]] if variants == 1 else both[side].variants(pair[side], variants, alpha)
            for one in cut:
                one = one[: max_length - 1]
                yield Row(np.append(one[::-1] if text["reverse_source"] and not side else one, EOS)[:, None]
                          .astype(np.int32))  # fmt: skip

    for side, name in enumerate(("source", "target")):
        Encoded.write(folder / name, rows(side))
    counts = {"too long": dropped, "variants": variants}
    return counts | {"length_ratio": float(lengths[1] / lengths[0])}


def build(config, data: TranslationTexts) -> keras.Model:
    """The uncompiled model that a recipe's settings describe."""
    return models.translator(
        len(data.source),
        len(data.target),
        cell=config.cell,
        units=config.units,
        num_layers=config.num_layers,
        bidirectional_encoder=config.bidirectional_encoder,
        attention=None if config.attention == "none" else config.attention,
        attention_at=config.attention_at,
        input_feeding=config.input_feeding,
        bridge=config.bridge,
        embedding_dim=config.embedding_dim,
        tie_embeddings=config.tie_embeddings,
        share_embeddings=config.share_embeddings,
        dropout=config.dropout,
        token_dropout=config.token_dropout,
        residual=config.residual,
    )


def loss(model: keras.Model, batch, label_smoothing: float, scheduled_sampling: float):
    """Cross-entropy of a training batch, summed, and the number of its target tokens.

    Args:
        model: as `models.translator` builds it.
        batch: as `TranslationTexts.batches` gives it.
        label_smoothing: share of the probability that goes to all tokens alike (Szegedy et al. 2016).
        scheduled_sampling: share of the target's tokens that at the end of the training are replaced by
            those that the model itself holds likeliest; it grows linearly (Bengio et al. 2015; in two
            passes as of Mihaylova & Martins 2019).
    """
    source, given, following, done = batch
    features, weights = models.features_of(model), models.output_weights(model)

    def states(given, training):
        outputs = features([source, given], training=training)
        return outputs[0] if isinstance(outputs, (list, tuple)) else outputs

    if scheduled_sampling:
        share = scheduled_sampling * tf.cast(done, tf.float32) / MILLION
        given = _mixed(states(given, False), weights, given, share, done)
    real = tf.not_equal(following, 0)
    logits = tf.matmul(tf.boolean_mask(states(given, True), real), weights)
    following = tf.boolean_mask(following, real)
    total = tf.reduce_sum(tf.nn.sparse_softmax_cross_entropy_with_logits(following, logits))
    if label_smoothing:
        gold = tf.gather(logits, following, axis=1, batch_dims=1)
        total += label_smoothing * tf.reduce_sum(gold - tf.reduce_mean(logits, axis=-1))
    return total, tf.cast(tf.size(following), tf.float32)


def _mixed(states, weights, given, share, done):
    """The tokens given to the decoder, a share of them as the model foretells them."""
    likeliest = tf.argmax(tf.matmul(states, weights), axis=-1, output_type=tf.int32)
    foretold = tf.concat([given[:, :1], tf.stop_gradient(likeliest)[:, :-1]], axis=1)
    drawn = tf.random.stateless_uniform(tf.shape(given), seed=tf.stack([done, tf.shape(given)[0]])) < share
    inside = tf.logical_and(tf.not_equal(given, 0), tf.not_equal(given, BOS))
    return tf.where(tf.logical_and(drawn, inside), foretold, given)


def scores(at_work: Translating, pairs, search: Search, tokenize: str) -> dict:
    """Scores of translations, `score` among them: that is BLEU."""
    pairs = list(pairs)
    encoded = [at_work.encode(source) for source, _ in pairs]
    best = at_work([(text, ids) for (text, _), ids in zip(pairs, encoded, strict=True)], search)
    texts = [found[0].text if found else "" for found in best]
    targets = [at_work.target.encode(target) for _, target in pairs]
    total, count = at_work.log_likelihood(list(zip(encoded, targets, strict=True)))
    result = metrics.translation_scores(texts, [target for _, target in pairs], tokenize)
    result["perplexity"] = float(np.exp(-total / count))
    result["decoding"] = "greedy" if search.beam_size == 1 else f"beam {search.beam_size}"
    return {"score": result["bleu"], **result}
