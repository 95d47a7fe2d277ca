"""`seqzoo serve`: models by HTTP."""

import argparse

from seqzoo.system import memory

ABOUT = "answer by HTTP, with a page to try models on"
EXAMPLE = "seqzoo serve sentiment-imdb runs/mine --port 8000"
LIMITS = {  # flag: type, metavar, help
    "max_texts": (int, "N", "texts of a request; default: 64"),
    "max_characters": (int, "N", "of a text; default: 20,000"),
    "max_seconds": (float, "S", "of a sound; default: 60"),
    "queue": (int, "N", "texts that wait for a model; default: 1,024"),
    "max_wait": (float, "S", "seconds they may have to; default: 1"),
    "batch": (int, "N", "texts computed together; default: 64"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments and flags."""
    parser.add_argument("models", metavar="NAME|DIR", nargs="+")
    parser.add_argument(
        "--host", default="127.0.0.1", help="default: 127.0.0.1, this machine alone"
    )
    parser.add_argument(
        "--port", type=int, default=8000, help="default: 8000; 0: a free one"
    )
    parser.add_argument("--threads", type=int, metavar="N",
                        help="for what a model computes; default: one for each core but one")  # fmt: skip
    parser.add_argument("--words", metavar="FILE",
                        help="the dictionary of all segmenters, as `seqzoo predict` takes it")  # fmt: skip
    parser.add_argument("--cors", metavar="ORIGIN", action="append", default=[],
                        help="let pages of a site ask: https://HOST, or *; may come again")  # fmt: skip
    group = parser.add_argument_group("limits")
    for flag, (kind, metavar, text) in LIMITS.items():
        group.add_argument(
            f"--{flag.replace('_', '-')}", type=kind, metavar=metavar, help=text
        )


def run(parsed: argparse.Namespace) -> int:
    """Serve until a signal ends it; returns the exit status."""
    from seqzoo import serving, zoo

    given = {limit: getattr(parsed, limit) for limit in LIMITS}
    limits = serving.Limits(
        **{limit: value for limit, value in given.items() if value is not None}
    )
    for name in parsed.models:
        zoo.opened(
            name
        )  # what is wrong with its files is told before TensorFlow is imported
    memory.keep_freed_memory()
    words = {} if parsed.words is None else {"words": parsed.words}
    return serving.serve(
        parsed.models, parsed.host, parsed.port, limits, parsed.threads, words, parsed.cors
    )
