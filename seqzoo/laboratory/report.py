"""What the trials showed: tables and pictures, as PNG files and in one page, `report.html`."""

import base64
import html
from collections import defaultdict
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from seqzoo.laboratory.problems import PROBLEMS

STYLE = """body { font: 16px/1.5 sans-serif; max-width: 62em; margin: 2em auto; padding: 0 1em }
table { border-collapse: collapse } 
td, th { padding: .2em .8em; border-bottom: 1px solid #ddd; text-align: right }
td:first-child, th:first-child { text-align: left } img { max-width: 100% }"""
TELLING = {
    "success": "Share of seeds solved, by lag",
    "gradients_start": "Norm of d loss / d h before training, by steps back from the end",
    "gradients_end": "Norm of d loss / d h when training ended, by steps back from the end",
}


def label(record: dict) -> str:
    """What tells one line of a picture from the others."""
    radius = f", radius {record['radius']:g}" if record["radius"] else ""
    return record["cell"] + radius + ("" if record["clip_norm"] else ", no clipping")


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
    head = ["cell", "parameters", "longest lag solved by all seeds", "steps to success", "ms a step", "tries"]
    table = [head]
    for name, group in grouped(records).items():
        longest = longest_lag(group)
        solved = [r["steps_to_success"] for r in group if r["lag"] == longest and longest]
        times = [1000 * r["seconds"] / max(r["steps_taken"] - 1, 1) for r in group if r["steps_taken"] > 1]
        table.append([
            name, f"{group[0]['parameters']:,}", str(longest) if longest else "none",
            f"{np.mean(solved):,.0f} at {longest}" if solved else "-",
            f"{np.median(times):.1f}" if times else "-",
            f"{sum(r['success'] for r in group)} of {len(group)} solved",
        ])  # fmt: skip
    return table


def write(folder: Path, records: list[dict]) -> Path:
    """Write the pictures and `report.html`; returns its path.

    Args:
        folder: one that there is.
        records: what `experiment.run` gave, of any problems.
    """
    parts = ["<h1>How far back can it look?</h1>"]
    for problem in dict.fromkeys(record["problem"] for record in records):
        chosen = [record for record in records if record["problem"] == problem]
        parts += [f"<h2>{problem}</h2>", _about(chosen), _table(rows(chosen))]
        for kind, title in TELLING.items():
            path = folder / f"{problem}_{kind}.png"
            _figure(kind, chosen, title).savefig(path, dpi=110)
            data = base64.b64encode(path.read_bytes()).decode()
            parts.append(f'<img alt="{title}" src="data:image/png;base64,{data}">')
    page = folder / "report.html"
    body = "\n".join(parts)
    page.write_text(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Long memory</title>'
        f"<style>{STYLE}</style>\n{body}\n</html>\n",
        "utf-8",
    )
    return page


def _about(records):
    problem, one = PROBLEMS[records[0]["problem"]], records[0]
    doc = (problem.make.__doc__ or type(problem.make).__doc__).split("\n\n")[0]
    measure = "an accuracy of at least" if problem.classes else "a mean squared error of at most"
    return (
        f"<p>{html.escape(doc)} Solved: {measure} {problem.solved:g} on new examples (guessing: "
        f"{problem.guess:.2g}). {one['units']} units, batches of {one['batch_size']}, at most "
        f"{one['steps']:,} steps of Adam at {one['learning_rate']:g}, "
        f"{len({r['seed'] for r in records})} seeds.</p>"
    )


def _table(table):
    head, *body = [[html.escape(cell) for cell in row] for row in table]
    lines = ["<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in body]
    return (
        "<table><tr>" + "".join(f"<th>{cell}</th>" for cell in head) + "</tr>" + "".join(lines) + "</table>"
    )


def _figure(kind, records, title) -> Figure:
    figure = Figure(figsize=(9.5, 4.6), layout="constrained")
    axes = figure.subplots()
    for number, (name, group) in enumerate(grouped(records).items()):
        look = {"color": f"C{number % 10}", "label": name}
        look["linestyle"] = ("-", "--", ":")[number // 10 % 3]
        if kind == "success":
            lags = sorted({record["lag"] for record in group})
            shares = [np.mean([r["success"] for r in group if r["lag"] == lag]) for lag in lags]
            axes.plot(lags, shares, marker="o", **look)
        else:
            _gradients(axes, group, 0 if kind == "gradients_start" else -1, look)
    if kind == "success":
        axes.set(xlabel="lag", ylabel="share of seeds solved", xscale="log", ylim=(-0.05, 1.05))
    else:
        axes.set(xlabel="steps back from the end", ylabel="norm of d loss / d h", yscale="log")
    axes.set_title(title)
    axes.grid(alpha=0.3)
    axes.legend(fontsize="small", loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


def _gradients(axes, group, which, look):
    """The mean over seeds, at the longest lag tried, of the first state's gradient norms."""
    longest = max(record["lag"] for record in group)
    norms = [r["gradients"][which]["norms"][0] for r in group if r["lag"] == longest]
    mean = np.exp(np.mean(np.log(np.maximum(norms, 1e-30)), axis=0))[::-1]  # 1e-30: zeros, which have no log
    axes.plot(np.arange(len(mean)), mean, **look)
