"""What sweeps read and write: a space's file, the names in a space, the table of trials."""

import csv
from pathlib import Path


def written(folder: Path, text: str) -> Path:
    path = folder / "space.toml"
    path.write_text(text)
    return path


def rows(folder: Path) -> list[dict]:
    with (folder / "trials.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def names(found) -> list[str]:
    return [each.name for each in found.space]
