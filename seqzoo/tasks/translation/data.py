"""Texts and their translations, encoded, ready to train on."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from seqzoo.datasets import Pair, Splits
from seqzoo.pipeline.batches import batches, plan_tokens, shard
from seqzoo.pipeline.encoded import Encoded
from seqzoo.pipeline.prepared import PARTS, Prepared, keep, kept, ready
from seqzoo.tasks.translation.inference import Search, Translating
from seqzoo.text.subwords import Subwords
from seqzoo.text.vocabulary import BOS, EOS

_EAST_ASIAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


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

        def write(partial: Path) -> dict:
            sizes = {part: _keep(partial, part, getattr(splits, part)()) for part in PARTS}
            measured = {
                "beam_size": search.beam_size,
                "length_penalty": search.length_penalty,
            }
            text = {
                "unit": unit,
                "joint": joint,
                "reverse_source": reverse_source,
                "search": measured,
            }
            text["tokenize"] = _tokenizer(partial) if tokenize == "auto" else tokenize
            _train_subwords(partial, unit, vocabulary, joint, seed)
            counts = _encode(partial, text, max_length, variants, alpha)
            text["length_ratio"] = counts.pop("length_ratio")
            return {
                "description": splits.description,
                "text": text,
                "sizes": sizes | counts,
            }

        return cls(ready(folder, write), batch_tokens, seed, epochs)

    def plan(self, epoch: int) -> list[tuple]:
        """For each training batch of an epoch the share of the training done, in [0, 1), and row numbers.

        These are of sources and of targets: of each text one of its variants."""
        variants = self._sizes["variants"]
        count = len(self._sides[0]) // variants
        drawn = np.random.default_rng((self.seed, epoch, 1)).integers(
            variants, size=(2, count)
        )
        rows = np.arange(count) * variants + drawn
        lengths = np.stack(
            [side.lengths[r] for side, r in zip(self._sides, rows, strict=True)], axis=1
        )
        planned = plan_tokens(lengths, self.batch_tokens, self.seed, epoch)
        done = [(epoch + n / len(planned)) / self.epochs for n in range(len(planned))]
        return [(d, rows[0, i], rows[1, i]) for d, i in zip(done, planned, strict=True)]

    def shard(self, planned, index: int, count: int):
        """One worker's part of a plan, and for each batch of it whether there was a row for that worker."""
        parts = [
            (done, shard(ours, index, count), shard(theirs, index, count))
            for done, ours, theirs in planned
        ]
        return parts, [index < len(rows) for _, rows, _ in planned]

    def batches(self, planned):
        """The batches: source, target from `<s>` on, target up to `</s>`, int32 (batch, time) each, and
        the share of the training done, float32 ()."""

        def rows():
            for done, *indices in planned:
                source, target = (
                    side.rows(r, 1)["tokens"]
                    for side, r in zip(self._sides, indices, strict=True)
                )
                first = np.full((len(target), 1), BOS, np.int32)
                given = np.where(target == EOS, 0, target)[:, :-1]
                yield (
                    source,
                    np.concatenate([first, given], axis=1),
                    target,
                    np.float32(done),
                )

        ids = ((None, None), "int32")
        return batches(rows, ids, ids, ids, ((), "float32"))

    def pairs(self, part: str) -> Iterator[tuple[str, str]]:
        """Source and target of a part, as they were read."""
        return ((source, target) for source, target in kept(self.folder, part))

    def infer(self, model) -> Translating:
        """A model of this data, ready to translate."""
        return Translating(model, self.source, self.target, self._text)

    def sizes(self) -> dict[str, int]:
        """Pairs of each part, those too long to train on, and sizes of vocabularies."""
        sizes = {**self._sizes, "vocabulary": len(self.target)}
        return (
            sizes
            if self._text["joint"]
            else sizes | {"source vocabulary": len(self.source)}
        )

    def save(self, folder: Path, model) -> None:
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
    source, target = (
        Subwords(path(f"{side}.model"), text["unit"]) for side in ("source", "target")
    )
    return source, target


def _keep(folder: Path, part: str, pairs: Iterator[Pair]) -> int:
    return keep(folder, part, ([pair.source, pair.target] for pair in pairs))


def _tokenizer(folder: Path) -> str:
    """How BLEU should cut targets: into characters, where most are of scripts without spaces."""
    text = "".join(target for _, target in kept(folder, "validation"))
    letters = sum(c.isalpha() for c in text)
    return "char" if 2 * len(_EAST_ASIAN.findall(text)) > letters else "13a"


def _train_subwords(
    folder: Path, unit: str, vocabulary: int, joint: bool, seed: int
) -> None:
    def texts(sides):
        return lambda: (pair[side] for pair in kept(folder, "train") for side in sides)

    names = {"subwords": (0, 1)} if joint else {"source": (0,), "target": (1,)}
    for name, sides in names.items():
        Subwords.train(
            folder / f"{name}.model", texts(sides), unit=unit, size=vocabulary, seed=seed
        )


def _encode(folder: Path, text: dict, max_length: int, variants: int, alpha: float) -> dict:
    """Encode the training pairs that are not too long; what there is to say of it."""
    both, dropped, lengths = load_subwords(folder.joinpath, text), 0, np.zeros(2)

    def rows(side):
        nonlocal dropped, lengths
        for pair in kept(folder, "train"):
            ids = [subwords.encode(t) for subwords, t in zip(both, pair, strict=True)]
            if max(map(len, ids)) >= max_length:
                dropped += side  # each pair comes by twice, once a side
                continue
            lengths += [len(i) + 1 for i in ids]
            cut = (
                [ids[side]]
                if variants == 1
                else both[side].variants(pair[side], variants, alpha)
            )
            for one in cut:
                one = one[: max_length - 1]
                one = one[::-1] if text["reverse_source"] and not side else one
                yield {"tokens": np.append(one, EOS).astype(np.int32)}

    for side, name in enumerate(("source", "target")):
        Encoded.write(folder / name, rows(side))
    counts = {"too long": dropped, "variants": variants}
    return counts | {"length_ratio": float(lengths[1] / lengths[0])}
