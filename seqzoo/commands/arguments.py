"""Flags that several commands share."""

import argparse

from seqzoo.engine.network import VARIABLE


def add_threads(parser: argparse.ArgumentParser) -> None:
    """Add `--threads`."""
    parser.add_argument(
        "--threads",
        type=int,
        metavar="N",
        help=f"threads that a network may use; default: {VARIABLE}, or one for each core",
    )
