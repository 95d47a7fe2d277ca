"""`seqzoo doctor`: what is wrong or slow with a model."""

import argparse
from pathlib import Path
from typing import Any

from seqzoo.errors import InputError
from seqzoo.system.tensorflow_start import start_tensorflow

ABOUT = "tell what is wrong or slow with a model"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments and flags."""
    parser.add_argument("model", metavar="NAME|DIR|FILE.keras")
    parser.add_argument("--data", metavar="FILE",
                        help="what to look at it with, as for evaluate; default: random ids")  # fmt: skip
    parser.add_argument(
        "--json", action="store_true", help="the findings and their figures as JSON"
    )


def run(parsed: argparse.Namespace) -> int:
    """Diagnose a model and print the findings; returns the exit status.

    Raises:
        InputError: if the model or the data can't be read.
    """
    if parsed.data is not None and not Path(parsed.data).exists():
        raise InputError(f"{parsed.data}: cannot be read: No such file or directory")
    network, batch = _read(parsed.model, parsed.data)

    from seqzoo import diagnosis  # needs Keras: not before there is a model

    found = diagnosis.diagnose(network, batch)
    print(found.to_json() if parsed.json else found)
    return 0


def _read(name: str, data: str | None) -> tuple[Any, Any]:
    """The network, and a batch of the data for it, if there are any."""
    if Path(name).is_file():
        if data is not None:
            raise InputError(
                "--data: how it becomes ids, a folder of seqzoo's tells; a .keras file doesn't"
            )
        start_tensorflow()
        from seqzoo.artifact import foreign

        return foreign.network(Path(name)), None
    from seqzoo import zoo

    model = zoo.load(name)
    return model.model, None if data is None else model.batch(Path(data))
