"""Tagged sequences, encoded, ready to train on."""

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from seqzoo.datasets import Splits, Tagged
from seqzoo.pipeline import remarks
from seqzoo.pipeline.batches import batches, plan, shard
from seqzoo.pipeline.encoded import Encoded
from seqzoo.pipeline.naive import Naive
from seqzoo.pipeline.prepared import PARTS, Prepared, ready
from seqzoo.system.files import read_lines, write_json, write_lines
from seqzoo.tasks.tagging import defaults, joins, lexicon, naive, raw
from seqzoo.tasks.tagging.chain import live_chain
from seqzoo.tasks.tagging.coder import load_coder
from seqzoo.tasks.tagging.inference import Tagging
from seqzoo.tasks.tagging.naive import Commonest
from seqzoo.tasks.tagging.preparing import Training, keep, kept
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
        epochs: of the training, if they are known; a batch of no given size follows from them.
    """

    counted = "sequences"

    def __init__(
        self,
        folder: Path,
        batch_size: int | None,
        seed: int,
        unknown: float,
        epochs: int | None = None,
    ):
        super().__init__(folder)
        self.seed, self.scheme = seed, self._text["scheme"]
        pairs = (folder / "bigrams.txt").exists()
        self.coder = load_coder(folder.joinpath, self._text, with_bigrams=pairs)
        self.tags = read_lines(folder / "tags.txt")
        self.auxiliary = read_lines(folder / "auxiliary.txt")
        self.train = Encoded(folder / "train")
        chosen = defaults.by_size(len(self.train), epochs)
        self.batch_size = batch_size or chosen["batch_size"]
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
        batch_size: int | None,
        seed: int,
        unknown: float,
        epochs: int | None = None,
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
            unknown, epochs: see the class.

        Raises:
            InputError: on a split without examples or a tag outside the scheme.
        """

        def write(partial: Path) -> dict[str, Any]:
            sizes = {
                part: keep(partial, part, getattr(splits, part)(), scheme) for part in PARTS
            }
            text = {"unit": unit, "max_length": max_length, "scheme": scheme}
            if unit == "word":
                text |= joins.learnt(e.tokens for e in kept(partial, "train"))._asdict()
            training = Training(partial, text)
            training.write(tags, minimum_count, bigrams)
            validation = (example.tokens for example in kept(partial, "validation"))
            remarks.tell(raw.unknown(validation, training.coder))
            if unit == "word":
                train = (example.tokens for example in kept(partial, "train"))
                remarks.tell(raw.lines(train, joins.pattern_of(text)))
            return {"description": splits.description, "text": text, "sizes": sizes}

        return cls(ready(folder, write), batch_size, seed, unknown, epochs)

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
        return kept(self.folder, part)

    @functools.cached_property
    def known_words(self) -> frozenset[str]:
        """The words of the training part."""
        words: set[str] = set()
        for example in self.examples("train"):
            words.update(schemes.tags_to_words("".join(example.tokens), example.tags))
        return frozenset(words)

    @functools.cached_property
    def commonest(self) -> Commonest:
        """The commonest tag of each token of the training part."""
        return Commonest.fit(self.examples("train"), self.scheme)

    def naive_answers(self, part: str) -> list[Naive]:
        """What the commonest tag of each token scores."""
        from seqzoo.tasks.tagging.measure import naive_scores

        of_words = schemes.OUTSIDE not in self.tags
        return [naive_scores(self.commonest, self.examples(part), of_words)]

    @property
    def cuts_words(self) -> bool:
        """Whether the tags are those of words."""
        return self.tags == list("BMES")

    @functools.cached_property
    def lexicon(self) -> list[str]:
        """The words that the training part has often enough; see `lexicon.lexicon_of`."""
        return lexicon.lexicon_of(
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
        tagging.word = joins.pattern_of(self._text)
        if self.cuts_words:
            tagging.letters = lexicon.letters_of(self.lexicon)
        return tagging

    def by_size(self, config: Any) -> dict[str, Any]:
        """See `defaults.by_size`; and what a token is."""
        chosen = defaults.by_size(len(self.train), config.epochs)
        return chosen | {"unit": self._text["unit"]}

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
        """Write vocabularies, `tags.txt`, the CRF's `transitions.json` and the naive answer's tags.

        Of a segmenter its `words.txt`, too.
        """
        from seqzoo.layers import CRF

        self.coder.save(folder)
        self.commonest.save(folder / naive.FILE)
        write_lines(folder / "tags.txt", self.tags)
        if self.cuts_words and self.lexicon:
            write_lines(folder / lexicon.FILE, self.lexicon)
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
