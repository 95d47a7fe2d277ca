"""Preparing pairs of texts: which are kept, what they are cut into, and their ids on disk."""

import dataclasses
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from seqzoo.datasets import Pair
from seqzoo.pipeline.encoded import Encoded
from seqzoo.pipeline.prepared import keep, kept
from seqzoo.text.subwords import Subwords, in_form
from seqzoo.text.turns import TURN
from seqzoo.text.vocabulary import EOS

_EAST_ASIAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


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
        context: turns of a talk that a source has; 0: sources are no talk.
        draw, temperature, top_p, no_repeat_ngram, repetition_penalty: of that search, too; see `Search`.
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
    context: int = 0
    draw: bool = False
    temperature: float = 1.0
    top_p: float | None = None
    no_repeat_ngram: int = 0
    repetition_penalty: float = 1.0

    def search(self) -> dict[str, Any]:
        """Fields of `Search` by which the test is measured, those that are not its defaults."""
        found: dict[str, Any] = {
            "beam_size": self.beam_size,
            "length_penalty": self.length_penalty,
        }
        if self.context:
            found["min_length"] = 1  # to say nothing is no answer
        further: dict[str, Any] = {
            "no_repeat_ngram": self.no_repeat_ngram,
            "repetition_penalty": self.repetition_penalty,
        }
        if self.draw:
            further |= {"temperature": self.temperature, "top_p": self.top_p}
            found["seed"] = self.seed
        usual = {field.name: field.default for field in dataclasses.fields(self)}
        return found | {
            name: value for name, value in further.items() if value != usual[name]
        }


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


def text_settings(folder: Path, preparation: Preparation) -> dict[str, Any]:
    """How texts become ids and translations are searched for, but for the ratio of lengths."""
    tokenize = preparation.tokenize
    found = {
        "unit": preparation.unit,
        "normalization": preparation.normalization,
        "joint": preparation.joint,
        "reverse_source": preparation.reverse_source,
        "search": preparation.search(),
        "tokenize": _tokenizer(folder) if tokenize == "auto" else tokenize,
    }
    return found | {"context": preparation.context} if preparation.context else found


def keep_pairs(folder: Path, part: str, pairs: Iterator[Pair], form: str) -> int:
    """Keep the pairs of a part, sources in a form of Unicode; returns their number.

    Of answers in a talk a third column says whether it ends there.
    """
    read = ([in_form(pair.source, form), pair.target, *_marks(pair)] for pair in pairs)
    return keep(folder, part, read)


def _marks(pair: Pair) -> list[bool]:
    last = getattr(pair, "last", None)
    return [] if last is None else [last]


def _tokenizer(folder: Path) -> str:
    """How BLEU should cut targets: into characters, where most are of scripts without spaces."""
    text = "".join(record[1] for record in kept(folder, "validation"))
    letters = sum(c.isalpha() for c in text)
    return "char" if 2 * len(_EAST_ASIAN.findall(text)) > letters else "13a"


def train_subwords(folder: Path, preparation: Preparation) -> None:
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
            symbols=(TURN,) if preparation.context else (),
        )


def encode(
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
            pair = pair[:2]
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
