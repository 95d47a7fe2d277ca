"""What a sweep found: `trials.csv`, pictures, and `report.html` with the command that repeats the best."""

import csv
import dataclasses
import io
import shlex
from pathlib import Path
from typing import Any

import numpy as np

from seqzoo import config as configs
from seqzoo.reports.page import code, heading, image, page, paragraph, table
from seqzoo.sweep import pictures
from seqzoo.sweep.trials import MEASURED, WHOLE
from seqzoo.system.files import replacing

SHOWN = 10  # trials in the page's table


def record(trial: Any) -> dict:
    """A trial in one flat record: its number, status, measures, the values tried, and why it failed."""
    found = {"trial": trial.trial_id, "status": trial.status.lower()}
    for name in MEASURED:
        value = trial.metrics.get_last_value(name) if trial.metrics.exists(name) else None
        found[name] = int(value) if name in WHOLE and value is not None else value
    for name, value in trial.hyperparameters.values.items():
        if not name.startswith("tuner/"):
            found[name] = float(f"{value:.6g}") if isinstance(value, float) else value
    return found | {"error": trial.message}


def records(oracle: Any) -> list[dict]:
    """Those of all trials, in the order they began."""
    return [record(oracle.trials[name]) for name in oracle.start_order]


def varied(record: dict) -> dict:
    """What was tried, of a record."""
    return {
        n: v for n, v in record.items() if n not in ("trial", "status", *MEASURED, "error")
    }


def line(record: dict) -> str:
    """A record in a line."""
    values = ", ".join(f"{name} {_show(value)}" for name, value in varied(record).items())
    if record["score"] is None:
        return f"trial {record['trial']}: {record['status']}: {record['error']}; {values}"
    return f"trial {record['trial']}: score {record['score']:.4f}, {record['seconds']:.0f} s; {values}"


def write_csv(path: Path, records: list[dict]) -> None:
    """Write records as a table, whole or not at all."""
    text = io.StringIO()
    writer = csv.DictWriter(
        text, list(dict.fromkeys(name for record in records for name in record))
    )
    writer.writeheader()
    writer.writerows(records)
    with replacing(path) as file:
        file.write(text.getvalue().encode())


def command(recipe: str, default: Any, config: Any) -> str:
    """The command that trains a configuration.

    Args:
        recipe: the name of the recipe's module.
        default: the recipe's own `Config`.
        config: another.
    """
    # A module of the folder at hand is found by `python -m` alone.
    words = ["seqzoo", "train", recipe]
    if "." in recipe:
        words = ["python", "-m", recipe]
    for field in dataclasses.fields(config):
        value = getattr(config, field.name)
        if value == getattr(default, field.name):
            continue
        name = configs.flag(field.name)
        words += (
            [f"--{name}" if value else f"--no-{name}"]
            if isinstance(value, bool)
            else [f"--{name}", _show(value)]
        )
    return shlex.join(words)


def pareto(records: list[dict]) -> list[dict]:
    """The trials that no other equals or beats in score, parameters and seconds at once."""

    def costs(record):
        return np.array([-record["score"], record["parameters"], record["seconds"]])

    def beaten(one):
        others = (costs(other) - costs(one) for other in records if other is not one)
        return any((apart <= 0).all() and (apart < 0).any() for apart in others)

    return [one for one in records if not beaten(one)]


def write(
    folder: Path, recipe: str, default: Any, config: Any, records: list[dict], space: Any
) -> Path:
    """Write `trials.csv`, the pictures and `report.html`; returns the page's path.

    Args:
        folder: the sweep's.
        recipe, default: as in `command`.
        config: the best trial's, or None.
        records: of all trials.
        space: what was varied, keras-tuner's `HyperParameters`.
    """
    write_csv(folder / "trials.csv", records)
    scored = sorted(
        (r for r in records if r["score"] is not None), key=lambda r: -r["score"]
    )
    failed = [record for record in records if record["status"] == "failed"]
    parts = [
        paragraph(
            f"{len(records)} trials of {recipe}, {len(failed)} failed. Scores are of the validation split."
        )
    ]
    if config is not None:
        parts += [paragraph("The best again:"), code(command(recipe, default, config))]
        front = {record["trial"] for record in pareto(scored)}
        parts += [table(_rows(scored[:SHOWN], front))]
        for name, (title, figure) in pictures.draw(scored, front, space).items():
            parts += [heading(title), image(folder / f"{name}.png", figure, title)]
    if failed:
        reasons = [[r["trial"], r["error"] or "see its worker's output"] for r in failed]
        parts += [heading("Failed"), table([["trial", "why"], *reasons])]
    return page(folder / "report.html", f"Sweep of {recipe}", parts)


def _rows(scored, front) -> list[list[str]]:
    tried = dict.fromkeys(name for one in scored for name in varied(one))
    head = ["trial", "score", "parameters", "seconds", "best epoch", *tried, "on the front"]
    rows = [
        [
            one["trial"],
            f"{one['score']:.4f}",
            f"{one['parameters']:,}",
            f"{one['seconds']:.0f}",
            f"{one['best_epoch']} of {one['epochs']}",
            *(_show(one.get(name, "")) for name in tried),
            "yes" if one["trial"] in front else "",
        ]
        for one in scored
    ]
    return [head, *rows]


def _show(value) -> str:
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return f"{value:.6g}" if isinstance(value, float) else str(value)
