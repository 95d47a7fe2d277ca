"""`seqzoo pack`: a model without its training state, half the size."""

import argparse
import tempfile
from pathlib import Path
from typing import Any

from seqzoo.errors import InputError
from seqzoo.tasks import task_of

ABOUT = "copy a model without its training state, half the size"
EXAMPLE = "seqzoo pack runs/mine mymodel"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments and flags."""
    parser.add_argument("model", metavar="NAME|DIR")
    parser.add_argument("target", metavar="TARGET", help="a new folder, or a new .zip file")
    parser.add_argument(
        "--tables",
        choices=("half", "int8"),
        help="of embeddings: half precision, or 8 bits and a scale a row; default: as the model has them, or "
        "half",
    )


def run(parsed: argparse.Namespace) -> int:
    """Pack; returns the exit status."""
    from seqzoo import artifact, zoo
    from seqzoo.artifact import archive

    source = zoo.find(parsed.model)
    task = task_of(artifact.Artifact(source).config["task"], f"{source}: task")
    target = Path(parsed.target)
    if target.suffix == archive.SUFFIX:
        _pack_zip(source, target, task, parsed.tables)
    else:
        artifact.pack(source, target, task, parsed.tables)
    print(f"packed into {parsed.target}")
    return 0


def _pack_zip(source: Path, target: Path, task: Any, tables: str | None) -> None:
    """Pack a model into a ZIP file, through a folder beside it."""
    from seqzoo import artifact
    from seqzoo.artifact import archive

    if target.exists():
        raise InputError(f"{target}: exists already")
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        packed = Path(folder) / target.stem
        artifact.pack(source, packed, task, tables)
        archive.write(packed, target)
