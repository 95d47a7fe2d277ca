"""The pictures of an artifact and of an answer."""

from collections.abc import Sequence
from typing import Any

from matplotlib.figure import Figure

from seqzoo.reports import fonts

MOST_COUNTED = (
    30  # classes of which a matrix shows figures; those of more would be unreadable
)
MOST_SHARED = 12  # classes of which it shows each cell's share of its row, too
LONGEST_LABEL = 24  # characters of a label in a picture
# Of a heat map: a cell's width and height, margins, and the largest side, in inches.
CELL, MARGIN, LARGEST_SIDE = (0.4, 0.3), 1.8, 40.0
# Of the stretches of a series: the colour of the largest effect on the scale, and what counts as none.
STRONGEST_SHADE, SMALLEST_EFFECT = 0.7, 1e-9


def curves(
    history: list[dict[str, Any]],
    best_epoch: int | None = None,
    training_loss: str | None = None,
) -> Figure:
    """Training and validation loss, and the validation score, by epoch.

    Args:
        history: one record an epoch, with `epoch`, `validation_score` and perhaps the losses.
        best_epoch: the one whose weights were chosen; it is marked.
        training_loss: what training minimises, in words, if it is not what validation measures. Then it has
            an axis of its own.
    """
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    epochs = [record["epoch"] for record in history]
    own = left.twinx() if training_loss else left
    drawn = (("loss", "training", own, "C0"), ("validation_loss", "validation", left, "C1"))
    lines = [
        axes.plot(
            epochs, [record[key] for record in history], "o-", color=colour, label=label
        )[0]
        for key, label, axes, colour in drawn
        if key in history[0]  # a tagger's validation has scores alone
    ]
    scores = [record["validation_score"] for record in history]
    right.plot(epochs, scores, "o-", color="C1", label="validation")

    name = score_name(history)
    left.set(xlabel="epoch", ylabel="loss (nats)", title="Loss")
    if training_loss:
        left.set_ylabel("validation loss (nats)")
        own.set_ylabel(f"training loss: {training_loss.split(';')[0]}", wrap=True)
    right.set(xlabel="epoch", ylabel=name, title=f"Validation: {name}")
    for axes in (left, right):
        if best_epoch in epochs:
            chosen = axes.axvline(
                best_epoch, color="0.5", linestyle=":", label="chosen epoch"
            )
            lines += [chosen] * (axes is left)
        axes.legend(handles=lines if axes is left else axes.lines)
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.grid(alpha=0.3)
    return figure


def score_name(history: list[dict[str, Any]]) -> str:
    """What the validation score is: the measure that always has its value, or minus its value.

    Args:
        history: see `curves`.
    """
    scores = [record["validation_score"] for record in history]
    for key in history[0]:
        if not key.startswith("validation_") or key == "validation_score":
            continue
        name = key.removeprefix("validation_")
        values = [record.get(key) for record in history]
        if values == scores:
            return name
        if values == [-score for score in scores]:
            return f"minus {name}"
    return "score"


def heat_map(
    source: list[str], target: list[str], alignments: Sequence[Sequence[float]]
) -> Figure:
    """How much each piece of a translation (rows) attends to each piece of the source (columns).

    Args:
        source, target: the pieces.
        alignments: for each target piece a share, from 0 to 1, for each source piece.
    """
    width, height = (
        min(cell * len(pieces) + MARGIN, LARGEST_SIDE)
        for cell, pieces in zip(CELL, (source, target), strict=True)
    )
    figure = Figure(figsize=(width + 1, height), layout="constrained")
    axes = figure.subplots()
    image = axes.imshow(alignments, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    texts, font = fonts.shown([*source, *target])
    axes.set_xticks(range(len(source)), texts[: len(source)], rotation=90, **font)
    axes.set_yticks(range(len(target)), texts[len(source) :], **font)
    axes.xaxis.tick_top()
    axes.xaxis.set_label_position("top")
    axes.set(xlabel="source", ylabel="target")
    figure.suptitle("Attention", fontsize="medium")
    figure.colorbar(image, label="share of attention")
    return _laid_out(figure)


def confusion(matrix: list[list[int]], labels: list[str]) -> Figure:
    """Counts by gold class (rows) and predicted class (columns), coloured by share of the row.

    Args:
        matrix: counts, (classes, classes).
        labels: names of the classes.
    """
    texts, font = fonts.shown([_short(label) for label in labels])
    longest = max(map(len, texts))
    cell = 0.75 if len(labels) <= MOST_SHARED else 0.5
    # Labels stand beside the matrix and, turned, below it.
    size = min(max(3.6, cell * len(labels) + 1 + 0.12 * longest), 20)
    figure = Figure(figsize=(size + 1, size), layout="compressed")  # cells stay square
    axes = figure.subplots()
    shares = [[n / max(sum(row), 1) for n in row] for row in matrix]
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    if len(labels) <= MOST_COUNTED:
        for i, row in enumerate(matrix):
            for j, count in enumerate(row):
                _write_cell(axes, i, j, count, shares[i][j], len(labels) <= MOST_SHARED)
    ticks = range(len(labels))
    turned = len(labels) > 4 or longest > 12
    axes.set_xticks(ticks, texts, rotation=90 if turned else 0, **font)
    axes.set_yticks(ticks, texts, **font)
    axes.set(xlabel="predicted", ylabel="gold", title="Test: confusion matrix")
    figure.colorbar(image, label="share of the gold class")
    return _laid_out(figure)


def _laid_out(figure: Figure) -> Figure:
    """A figure whose layout knows how large its labels are; the first drawing guesses."""
    figure.draw_without_rendering()
    return figure


def _write_cell(
    axes: Any, row: int, column: int, count: int, share: float, with_share: bool
) -> None:
    """A cell's count, and below it its share of the row if there is room."""
    text = f"{count:,}\n{share:.0%}" if with_share else f"{count:,}"
    color = "white" if share > 0.5 else "black"
    small = 7 if not with_share else None
    axes.text(column, row, text, ha="center", va="center", color=color, fontsize=small)


def _short(label: str) -> str:
    """A label that leaves room for the matrix."""
    return label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1]}…"


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


def forecast_lines(answer: dict[str, Any], targets: list[str]) -> Figure:
    """History, forecast with its band, and the naive line, a panel a target.

    Args:
        answer: with `history`, `forecast`, `naive`, and perhaps `low`, `high` and `band`; see `Forecaster`.
        targets: names of columns.
    """
    figure = Figure(figsize=(9, 2.6 * len(targets) + 0.6), layout="constrained")
    panels = figure.subplots(len(targets), 1, sharex=True, squeeze=False)[:, 0]
    past, ahead = answer["history"], answer
    count = len(next(iter(past["values"].values())))
    before = range(-count + 1, 1)
    behind = range(1, len(next(iter(ahead["forecast"].values()))) + 1)
    texts, font = fonts.shown(targets)
    for axes, name, text in zip(panels, targets, texts, strict=True):
        history = [float("nan") if v is None else v for v in past["values"][name]]
        axes.plot(before, history, color="0.3", label="history")
        naive = [float("nan") if v is None else v for v in ahead["naive"][name]]
        axes.plot(behind, naive, color="0.6", linestyle="--", label="naive")
        axes.plot(behind, ahead["forecast"][name], color="C0", label="forecast")
        if "low" in ahead:
            share = ahead["band"][1] - ahead["band"][0]
            low, high = ahead["low"][name], ahead["high"][name]
            axes.fill_between(
                behind, low, high, color="C0", alpha=0.2, label=f"{share:.0%}"
            )
        axes.set_title(text, fontsize="medium", **font)
        axes.grid(alpha=0.3)
    panels[0].legend(loc="upper left", fontsize="small")
    last = past["times"][-1] if "times" in past else "the last value"
    panels[-1].set_xlabel(f"steps from {last}")
    return figure


def series_effect(answer: dict[str, Any]) -> Figure:
    """A classified series, a panel a channel, shaded by what each step did for its label, and that as a line.

    Args:
        answer: with `label`, `probabilities`, `values`, `effect`, and perhaps `id`; see `SeriesClassifier`.
    """
    values, effect = answer["values"], answer["effect"]
    size = min(1.6 * len(values) + 2.2, LARGEST_SIDE)
    figure = Figure(figsize=(9, size), layout="constrained")
    panels = figure.subplots(len(values) + 1, 1, sharex=True)
    steps = range(1, len(effect) + 1)
    label, name = answer["label"], answer.get("id")
    title = f"{label}, {answer['probabilities'][label]:.1%}"
    texts, font = fonts.shown([*values, title if name is None else f"{name}: {title}"])

    # Where the probability rises without a step, that step did nothing for the label.
    shade = [[max(each, 0.0) for each in effect]]
    most = max(*shade[0], SMALLEST_EFFECT)
    for axes, column, text in zip(panels, values.values(), texts, strict=False):
        line = [float("nan") if value is None else value for value in column]
        axes.plot(steps, line, color="0.1", linewidth=1.2)
        low, high = axes.get_ylim()
        axes.imshow(
            shade,
            cmap="Blues",
            vmin=0,
            vmax=most / STRONGEST_SHADE,
            extent=(0.5, len(effect) + 0.5, low, high),
            aspect="auto",
            interpolation="nearest",
        )
        axes.set_ylabel(text, fontsize="small", **font)
    panels[-1].step(steps, effect, where="mid", color="C0")
    panels[-1].axhline(0, color="0.6", linewidth=0.8)
    panels[-1].set(xlabel="step", ylabel="effect")
    panels[0].set_title(texts[-1], fontsize="medium", **font)
    return figure
