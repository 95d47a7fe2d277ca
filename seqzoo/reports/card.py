"""The model card of an artifact."""

from pathlib import Path
from typing import Any

from seqzoo.layers import CELLS
from seqzoo.system.files import read_lines

MOST_CLASSES = 50  # of the table; those of more would fill pages
CARD = """\
# {name}

A seqzoo model: {task}, trained by the recipe `{recipe}` on {description}.

| split | {counted} | {columns} |
|---|---|{rules}|
| validation | {n_validation:,} | {validation} |
| test | {n_test:,} | {test} |
{below}{kinds}
Training: {n_train:,} {counted}, {epochs} epochs (best: {best_epoch}), seed {seed}, {minutes:.1f} minutes,
{parameters:,} parameters. `config.json` holds every setting, `history.csv` and `curves.png` the course.

## Use

```
seqzoo predict {folder} {example_file}{generate}
```

```python
{example}
```

{plain}

## Limits

It has learnt the {things} of this one corpus; on other kinds of {thing} expect lower scores. The figures
above are those of the splits named, with the weights of the best validation score.
"""


def write(
    folder: Path,
    *,
    config: dict[str, Any],
    metrics: dict[str, Any],
    history: list[dict[str, Any]],
    task: Any,
) -> None:
    """Write `curves.png`, the pictures that the task's metrics ask for, and `README.md` of an artifact.

    These are `confusion_matrix.png` and `reliability.png`, of the test part.

    Args:
        folder: the artifact's, or one that becomes a part of it.
        config, metrics, history: as the artifact has them.
        task: see `card`.
    """
    from seqzoo.reports.pictures import confusion, curves, reliability

    drawn = curves(history, metrics["best_epoch"], metrics.get("training_loss"))
    drawn.savefig(folder / "curves.png", dpi=120)
    if "confusion_matrix" in metrics["test"]:
        labels = read_lines(folder / "labels.txt")
        figure = confusion(metrics["test"]["confusion_matrix"], labels)
        figure.savefig(folder / "confusion_matrix.png", dpi=120)
    if "reliability" in metrics["test"]:
        figure = reliability(metrics["test"]["reliability"])
        figure.savefig(folder / "reliability.png", dpi=120)
    home = folder.parent
    about = card(home.resolve().name, config, metrics, task, shown(home))
    (folder / "README.md").write_text(about, "utf-8")


def shown(folder: Path) -> str:
    """What a card calls a model's folder: a name alone would be sought among the finished models.

    Args:
        folder: as the user gave it; where on this machine it lies is nobody else's matter.
    """
    if folder.is_absolute() or ".." in folder.parts or not folder.name:
        return f"path/to/{folder.resolve().name}"
    given = folder.as_posix()
    return given if "/" in given else f"./{given}"


def card(
    name: str,
    config: dict[str, Any],
    metrics: dict[str, Any],
    task: Any,
    folder: str | None = None,
) -> str:
    """The model card's text.

    Args:
        name: of the model's folder.
        folder: where `seqzoo predict` finds the model; None: by its name.
        config, metrics: as the artifact has them.
        task: a `seqzoo.tasks.Task`; its `card.md` says how to use the networks without seqzoo.
    """
    scores = [
        k for k, v in metrics["test"].items() if isinstance(v, float) and k != "score"
    ]

    def row(split: str) -> str:
        # Some figures may be of the test part alone.
        figures = metrics[split]
        return " | ".join(f"{figures[k]:.4f}" if k in figures else "" for k in scores)

    sizes = metrics["examples"]
    return CARD.format(
        name=name,
        folder=folder or name,
        task=task.name,
        recipe=config["recipe"],
        description=config["description"],
        columns=" | ".join(scores),
        rules="|".join(["---"] * len(scores)),
        n_train=sizes["train"],
        n_validation=sizes["validation"],
        n_test=sizes["test"],
        validation=row("validation"),
        test=row("test"),
        minutes=metrics["seconds"] / 60,
        kinds=_kinds(metrics["test"].get("types", {}))
        + _classes(metrics["test"].get("classes", {}), task.counted)
        + _folds(metrics.get("cross_validation"))
        + _measured(metrics),
        counted=task.counted,
        **_example(task, folder or name),
        below="".join(f"\n{sentence}\n" for sentence in metrics.get("below", ())),
        generate=_generate(task, folder or name),
        plain=_plain(task.text("card.md").rstrip("\n"), config),
        **{k: metrics[k] for k in ("epochs", "best_epoch", "seed", "parameters")},
    )


def with_eight_bits(text: str, folder: str) -> str:
    """A card's text, of a model whose tables Keras alone cannot read.

    Args:
        text: what `card` gave.
        folder: where `seqzoo export` finds the model.
    """
    keeps = (
        "`model.keras` keeps tables in eight bits, which Keras alone does not read; that of"
    )
    written = f"`seqzoo export {folder} --format keras` loads"
    return text.replace("`model.keras` alone loads", f"{keeps} {written}", 1)


def _example(task: Any, folder: str) -> dict[str, str]:
    """A file that the model reads, how it is called in Python, and what it has learnt of."""
    if task.example_file is None:
        lines = f'import seqzoo\n\nseqzoo.load("{folder}").predict(["..."])'
        given = {"example_file": "texts.txt", "things": "texts", "thing": "text"}
        return given | {"example": lines}
    path = f'Path("{task.example_file}")'
    lines = f'from pathlib import Path\n\nimport seqzoo\n\nseqzoo.load("{folder}").predict({path})'
    given = {"example_file": task.example_file, "things": task.counted}
    return given | {"thing": task.counted, "example": lines}


def _generate(task: Any, folder: str) -> str:
    """The line of a command that lets a model write; empty, if it does not."""
    options = task.generate_options
    if options is None:
        return ""
    length = " --length 200" if hasattr(options, "length") else ""
    return f"\nseqzoo generate {folder}{length}"


def _plain(text: str, config: dict[str, Any]) -> str:
    """How to use the saved networks without seqzoo, or with no more of it than the cell."""
    kind = CELLS.get(config["config"].get("cell"))
    if kind is None or kind.registered_by is None:
        return text
    imported = f"in Keras, after `import {kind.registered_by}`, which has its cell"
    return text.replace("in plain Keras", imported, 1)


def _kinds(types: dict[str, dict[str, Any]]) -> str:
    """A table of the test's spans by kind, or nothing."""
    if not types:
        return ""
    lines = [
        "",
        "| test, by kind | spans | precision | recall | F1 |",
        "|---|---|---|---|---|",
    ]
    for kind, figures in types.items():
        shares = [f"{figures[name]:.4f}" for name in ("precision", "recall", "f1")]
        lines.append(f"| {kind} | {figures['gold']:,} | {' | '.join(shares)} |")
    return "\n".join(lines) + "\n"


def _classes(classes: dict[str, dict[str, Any]], counted: str) -> str:
    """A table of the test's classes, the most frequent first, or nothing."""
    if not classes:
        return ""
    by_support = sorted(classes.items(), key=lambda each: -each[1]["support"])
    columns = {"precision": "precision", "recall": "recall", "f1": "F1"}
    # Of several labels a text each has its threshold.
    columns |= {"threshold": "threshold"} if "threshold" in by_support[0][1] else {}
    lines = [
        "",
        f"| test, by class | {counted} | {' | '.join(columns.values())} |",
        "|".join(["", *["---"] * (2 + len(columns)), ""]),
    ]
    for label, figures in by_support[:MOST_CLASSES]:
        shares = [f"{figures[name]:.4f}" for name in columns]
        name = label.replace("|", "\\|")
        lines.append(f"| {name} | {figures['support']:,} | {' | '.join(shares)} |")
    if len(classes) > MOST_CLASSES:
        rest = f"The {MOST_CLASSES} most frequent of {len(classes):,} classes"
        lines += ["", f"{rest}; `metrics.json` has all."]
    return "\n".join(lines) + "\n"


def _folds(figures: dict[str, Any] | None) -> str:
    """What cross-validation on the training part says, or nothing."""
    if figures is None:
        return ""
    shown = [
        f"{name} {value:.4f} ± {figures['deviation'][name]:.4f}"
        for name, value in figures["mean"].items()
        if name != "score"
    ]
    return (
        f"\nCross-validation, {figures['folds']} folds of the training part, mean and standard deviation "
        f"behind epoch {figures['epoch']}, the best: {', '.join(shown)}.\n"
        "The saved network was trained as long on the whole training part.\n"
    )


def _measured(metrics: dict[str, Any]) -> str:
    """By what loss it was trained, how answers are chosen, searched for and scored, or nothing."""
    if metrics.get("training_loss"):
        told = (
            f"Training loss: {metrics['training_loss']}. The losses in the table are plain."
        )
        return f"\n{told}\n" + _measured({**metrics, "training_loss": None})
    if "decision" in metrics["test"]:
        return f"\nThe answer: {metrics['test']['decision']}.\n"
    if "signature" not in metrics["test"]:
        return ""
    validation, test = metrics["validation"], metrics["test"]
    decoding = f"validation: {validation['decoding']}, test: {test['decoding']}"
    return f"\nDecoding: {decoding}. Scores by sacrebleu, `{test['signature']}`.\n"
