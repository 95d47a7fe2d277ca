"""Texts and their translations, encoded, ready to train on."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from seqzoo.datasets import Pair, Splits
from seqzoo.pipeline import remarks
from seqzoo.pipeline.batches import batches, plan_tokens, shard
from seqzoo.pipeline.encoded import Encoded
from seqzoo.pipeline.prepared import PARTS, Prepared, keep, kept, ready
from seqzoo.tasks.familiarity import LIKELIHOODS, hundredths, spread
from seqzoo.tasks.translation import told
from seqzoo.tasks.translation.by_sentence import SEVERAL, BySentence, share_of_several
from seqzoo.tasks.translation.decoding_settings import Search
from seqzoo.tasks.translation.inference import Translating
from seqzoo.text.subwords import Subwords, in_form
from seqzoo.text.vocabulary import BOS, EOS

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

_EAST_ASIAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
# For each batch the share of the training done, and row numbers of sources and of targets.
Plan = list[tuple[float, np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class Preparation:
    """How a corpus of translations is encoded; the settings of these names explain them.

    Attributes:
        unit: what texts are cut into.
        normalization: the form of Unicode that sources are read in.
        vocabulary: pieces at most, of each side or of both.
        joint: whether both sides have one vocabulary.
        variants: ways of cutting each training text.
        alpha: how far these are drawn from the likeliest.
        max_length: pieces; training pairs with a longer text are left out.
        reverse_source: whether the source is read from its end.
        beam_size, length_penalty: of the search that the test is measured by.
        tokenize: how BLEU cuts texts; "auto": by the script.
        seed: of the subwords and of the batches.
    """

    unit: str
    normalization: str
    vocabulary: int
    joint: bool
    variants: int
    alpha: float
    max_length: int
    reverse_source: bool
    beam_size: int
    length_penalty: float
    tokenize: str
    seed: int


class TranslationTexts(Prepared):
    """Encoded training pairs, and validation and test as they were read, on disk in `folder`.

    Args:
        folder: where `prepare` put them.
        batch_tokens, seed: of the training batches.
        epochs: what the batches' share of the training done is reckoned by.
    """

    def __init__(self, folder: Path, batch_tokens: int, seed: int, epochs: int):
        super().__init__(folder)
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
    ) -> "TranslationTexts":
        """Read the corpus, train subwords on its training part and encode it; or take what is there.

        Args:
            folder: of the prepared data.
            splits: the corpus, of `Pair`.
            preparation: how it is encoded.
            batch_tokens, epochs: see the class.

        Raises:
            InputError: on a split without pairs, or one whose pairs are all too long.
        """

        def write(partial: Path) -> dict[str, Any]:
            form = preparation.normalization
            sizes = {
                part: _keep(partial, part, getattr(splits, part)(), form) for part in PARTS
            }
            text = _text_settings(partial, preparation)
            text[SEVERAL] = share_of_several(source for source, _ in kept(partial, "train"))
            _train_subwords(partial, preparation)
            counts, text["length_ratio"] = _encode(partial, text, preparation)
            both = load_subwords(partial.joinpath, text)
            remarks.tell(told.unknown(kept(partial, "validation"), both))
            left_out = counts["too long"], sizes["train"]
            remarks.tell(told.left_out(*left_out, preparation.max_length))
            return {
                "description": splits.description,
                "text": text,
                "sizes": sizes | counts,
            }

        return cls(ready(folder, write), batch_tokens, preparation.seed, epochs)

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
        return ((source, target) for source, target in kept(self.folder, part))

    def infer(self, model: "keras.Model") -> Translating:
        """A model of this data, ready to translate."""
        from seqzoo.tasks.translation import live

        return live.translating(model, self.source, self.target, self._text)

    def settle(self, model: "keras.Model") -> None:
        """Keep how likely translations of the validation part are; see `seqzoo.tasks.familiarity`."""
        texts = [source for source, _ in self.pairs("validation")]
        way = BySentence(self.inference(model), self._text)
        found = way.likelihoods([texts[place] for place in spread(len(texts))], self.search)
        if found:
            self._text[LIKELIHOODS] = hundredths(found)

    def sizes(self) -> dict[str, int]:
        """Pairs of each part, those too long to train on, and sizes of vocabularies."""
        sizes = {**self._sizes, "vocabulary": len(self.target)}
        if not self._text["joint"]:
            sizes["source vocabulary"] = len(self.source)
        return sizes

    def save(self, folder: Path, model: "keras.Model") -> None:
        """Write `subwords.model`, or `source.model` and `target.model`."""
        if self._text["joint"]:
            self.source.save(folder / "subwords.model")
        else:
            self.source.save(folder / "source.model")
            self.target.save(folder / "target.model")


def load_subwords(
    path: Callable[[str], Path], text: dict[str, Any]
) -> tuple[Subwords, Subwords]:
    """The subwords of source and target.

    Args:
        path: gives the place of a file by its name.
        text: `joint`, whether both sides have the same, and `unit`.

    Raises:
        InputError: if a file is missing or damaged.
    """
    if text["joint"]:
        both = Subwords(path("subwords.model"), text["unit"])
        return both, both
    source, target = (
        Subwords(path(f"{side}.model"), text["unit"]) for side in ("source", "target")
    )
    return source, target


def _text_settings(folder: Path, preparation: Preparation) -> dict[str, Any]:
    """How texts become ids and translations are searched for, but for the ratio of lengths."""
    tokenize = preparation.tokenize
    return {
        "unit": preparation.unit,
        "normalization": preparation.normalization,
        "joint": preparation.joint,
        "reverse_source": preparation.reverse_source,
        "search": {
            "beam_size": preparation.beam_size,
            "length_penalty": preparation.length_penalty,
        },
        "tokenize": _tokenizer(folder) if tokenize == "auto" else tokenize,
    }


def _keep(folder: Path, part: str, pairs: Iterator[Pair], form: str) -> int:
    """Keep the pairs of a part, sources in a form of Unicode; returns their number."""
    read = ([in_form(pair.source, form), pair.target] for pair in pairs)
    return keep(folder, part, read)


def _tokenizer(folder: Path) -> str:
    """How BLEU should cut targets: into characters, where most are of scripts without spaces."""
    text = "".join(target for _, target in kept(folder, "validation"))
    letters = sum(c.isalpha() for c in text)
    return "char" if 2 * len(_EAST_ASIAN.findall(text)) > letters else "13a"


def _train_subwords(folder: Path, preparation: Preparation) -> None:
    """Train and write the subwords of both sides together, or of each."""

    def texts(sides: tuple[int, ...]) -> Callable[[], Iterator[str]]:
        return lambda: (pair[side] for pair in kept(folder, "train") for side in sides)

    names: dict[str, tuple[int, ...]] = {"source": (0,), "target": (1,)}
    if preparation.joint:
        names = {"subwords": (0, 1)}
    for name, sides in names.items():
        Subwords.train(
            folder / f"{name}.model",
            texts(sides),
            unit=preparation.unit,
            size=preparation.vocabulary,
            seed=preparation.seed,
        )


def _encode(
    folder: Path, text: dict[str, Any], preparation: Preparation
) -> tuple[dict[str, int], float]:
    """Encode the training pairs that are not too long.

    Returns:
        Number of pairs left out and of variants, and how many tokens a target has for one of its source.
    """
    both = load_subwords(folder.joinpath, text)
    max_length, variants = preparation.max_length, preparation.variants
    too_long, lengths = 0, np.zeros(2)

    def rows(side: int) -> Iterator[dict[str, np.ndarray]]:
        nonlocal too_long, lengths
        for pair in kept(folder, "train"):
            ids = [subwords.encode(t) for subwords, t in zip(both, pair, strict=True)]
            if max(map(len, ids)) >= max_length:
                too_long += side  # each pair comes by twice, once a side
                continue
            lengths += [len(each) + 1 for each in ids]  # with </s>
            cuts = [ids[side]]
            if variants > 1:
                cuts = both[side].variants(pair[side], variants, preparation.alpha)
            for cut in cuts:
                cut = cut[: max_length - 1]
                if preparation.reverse_source and side == 0:
                    cut = cut[::-1]
                yield {"tokens": np.append(cut, EOS).astype(np.int32)}

    for side, name in enumerate(("source", "target")):
        Encoded.write(folder / name, rows(side))
    counts = {"too long": too_long, "variants": variants}
    return counts, float(lengths[1] / lengths[0])
