"""`seqzoo list`: the models, recipes, datasets and cells there are."""

import argparse

from seqzoo import plugins, recipes
from seqzoo.system.files import read_json
from seqzoo.tasks import discover, task_of

ABOUT = "show models, recipes, datasets and cells"
EXAMPLE = "seqzoo list"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add nothing: the command has no arguments."""


def run(_parsed: argparse.Namespace) -> int:
    """Print them; returns the exit status."""
    from seqzoo.layers import CELLS
    from seqzoo.zoo import pretrained

    print("models (seqzoo predict NAME)")
    for name, folder in pretrained().items():
        config, metrics = (
            read_json(folder / name) for name in ("config.json", "metrics.json")
        )
        size = sum(path.stat().st_size for path in folder.iterdir()) / 1e6
        figure = task_of(config["task"]).score
        print(f"  {name}: {config['task']}; {config['description']}; "
              f"test {figure} {metrics['test'][figure]:.4f}; {size:.1f} MB")  # fmt: skip
    print("tasks")
    for task in discover().values():
        print(f"  {task.name}: {task.summary}")
    print("recipes (seqzoo train NAME; its settings: --help)")
    for name, module in recipes.modules().items():
        if module == f"{recipes.__name__}.{name}":
            print(f"  {name}")
        elif name in plugins.load(recipes.GROUP):  # a broken one has had its line
            print(f"  {name} ({module})")
    print("datasets (--dataset NAME)")
    for task in discover().values():
        try:
            names = task.corpus_names()
        except Exception as error:  # another's code, perhaps
            reason = " ".join(f"{type(error).__name__}: {error}".split())
            plugins.log.warning(
                "task %s: its corpora cannot be listed: %s", task.name, reason
            )
            continue
        print(f"  {task.name}: {', '.join(names)}")
    print("cells (--cell NAME)")
    for name, kind in CELLS.items():
        print(f"  {name}: {kind.about}")
    return 0
