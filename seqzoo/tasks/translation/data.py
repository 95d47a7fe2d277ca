"""Texts and their translations, encoded, ready to train on."""

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from seqzoo.datasets import Splits
from seqzoo.pipeline import remarks
from seqzoo.pipeline.batches import batches, plan_tokens, shard
from seqzoo.pipeline.encoded import Encoded
from seqzoo.pipeline.naive import Naive
from seqzoo.pipeline.prepared import PARTS, Prepared, kept, ready
from seqzoo.tasks.familiarity import LIKELIHOODS, hundredths, spread
from seqzoo.tasks.translation import naive, told
from seqzoo.tasks.translation.by_sentence import SEVERAL, BySentence, share_of_several
from seqzoo.tasks.translation.decoding_settings import Search
from seqzoo.tasks.translation.inference import Translating
from seqzoo.tasks.translation.preparing import (
    Preparation,
    encode,
    keep_pairs,
    load_subwords,
    text_settings,
    train_subwords,
)
from seqzoo.text.vocabulary import BOS, EOS

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

# For each batch the share of the training done, and row numbers of sources and of targets.
Plan = list[tuple[float, np.ndarray, np.ndarray]]


class TranslationTexts(Prepared):
    """Encoded training pairs, and validation and test as they were read, on disk in `folder`.

    Args:
        folder: where `prepare` put them.
        batch_tokens, seed: of the training batches.
        epochs: what the batches' share of the training done is reckoned by.
        baseline: one of `naive.BASELINES`.
    """

    def __init__(
        self,
        folder: Path,
        batch_tokens: int,
        seed: int,
        epochs: int,
        baseline: str = "none",
    ):
        super().__init__(folder)
        self.baseline = baseline
        self.batch_tokens, self.seed, self.epochs = batch_tokens, seed, epochs
        self.source, self.target = load_subwords(folder.joinpath, self._text)
        self._sides = [Encoded(folder / "source"), Encoded(folder / "target")]
        self.search = Search(**self._text["search"])

    @classmethod
    def prepare(
        cls,
        folder: Path,
        splits: Splits,
        preparation: Preparation,
        *,
        batch_tokens: int,
        epochs: int,
        baseline: str = "none",
    ) -> "TranslationTexts":
        """Read the corpus, train subwords on its training part and encode it; or take what is there.

        Args:
            folder: of the prepared data.
            splits: the corpus, of `Pair`.
            preparation: how it is encoded.
            batch_tokens, epochs, baseline: see the class.

        Raises:
            InputError: on a split without pairs, or one whose pairs are all too long.
        """

        def write(partial: Path) -> dict[str, Any]:
            form = preparation.normalization
            sizes = {
                part: keep_pairs(partial, part, getattr(splits, part)(), form)
                for part in PARTS
            }
            text = text_settings(partial, preparation)
            text[SEVERAL] = share_of_several(pair[0] for pair in kept(partial, "train"))
            train_subwords(partial, preparation)
            counts, text["length_ratio"] = encode(partial, text, preparation)
            both = load_subwords(partial.joinpath, text)
            validation = (
                (source, target) for source, target, *_ in kept(partial, "validation")
            )
            remarks.tell(told.unknown(validation, both))
            left_out = counts["too long"], sizes["train"]
            remarks.tell(told.left_out(*left_out, preparation.max_length))
            return {
                "description": splits.description,
                "text": text,
                "sizes": sizes | counts,
            }

        prepared = ready(folder, write)
        return cls(prepared, batch_tokens, preparation.seed, epochs, baseline)

    def plan(self, epoch: int) -> Plan:
        """For each training batch of an epoch the share of the training done, in [0, 1), and row numbers.

        These are of sources and of targets: of each text one of its variants.
        """
        variants = self._sizes["variants"]
        count = len(self._sides[0]) // variants
        random = np.random.default_rng((self.seed, epoch, 1))
        drawn = random.integers(variants, size=(2, count))
        sources, targets = np.arange(count) * variants + drawn  # (2, pairs)

        source, target = self._sides
        lengths = np.stack([source.lengths[sources], target.lengths[targets]], axis=1)
        planned = plan_tokens(lengths, self.batch_tokens, self.seed, epoch)
        return [
            ((epoch + n / len(planned)) / self.epochs, sources[pairs], targets[pairs])
            for n, pairs in enumerate(planned)
        ]

    def shard(self, planned: Plan, index: int, count: int) -> tuple[Plan, list[bool]]:
        """One worker's part of a plan, and for each batch of it whether there was a row for that worker."""
        parts = [
            (done, shard(sources, index, count), shard(targets, index, count))
            for done, sources, targets in planned
        ]
        return parts, [index < len(rows) for _, rows, _ in planned]

    def batches(self, planned: Plan) -> "tf.data.Dataset":
        """Batches of source, target from `<s>` on, target up to `</s>`, and share of the training done.

        The first three are ids, int32 (batch, time), 0 on the right; the last is float32 ().
        """
        sides = self._sides

        def rows() -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray, np.float32]]:
            for done, sources, targets in planned:
                source = sides[0].rows(sources, 1)["tokens"]
                target = sides[1].rows(targets, 1)["tokens"]
                first = np.full((len(target), 1), BOS, np.int32)
                given = np.where(target == EOS, 0, target)[:, :-1]
                from_start = np.concatenate([first, given], axis=1)
                yield source, from_start, target, np.float32(done)

        ids = ((None, None), "int32")
        return batches(rows, ids, ids, ids, ((), "float32"))

    def pairs(self, part: str) -> Iterator[tuple[str, str]]:
        """Source and target of a part."""
        return ((source, target) for source, target, *_ in kept(self.folder, part))

    def infer(self, model: "keras.Model") -> Translating:
        """A model of this data, ready to translate."""
        from seqzoo.tasks.translation import live

        return live.translating(model, self.source, self.target, self._text)

    def settle(self, model: "keras.Model") -> None:
        """Keep how likely translations of the validation part are; see `seqzoo.tasks.familiarity`."""
        if self.search.seed is not None:  # what is drawn is less likely, whatever the text
            return
        texts = [source for source, _ in self.pairs("validation")]
        way = BySentence(self.inference(model), self._text)
        found = way.likelihoods([texts[place] for place in spread(len(texts))], self.search)
        if found:
            self._text[LIKELIHOODS] = hundredths(found)

    @functools.cached_property
    def words(self) -> naive.WordForWord | None:
        """The naive answer that is counted, at first use; None, if the baseline is none."""
        if self.baseline != naive.BASELINES[0]:
            return None
        sizes = len(self.source), len(self.target)
        source, target = self._sides
        return naive.WordForWord.fit((source, target), self._sizes["variants"], sizes)

    def naive_answers(self, part: str) -> list[Naive]:
        """What the source as it is, and a translation piece by piece, score."""
        if self.words is None:
            return []
        return naive.answers(
            list(self.pairs(part)),
            self._text["tokenize"],
            functools.partial(self.words, source=self.source, target=self.target),
            self.words.about,
        )

    def sizes(self) -> dict[str, int]:
        """Pairs of each part, those too long to train on, and sizes of vocabularies."""
        sizes = {**self._sizes, "vocabulary": len(self.target)}
        if not self._text["joint"]:
            sizes["source vocabulary"] = len(self.source)
        return sizes

    def save(self, folder: Path, model: "keras.Model") -> None:
        """Write `subwords.model`, or `source.model` and `target.model`; and the naive answer."""
        if self.words is not None:
            self.words.save(folder / naive.FILE)
        if self._text["joint"]:
            self.source.save(folder / "subwords.model")
        else:
            self.source.save(folder / "source.model")
            self.target.save(folder / "target.model")
