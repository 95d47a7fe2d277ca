"""`seqzoo info`: what a trained model is, how good it is, how large."""

import argparse
import json
from typing import Any

ABOUT = "show a model's task, settings, scores and size"
EXAMPLE = "seqzoo info sentiment-imdb"
MOST_LABELS = 12  # shown of a model's labels
PARTS = ("validation", "test")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments and flags."""
    parser.add_argument("model", metavar="NAME|DIR")
    parser.add_argument("--json", action="store_true", help="one line of JSON")


def run(parsed: argparse.Namespace) -> int:
    """Show it; returns the exit status."""
    from seqzoo.zoo import opened

    artifact, task = opened(parsed.model)
    found = about(artifact, task)
    if parsed.json:
        print(json.dumps(found, ensure_ascii=False))
        return 0
    print("\n".join(lines(found)))
    return 0


def about(artifact: Any, task: Any) -> dict[str, Any]:
    """What there is to say of a model, as values for JSON.

    Args:
        artifact: a `seqzoo.artifact.Artifact`.
        task: its `seqzoo.tasks.Task`.
    """
    from seqzoo.system.files import read_json, read_lines

    config = artifact.config
    files = [path for path in artifact.folder.iterdir() if path.is_file()]
    found = {
        "name": artifact.name,
        "folder": str(artifact.folder),
        "task": task.name,
        "summary": task.summary,
        "recipe": config["recipe"],
        "data": config["description"],
        "megabytes": round(sum(path.stat().st_size for path in files) / 1e6, 2),
        "network": config["model"],
        "settings": config["config"],
    }
    if (artifact.folder / "labels.txt").is_file():
        found["labels"] = read_lines(artifact.folder / "labels.txt")
    if (artifact.folder / "metrics.json").is_file():
        metrics = read_json(artifact.folder / "metrics.json")
        found |= {
            name: metrics[name]
            for name in ("parameters", "examples", "best_epoch", "seconds", "versions")
            if name in metrics
        }
        found["scores"] = {
            part: {
                name: value
                for name, value in metrics[part].items()
                if isinstance(value, (int, float))
            }
            for part in PARTS
            if part in metrics
        }
    return found


def lines(found: dict[str, Any]) -> list[str]:
    """The same, for people."""
    network = found["network"]
    arguments = ", ".join(
        f"{name}={value!r}" for name, value in network["arguments"].items()
    )
    shown = [
        f"{found['name']}: {found['task']}, {found['summary']}",
        f"folder: {found['folder']} ({found['megabytes']:g} MB)",
        f"data: {found['data']}",
        f"recipe: {found['recipe']}",
        f"network: {network['builder']}({arguments})",
    ]
    if "parameters" in found:
        shown.append(f"parameters: {found['parameters']:,}")
    if "labels" in found:
        labels = found["labels"]
        more = len(labels) - MOST_LABELS
        rest = f", and {more} more" if more > 0 else ""
        shown.append(f"labels: {', '.join(labels[:MOST_LABELS])}{rest}")
    for part, scores in found.get("scores", {}).items():
        values = ", ".join(f"{name} {value:.4f}" for name, value in scores.items())
        shown.append(f"{part}: {values}")
    return shown
