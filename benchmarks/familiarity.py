"""How familiar texts are to the finished models: their validation parts, and texts of other kinds.

    python -m benchmarks.familiarity MODEL [--other FILE ...] [--write]

Prints the hundredths of the share of known tokens, and of likelihoods where the model says them, of the
validation part, and how many texts of other files (one a line) are marked as unfamiliar. With `--write` the
artifact's `config.json` gets what a training writes now and an older one did not: `likelihoods`, and of a
translator `several_sentences` and `normalization`. `docs/guide/familiarity.md` has the figures.
"""

import argparse
import contextlib
import importlib
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np

import seqzoo
from seqzoo import recipes
from seqzoo.artifact import packing
from seqzoo.datasets import opened
from seqzoo.datasets.files import read_lines
from seqzoo.datasets.tagged import read_segmentation
from seqzoo.tasks import familiarity
from seqzoo.tasks.translation.by_sentence import SEVERAL, share_of_several

COUNT = 300  # texts that are shown of each other kind
SHOWN = (0, 1, 2, 5, 25, 50, 75, 100)  # hundredths


def main() -> None:
    """Measure one model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("--other", nargs="+", default=[], metavar="FILE")
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    model = seqzoo.load(given.model)
    splits = _splits(model)
    texts = _texts(model, splits.validation())
    chosen = [texts[place] for place in familiarity.spread(len(texts))]
    added = _added(model, splits, chosen)
    if given.write:
        packing.amend(model.artifact.folder, added)
        model = seqzoo.load(given.model)
    _show("validation", model, chosen)
    _show("test", model, _texts(model, splits.test())[: familiarity.MOST])
    for name in given.other:
        lines = [line for _, line in read_lines(Path(name)) if line.strip()]
        _show(name, model, lines[:COUNT])


def _splits(model: Any) -> Any:
    """The corpus that the model was trained on."""
    recipe = importlib.import_module(recipes.modules()[model.config["recipe"]])
    given = model.config["config"]
    config = recipe.Config(
        **{
            name: tuple(given[name]) if isinstance(given[name], list) else given[name]
            for name in recipe.Config.__dataclass_fields__
            if name in given
        }
    )
    corpora = model.task.module("corpora")
    if model.task.name == "segmentation":
        corpus = opened(corpora.SEGMENTATION, config)
        return corpora.load(config, corpus, read_segmentation)
    return (corpora.load_entities if model.task.name == "entities" else corpora.load)(
        config
    )


def _texts(model: Any, examples: Any) -> list[str]:
    """Texts of a part, as `predict` takes them: of running text its lines."""
    found = []
    for example in examples:
        if hasattr(example, "last"):
            found += example.text.split("\n")
        elif hasattr(example, "target"):
            found.append(example.source)
        elif hasattr(example, "tokens"):
            found.append("".join(example.tokens))
        else:
            found.append(example.text)
    return [text for text in found if text.strip()]


def _added(model: Any, splits: Any, chosen: list[str]) -> dict[str, Any]:
    """Settings of texts that the training did not write yet."""
    added: dict[str, Any] = {}
    if hasattr(model, "by_sentence"):
        sources = [pair.source for pair in splits.train()]
        added[SEVERAL] = share_of_several(sources)
        changed = sum(
            unicodedata.normalize("NFKC", text) != unicodedata.normalize("NFC", text)
            for text in sources
        )
        print(f"{changed:,} of {len(sources):,} training texts differ in NFKC")
        print(f"share of them with several sentences: {added[SEVERAL]}")
        if not changed:
            added["normalization"] = "NFKC"
        model.by_sentence.single = added[SEVERAL] < 0.05
        found = model.by_sentence.likelihoods(chosen, model.measured_search)
    elif hasattr(model, "reading"):
        encoded = [model.encode(text, "text")[:512] for text in chosen]
        found = model.reading.likelihoods(encoded)
    else:
        return added
    return added | {familiarity.LIKELIHOODS: familiarity.hundredths(found)}


def _show(name: str, model: Any, texts: list[str]) -> None:
    """Print the figures of some texts."""
    items = []
    for text in texts:
        # A text without a known token is refused, not answered.
        with contextlib.suppress(seqzoo.InputError):
            items.append((text, model.encoded(text, "text")))
    answers = model.answers(items, model.options())
    told = [answer[familiarity.FIELD] for answer in answers]
    known = np.percentile([each["known"] for each in told], SHOWN)
    unfamiliar = sum(each["unfamiliar"] for each in told)
    print(
        f"{name}: {len(told)} answers, {len(texts) - len(told)} refused; unfamiliar {unfamiliar}"
    )
    print("  known", *(f"{value:.3f}" for value in known))
    if told and "percentile" in told[0]:
        places = np.percentile([each["percentile"] for each in told], SHOWN)
        print("  percentile", *(f"{value:.1f}" for value in places))


if __name__ == "__main__":
    main()
