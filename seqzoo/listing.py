"""`seqzoo list`: the models, recipes, datasets and cells there are."""

from seqzoo import recipes
from seqzoo.datasets import CLASSIFICATION, ENTITIES, LANGUAGE, SEGMENTATION, TRANSLATION
from seqzoo.layers import CELLS
from seqzoo.predict import pretrained
from seqzoo.storage import read_json


def show() -> int:
    """Print them; returns the exit status."""
    print("models (seqzoo predict NAME)")
    for name, folder in pretrained().items():
        config, metrics = (read_json(folder / name) for name in ("config.json", "metrics.json"))
        size = sum(path.stat().st_size for path in folder.iterdir()) / 1e6
        figure = "perplexity" if config["task"] == "language" else "score"
        print(f"  {name}: {config['task']}; {config['description']}; "
              f"test {figure} {metrics['test'][figure]:.4f}; {size:.1f} MB")  # fmt: skip
    print("recipes (python -m seqzoo.recipes.NAME)\n  " + "\n  ".join(recipes.names()))
    print("datasets (--dataset NAME)")
    for recipe, corpora in (
        ("characters, language_model", LANGUAGE),
        ("entities", ENTITIES),
        ("segmentation", SEGMENTATION),
        ("sentiment", CLASSIFICATION),
        ("translation", TRANSLATION),
    ):
        print(f"  {recipe}: {', '.join(sorted(corpora))}")
    print("cells (--cell NAME)")
    for name, kind in CELLS.items():
        print(f"  {name}: {kind.about}")
    return 0
