"""The pictures of an artifact and of an answer."""

from collections.abc import Sequence
from typing import Any

from matplotlib import font_manager
from matplotlib.figure import Figure

MOST_COUNTED = (
    30  # classes of which a matrix shows counts; those of more would be unreadable
)
EAST_ASIAN_FONTS = (
    "Noto Sans CJK JP",
    "Noto Sans CJK SC",
    "IPAGothic",
    "WenQuanYi Zen Hei",
    "Hiragino Sans",
)


def curves(history: list[dict[str, Any]]) -> Figure:
    """Training and validation loss, and the validation score, by epoch.

    Args:
        history: one record an epoch, with `epoch`, `validation_score` and perhaps the losses.
    """
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


def heat_map(
    source: list[str], target: list[str], alignments: Sequence[Sequence[float]]
) -> Figure:
    """How much each piece of a translation (rows) attends to each piece of the source (columns).

    Args:
        source, target: the pieces.
        alignments: for each target piece a share, from 0 to 1, for each source piece.
    """
    figure = Figure(
        figsize=(0.4 * len(source) + 1.5, 0.3 * len(target) + 1.5), layout="constrained"
    )
    axes = figure.subplots()
    axes.imshow(alignments, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    fonts = [name for name in EAST_ASIAN_FONTS if name in font_manager.get_font_names()]
    font: dict[str, Any] = {"fontfamily": ["DejaVu Sans", *fonts], "parse_math": False}
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
    if len(labels) <= MOST_COUNTED:
        for i, row in enumerate(matrix):
            for j, count in enumerate(row):
                color = "white" if shares[i][j] > 0.5 else "black"
                axes.text(j, i, f"{count:,}", ha="center", va="center", color=color)
    ticks = range(len(labels))
    axes.set_xticks(ticks, labels, rotation=90 if len(labels) > 4 else 0, parse_math=False)
    axes.set_yticks(ticks, labels, parse_math=False)
    axes.set(xlabel="predicted", ylabel="gold", title="Test")
    figure.colorbar(image, label="share of the gold class")
    return figure


def reliability(bins: list[dict[str, float]]) -> Figure:
    """Accuracy by confidence, and how many answers have it.

    Args:
        bins: as `seqzoo.metrics.reliability` gives them.
    """
    figure = Figure(figsize=(4.6, 5.2), layout="constrained")
    upper, lower = figure.subplots(2, 1, height_ratios=[3, 1], sharex=True)
    left = [each["lower"] for each in bins]
    width = [each["upper"] - each["lower"] for each in bins]
    accuracy = [each["accuracy"] for each in bins]
    upper.bar(left, accuracy, width, align="edge", edgecolor="white", label="accuracy")
    upper.plot([0, 1], [0, 1], "--", color="0.4", label="as confident as right")
    upper.set(xlim=(0, 1), ylim=(0, 1), ylabel="accuracy", title="Test: reliability")
    upper.legend(loc="upper left")
    counts = [each["count"] for each in bins]
    lower.bar(left, counts, width, align="edge", edgecolor="white", color="C1")
    lower.set(xlabel="confidence", ylabel="answers")
    return figure
