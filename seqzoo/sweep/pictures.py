"""Pictures of a sweep: parallel coordinates, score against each setting, cost against score."""

from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from seqzoo.reports import fonts

SCORE = "validation score"  # the higher the better
LONGEST = 20  # characters of a value in a picture
MANY = 30  # characters of all values of a setting, from which on they stand slanted
CROWD = 8  # values of a setting, from which on they stand upright
COSTS = {"parameters": "parameters", "seconds": "seconds of training and validation"}
COLUMNS = 3


def draw(scored: list[dict], front: set[str], space: Any) -> dict[str, tuple[str, Figure]]:
    """Title and figure of each picture, by its name.

    Args:
        scored: records of the trials with a score, the best first.
        front: numbers of those that no other beats in score and both costs at once.
        space: what was varied, keras-tuner's `HyperParameters`.
    """
    axes = [Axis(each, scored) for each in space.space]
    # In one call: a missing font is told once.
    fonts.shown([text for axis in axes for text in (axis.name, *axis.shown)])
    return {
        "coordinates": (
            "Every trial as a line through its settings to its score",
            _parallel(axes, scored),
        ),
        "settings": ("Score against each setting", _settings(axes, scored)),
        "costs": ("Cost against score", _costs(scored, front)),
    }


class Axis:
    """A setting's values as places between 0 and 1.

    Args:
        each: keras-tuner's hyper-parameter.
        scored: records of trials.
    """

    def __init__(self, each: Any, scored: list[dict]):
        settings = each.get_config()
        self.name = each.name
        # A trial lacks a setting that another of the space excludes.
        values = [record.get(each.name, each.default) for record in scored]
        self.log = settings.get("sampling") == "log"
        self.numeric = "min_value" in settings
        self.values = values if self.numeric else [_name(value) for value in values]
        if self.numeric:
            self.least, self.most = settings["min_value"], settings["max_value"]
            self.ticks = [self.least, self.most]
        else:
            choices = list(each.values)
            if all(isinstance(value, int | float) for value in choices):
                choices = sorted(choices)
            self.ticks = list(dict.fromkeys([*map(_name, choices), *self.values]))
        self.shown = [f"{t:.3g}" if self.numeric else _short(t) for t in self.ticks]

    def place(self, value: Any) -> float:
        """From 0 to 1."""
        if not self.numeric:
            return (self.ticks.index(value) + 0.5) / len(self.ticks)
        least, most, value = (
            np.log(x) if self.log else x for x in (self.least, self.most, value)
        )
        return (value - least) / (most - least)

    def places(self) -> list[float]:
        """Of the trials, in their order."""
        return [self.place(value) for value in self.values]


def _name(value) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _short(value: str) -> str:
    return value if len(value) <= LONGEST else f"{value[: LONGEST - 1]}…"


def _parallel(axes: list[Axis], scored: list[dict]) -> Figure:
    figure = Figure(figsize=(max(9.0, 1.5 * len(axes) + 2), 5), layout="constrained")
    plot = figure.subplots()
    scores = np.array([record["score"] for record in scored])
    least, most = scores.min(), max(scores.max(), scores.min() + 1e-9)
    shades, norm = colormaps["viridis"], Normalize(least, most)
    lines = np.array(
        [axis.places() for axis in axes] + [(scores - least) / (most - least)]
    ).T
    for line, score in reversed(list(zip(lines, scores, strict=True))):  # the best on top
        plot.plot(
            line,
            color=shades(norm(score)),
            linewidth=2.5 if score == most else 1.2,
            alpha=0.85,
        )
    for number, axis in enumerate(axes):
        plot.axvline(number, color="0.6", linewidth=0.8)
        _write_ticks(plot, number, axis)
    plot.axvline(len(axes), color="0.6", linewidth=0.8)
    names, font = fonts.shown([*(axis.name for axis in axes), "score"])
    plot.set_xticks(range(len(axes) + 1), names, rotation=20, ha="right", **font)
    plot.set_yticks([])
    plot.set_ylim(-0.03, 1.03)
    plot.set_xlim(-0.2, len(axes) + 0.2)
    plot.set_title(f"Settings and score of {len(scored):,} trials")
    figure.colorbar(ScalarMappable(norm, shades), ax=plot, label=SCORE)
    return figure


def _write_ticks(plot: Any, number: int, axis: Axis) -> None:
    """Write a setting's values beside its line."""
    shown, font = fonts.shown(axis.shown)
    for tick, text in zip(axis.ticks, shown, strict=True):
        plot.annotate(
            text,
            (number, axis.place(tick)),
            xytext=(4, 0),
            textcoords="offset points",
            fontsize="small",
            va="center",
            bbox={"fc": "w", "ec": "none", "alpha": 0.7, "pad": 1},
            **font,
        )


def _settings(axes: list[Axis], scored: list[dict]) -> Figure:
    columns = min(COLUMNS, len(axes))
    rows = -(-len(axes) // columns)
    figure = Figure(figsize=(10, 2.8 * rows), layout="constrained")
    plots = figure.subplots(rows, columns, squeeze=False, sharey=True).ravel()
    scores = [record["score"] for record in scored]
    for plot, axis in zip(plots, axes, strict=False):
        if axis.numeric:
            plot.scatter(axis.values, scores, s=18)
            plot.set_xlim(axis.least, axis.most)
            if axis.log:
                plot.set_xscale("log")
                plot.xaxis.set_minor_formatter("")
        else:
            shift = np.linspace(-0.15, 0.15, len(scores)) if len(scores) > 1 else [0.0]
            numbers = np.array([axis.ticks.index(value) for value in axis.values])
            plot.scatter(numbers + shift, scores, s=18)
            plot.set_xlim(-0.5, len(axis.ticks) - 0.5)
            shown, font = fonts.shown(axis.shown)
            turned = _turned(axis.shown)
            plot.set_xticks(range(len(shown)), shown, **turned, **font)
        (name,), font = fonts.shown([axis.name])
        plot.set_xlabel(name, **font)
        plot.grid(alpha=0.3)
    for plot in plots[len(axes) :]:
        plot.remove()
    figure.supylabel(SCORE)
    figure.suptitle("Score by setting, a point a trial")
    return figure


def _turned(texts: list[str]) -> dict[str, Any]:
    """How values stand below an axis: turned, where there is no room for them side by side."""
    if len(texts) > CROWD:
        return {"fontsize": "x-small", "rotation": 90}
    if sum(map(len, texts)) > MANY:
        return {"fontsize": "small", "rotation": 20, "ha": "right"}
    return {"fontsize": "small"}


def _costs(scored: list[dict], front: set[str]) -> Figure:
    figure = Figure(figsize=(10, 4.2), layout="constrained")
    plots = figure.subplots(1, 2, sharey=True)
    for plot, (cost, label) in zip(plots, COSTS.items(), strict=True):
        others = [record for record in scored if record["trial"] not in front]
        best = [record for record in scored if record["trial"] in front]
        plot.scatter(
            [r[cost] for r in others],
            [r["score"] for r in others],
            s=18,
            color="0.6",
            label="beaten",
        )
        plot.scatter([r[cost] for r in best], [r["score"] for r in best], s=28, color="C3",
                     label="beaten by none in score, parameters and seconds at once")  # fmt: skip
        for record in best:
            plot.annotate(record["trial"], (record[cost], record["score"]), xytext=(4, 3),
                          textcoords="offset points", fontsize="small")  # fmt: skip
        plot.set_xlabel(label)
        plot.grid(alpha=0.3)
    plots[0].set_ylabel(SCORE)
    figure.suptitle("Score by cost; numbers are those of trials")
    figure.legend(
        *plots[0].get_legend_handles_labels(),
        loc="outside lower center",
        ncols=2,
        fontsize="small",
    )
    return figure
