"""`seqzoo pack`: a model without its training state, half the size."""

import argparse
from pathlib import Path

from seqzoo.tasks import task_of

ABOUT = "copy a model without its training state, half the size"
EXAMPLE = "seqzoo pack runs/mine mymodel"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments and flags."""
    parser.add_argument("model", metavar="NAME|DIR")
    parser.add_argument("target", metavar="TARGET", help="a new folder")


def run(parsed: argparse.Namespace) -> int:
    """Pack; returns the exit status."""
    from seqzoo import artifact, zoo

    source = zoo.find(parsed.model)
    task = task_of(artifact.Artifact(source).config["task"], f"{source}: task")
    artifact.pack(source, Path(parsed.target), task)
    print(f"packed into {parsed.target}")
    return 0
