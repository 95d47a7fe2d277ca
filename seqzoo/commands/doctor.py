"""`seqzoo doctor`: what is wrong or slow with a model."""

import argparse
from pathlib import Path

from seqzoo.errors import InputError

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
    from seqzoo import diagnosis, zoo
    from seqzoo.artifact import foreign

    if Path(parsed.model).is_file():
        if parsed.data is not None:
            raise InputError(
                "--data: how it becomes ids, a folder of seqzoo's tells; a .keras file doesn't"
            )
        network, batch = foreign.network(Path(parsed.model)), None
    else:
        model = zoo.load(parsed.model)
        network = model.model
        batch = None if parsed.data is None else model.batch(Path(parsed.data))
    found = diagnosis.diagnose(network, batch)
    print(found.to_json() if parsed.json else found)
    return 0
