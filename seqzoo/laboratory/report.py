"""What the trials showed: tables and pictures, as PNG files and in one page, `report.html`."""

from collections import defaultdict
from pathlib import Path

import numpy as np
from matplotlib import colormaps
from matplotlib.figure import Figure

from seqzoo.laboratory.problems import PROBLEMS
from seqzoo.reports.page import heading, image, page, paragraph, table

TELLING = {
    "success": "Share of seeds solved, by lag",
    "gradients_start": "Norm of d loss / d h before training",
    "gradients_end": "Norm of d loss / d h when training ended",
}
UNCLIPPED = ", no clipping"


def label(record: dict) -> str:
    """What tells one line of a picture from the others."""
    radius = f", radius {record['radius']:g}" if record["radius"] else ""
    return record["cell"] + radius + ("" if record["clip_norm"] else UNCLIPPED)


def longest_lag(records: list[dict]) -> int:
    """The longest lag that every seed solved, at all lags up to it; 0: none.

    Args:
        records: of one label and problem.
    """
    found = 0
    for lag in sorted({record["lag"] for record in records}):
        if not all(record["success"] for record in records if record["lag"] == lag):
            break
        found = lag
    return found


def grouped(records: list[dict]) -> dict[str, list[dict]]:
    """Records by label, in the order they came."""
    groups = defaultdict(list)
    for record in records:
        groups[label(record)].append(record)
    return dict(groups)


def rows(records: list[dict]) -> list[list[str]]:
    """The table of one problem, its head first."""
    head = [
        "cell",
        "parameters",
        "longest lag solved by all seeds",
        "steps to success",
        "ms a step",
        "tries",
    ]
    found = [head]
    for name, group in grouped([record for record in records if record["steps"]]).items():
        longest = longest_lag(group)
        solved = [r["steps_to_success"] for r in group if r["lag"] == longest and longest]
        times = [
            1000 * r["seconds"] / max(r["steps_taken"] - 1, 1)
            for r in group
            if r["steps_taken"] > 1
        ]
        found.append([
            name, f"{group[0]['parameters']:,}", str(longest) if longest else "none",
            f"{np.mean(solved):,.0f} at {longest}" if solved else "-",
            f"{np.median(times):.1f}" if times else "-",
            f"{sum(r['success'] for r in group)} of {len(group)} solved",
        ])  # fmt: skip
    return found


def write(folder: Path, records: list[dict]) -> Path:
    """Write the pictures and `report.html`; returns its path.

    Args:
        folder: one that there is.
        records: what `experiment.run` gave, of any problems.
    """
    parts = []
    for problem in dict.fromkeys(record["problem"] for record in records):
        chosen = [record for record in records if record["problem"] == problem]
        parts += [heading(problem), _about(chosen), table(rows(chosen))]
        for kind, title in TELLING.items():
            parts.append(
                image(folder / f"{problem}_{kind}.png", _figure(kind, chosen, title), title)
            )
    return page(folder / "report.html", "How far back can it look?", parts)


def _about(records):
    problem = PROBLEMS[records[0]["problem"]]
    one = next(
        (record for record in records if record["steps"]), records[0]
    )  # the first trains nothing
    doc = (problem.make.__doc__ or type(problem.make).__doc__).split("\n\n")[0]
    measure = (
        "an accuracy of at least" if problem.classes else "a mean squared error of at most"
    )
    return paragraph(
        f"{doc} Solved: {measure} {problem.solved:g} on new examples (guessing: "
        f"{problem.guess:.2g}). {one['units']} units, batches of {one['batch_size']}, at most "
        f"{one['steps']:,} steps of Adam at {one['learning_rate']:g}, "
        f"{len({r['seed'] for r in records})} seeds."
    )


def _figure(kind, records, title) -> Figure:
    figure = Figure(figsize=(9.5, 4.6), layout="constrained")
    axes = figure.subplots()
    if kind == "success":
        told = _success(axes, [record for record in records if record["steps"]])
    else:
        told = _gradients(axes, records, start=kind == "gradients_start")
    axes.set_title(f"{title}: {records[0]['problem']}{told}")
    axes.grid(alpha=0.3)
    axes.legend(fontsize="small", loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


def _looks(names) -> dict[str, dict]:
    """A colour for each kind, a dashed line where nothing was clipped."""
    kinds = list(dict.fromkeys(name.removesuffix(UNCLIPPED) for name in names))
    shades = colormaps["tab10" if len(kinds) <= 10 else "tab20"]
    looks = {}
    for name in names:
        number, dashed = kinds.index(name.removesuffix(UNCLIPPED)), name.endswith(UNCLIPPED)
        style = "--" if dashed else ("-", "-.")[number // 20 % 2]
        looks[name] = {
            "color": shades(number % shades.N),
            "linestyle": style,
            "label": name,
        }
    return looks


def _success(axes, records):
    groups = grouped(records)
    for number, (name, look) in enumerate(_looks(list(groups)).items()):
        lags = sorted({record["lag"] for record in groups[name]})
        shares = [
            np.mean([r["success"] for r in groups[name] if r["lag"] == lag]) for lag in lags
        ]
        apart = 0.008 * (number - len(groups) / 2)  # lines that would hide each other
        axes.plot(lags, np.array(shares) + apart, marker="o", markersize=4, **look)
    axes.set(xlabel="lag", ylabel="share of seeds solved", xscale="log")
    axes.set_xticks(sorted({record["lag"] for record in records}), minor=False)
    axes.get_xaxis().set_major_formatter("{x:g}")
    axes.minorticks_off()
    axes.set_ylim(-0.1, 1.1)
    return ""


def _gradients(axes, records, start: bool) -> str:
    """For each kind the mean over seeds of the first state's gradient norms, at the longest lag that all
    kinds tried; a line ends where they are 0. Returns what the title is to tell."""
    if start:  # clipping has done nothing yet
        records = [record | {"clip_norm": 1.0} for record in records]
    else:
        records = [record for record in records if record["steps"]]
    groups = grouped(records)
    lag = max(
        set.intersection(
            *({record["lag"] for record in group} for group in groups.values())
        )
    )
    for name, look in _looks(list(groups)).items():
        of = [record for record in groups[name] if record["lag"] == lag]
        norms = np.array(
            [record["gradients"][0 if start else -1]["norms"][0] for record in of]
        )
        logs = np.log(np.where(norms > 0, norms, np.nan))
        mean = np.exp(logs.mean(axis=0))[::-1]
        axes.plot(np.arange(len(mean)), mean, **look)
    axes.set(xlabel="steps back from the end", ylabel="norm of d loss / d h", yscale="log")
    return f", lag {lag}"
