"""The pictures and the model card of an artifact."""

from pathlib import Path

from matplotlib import font_manager
from matplotlib.figure import Figure

from seqzoo.layers import CELLS, Cell
from seqzoo.storage import read_lines

EAST_ASIAN_FONTS = ("Noto Sans CJK JP", "Noto Sans CJK SC", "IPAGothic", "WenQuanYi Zen Hei", "Hiragino Sans")

PLAIN = {
    "classification": """\
`model.keras` alone loads in plain Keras (`keras.saving.load_model`): token ids in (`vocabulary.txt`:
id = line number from 0; padded on the right with 0), probabilities out (in the order of `labels.txt`).""",
    "tagging": """\
`model.keras` alone loads in plain Keras (`keras.saving.load_model`): token ids in (`vocabulary.txt`:
id = line number from 0; padded on the right with 0) and, where there is a `bigrams.txt`, ids of each
token with the one before it (line number from 2; 1: any other pair); out come scores of each tag (in
the order of `tags.txt`), to which `transitions.json` adds those of the first tag, of neighbours (row:
before, column: after) and of the last: the best path through both is the answer (Viterbi). Tokens
are in Unicode NFKC where that is one character, digits as 0, Latin letters as a.""",
    "language": """\
`model.keras` alone loads in plain Keras (`keras.saving.load_model`): `tokens`, ids (batch, time) of
`vocabulary.txt` (id = line number from 0), and states `state_1`, ..., (batch, units) of zeros at first, in;
`logits` of the token that comes next, the last layer's `features` and the states behind the last token out.
A text begins behind `</s>`, id 3.""",
    "translation": """\
`encoder.keras` and `step.keras` load in plain Keras (`keras.saving.load_model`). The encoder takes ids of
the source (by sentencepiece with `subwords.model` or `source.model`, 3 at the end, padded on the right
with 0) and gives `memory`, `keys`, `mask` and `state_1`, ...; the step takes these and `token`, (rows, 1),
2 at first, and gives `log_probs` of the next token, the next `state_1`, ..., and `alignments`; 3 ends a
translation.""",
}

CARD = """\
# {name}

A seqzoo model: {task}, trained by the recipe `{recipe}` on {description}.

| split | {counted} | {columns} |
|---|---|{rules}|
| validation | {n_validation:,} | {validation} |
| test | {n_test:,} | {test} |
{kinds}
Training: {n_train:,} {counted}, {epochs} epochs (best: {best_epoch}), seed {seed}, {minutes:.1f} minutes,
{parameters:,} parameters. `config.json` holds every setting, `history.csv` and `curves.png` the course.

## Use

```
seqzoo predict {folder} texts.txt{generate}
```

```python
import seqzoo

seqzoo.load("{folder}").predict(["..."])
```

{plain}

## Limits

It has learnt the texts of this one corpus; on other kinds of text expect lower scores. The figures
above are those of the splits named, measured once, with the weights of the best validation score.
"""


def write(folder: Path, *, model, config: dict, metrics: dict, history: list[dict]) -> None:
    """Write `curves.png`, `confusion_matrix.png` (where there is one) and `README.md`."""
    curves(history).savefig(folder / "curves.png", dpi=120)
    if "confusion_matrix" in metrics["test"]:
        labels = read_lines(folder / "labels.txt")
        figure = confusion(metrics["test"]["confusion_matrix"], labels)
        figure.savefig(folder / "confusion_matrix.png", dpi=120)
    (folder / "README.md").write_text(card(folder.parent.resolve().name, config, metrics), "utf-8")


def card(name: str, config: dict, metrics: dict) -> str:
    """The model card's text."""
    scores = [k for k, v in metrics["test"].items() if isinstance(v, float) and k != "score"]

    def row(split):
        return " | ".join(f"{metrics[split][k]:.4f}" for k in scores)

    sizes = metrics["examples"]
    return CARD.format(
        name=name,
        folder=name,
        task=config["task"],
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
        kinds=_kinds(metrics["test"].get("types", {})) + _measured(metrics),
        counted="tokens" if config["task"] == "language" else "examples",
        generate=f"\nseqzoo generate {name} --length 200" if config["task"] == "language" else "",
        plain=_plain(config),
        **{k: metrics[k] for k in ("epochs", "best_epoch", "seed", "parameters")},
    )


def _plain(config: dict) -> str:
    """How to use the saved networks without seqzoo, or with no more of it than the cell."""
    text = PLAIN.get(config["task"], PLAIN["tagging"])
    kind = CELLS.get(config["config"].get("cell"))
    if kind is None or not issubclass(kind.made_by, Cell):
        return text
    return text.replace("in plain Keras", "in Keras, after `import seqzoo.layers`, which has its cell", 1)


def _kinds(types: dict) -> str:
    """A table of the test's spans by kind, or nothing."""
    if not types:
        return ""
    rows = [f"| {kind} | {s['gold']:,} | {s['precision']:.4f} | {s['recall']:.4f} | {s['f1']:.4f} |"
            for kind, s in types.items()]  # fmt: skip
    return (
        "\n| test, by kind | spans | precision | recall | F1 |\n|---|---|---|---|---|\n"
        + "\n".join(rows)
        + "\n"
    )


def _measured(metrics: dict) -> str:
    """How translations were searched for and scored, or nothing."""
    if "signature" not in metrics["test"]:
        return ""
    found = [f"{split}: {metrics[split]['decoding']}" for split in ("validation", "test")]
    return f"\nDecoding: {', '.join(found)}. Scores by sacrebleu, `{metrics['test']['signature']}`.\n"


def curves(history: list[dict]) -> Figure:
    """Training and validation loss, and the validation score, by epoch."""
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    epochs = [record["epoch"] for record in history]
    for key, label in (("loss", "training"), ("validation_loss", "validation")):
        if key in history[0]:  # a tagger's validation has scores alone
            left.plot(epochs, [record[key] for record in history], "o-", label=label)
    right.plot(epochs, [record["validation_score"] for record in history], "o-", color="C1")
    left.set(xlabel="epoch", ylabel="loss", title="Loss")
    right.set(xlabel="epoch", ylabel="score", title="Validation score")
    left.legend()
    for axes in (left, right):
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.grid(alpha=0.3)
    return figure


def heat_map(source: list[str], target: list[str], alignments) -> Figure:
    """How much each piece of a translation (rows) attends to each piece of the source (columns)."""
    figure = Figure(figsize=(0.4 * len(source) + 1.5, 0.3 * len(target) + 1.5), layout="constrained")
    axes = figure.subplots()
    axes.imshow(alignments, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    fonts = [name for name in EAST_ASIAN_FONTS if name in font_manager.get_font_names()]
    font = {"fontfamily": ["DejaVu Sans", *fonts], "parse_math": False}
    axes.set_xticks(range(len(source)), source, rotation=90, **font)
    axes.set_yticks(range(len(target)), target, **font)
    axes.xaxis.tick_top()
    return figure


def confusion(matrix: list[list[int]], labels: list[str]) -> Figure:
    """Counts by gold class (rows) and predicted class (columns), coloured by share of the row."""
    size = min(max(3.6, 0.5 * len(labels) + 2), 17)
    figure = Figure(figsize=(size + 1, size), layout="constrained")
    axes = figure.subplots()
    shares = [[n / max(sum(row), 1) for n in row] for row in matrix]
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for i, row in enumerate(matrix if len(labels) <= 30 else []):  # more would be unreadable
        for j, count in enumerate(row):
            color = "white" if shares[i][j] > 0.5 else "black"
            axes.text(j, i, f"{count:,}", ha="center", va="center", color=color)
    ticks = range(len(labels))
    axes.set_xticks(ticks, labels, rotation=90 if len(labels) > 4 else 0, parse_math=False)
    axes.set_yticks(ticks, labels, parse_math=False)
    axes.set(xlabel="predicted", ylabel="gold", title="Test")
    figure.colorbar(image, label="share of the gold class")
    return figure
