"""`seqzoo predict`: answer what is in files, or comes line by line."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from seqzoo import engine
from seqzoo.commands.arguments import add_threads
from seqzoo.datasets.files import number_lines, raw_lines
from seqzoo.errors import InputError
from seqzoo.system import memory
from seqzoo.tasks import discover, options, reading
from seqzoo.tasks.inputs import Kind

ABOUT = "answer texts, one a line, or sounds, pictures and tables, one a file"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments and flags."""
    parser.add_argument("model", metavar="NAME|DIR")
    parser.add_argument("files", metavar="FILE", nargs="*", default=["-"],
                        help="texts, one a line; .csv and .tsv with a column text; .jsonl, one a line; "
                        "what the model reads, one a file; default: - (standard input)")  # fmt: skip
    parser.add_argument(
        "--plain",
        action="store_true",
        help="the label or number alone; words with spaces between; entities as text/label; the translation",
    )
    parser.add_argument("--keep-going", action="store_true",
                        help="report a bad line in its place and go on; exit 2 at the end")  # fmt: skip
    parser.add_argument("--plot", metavar="PNG", help="the first answer as a picture, too")
    add_threads(parser)
    options.add_flags(parser, discover().values(), "options")


def run(parsed: argparse.Namespace) -> int:
    """Answer; returns the exit status."""
    from seqzoo import zoo

    for name in parsed.files:
        if name != "-" and not Path(name).exists():
            raise InputError(f"{name}: no such file")
    if parsed.plot and not Path(parsed.plot).parent.is_dir():
        raise InputError(f"--plot: {Path(parsed.plot).parent}: no such folder")
    engine.use_threads(parsed.threads)
    memory.keep_freed_memory()
    # What can be told of flags without the network is told before Keras is imported.
    found, task = zoo.opened(parsed.model)
    predictor: Any = task.predictor_class()
    given = options.given(task, parsed, discover().values(), "options")
    options.replaced(task.options(), **given)
    if parsed.plain and given.get("alignments"):
        raise InputError("--alignments: they are in the JSON; expected no --plain")
    if parsed.plot:
        if not predictor.FOR_DRAWING:
            raise InputError(f"--plot: {task.name} has no picture")
        given |= predictor.FOR_DRAWING
    model = predictor(found)
    failed, plot = False, parsed.plot
    for answer in _answers(model, parsed, model.options(**given)):
        if plot and "error" not in answer:
            model.draw(answer, Path(plot))
            plot = None  # the first alone
        failed = failed or "error" in answer
        sys.stdout.buffer.write(model.to_line(answer, parsed.plain).encode() + b"\n")
    sys.stdout.flush()
    return 2 if failed else 0


def _answers(model, parsed, chosen) -> Iterator[dict]:
    """The answers to all files, in order."""
    for name in parsed.files:
        if name == "-":
            lines = number_lines(sys.stdin.buffer)
            yield from model.predict_lines(
                lines, "standard input", parsed.keep_going, chosen
            )
            continue
        kind = reading.kind_of_file(Path(name), model.READS)
        if kind is not None:
            yield _answer_file(model, name, kind, chosen, parsed.keep_going)
            continue
        records = reading.records(raw_lines(name), name, model.READS)
        yield from model.predict_records(records, parsed.keep_going, chosen)


def _answer_file(model, name: str, kind: Kind, chosen, keep_going: bool) -> dict:
    try:
        item = reading.read_file(Path(name), kind)
        encoded = model.encoded(item, name)
    except InputError as error:
        if not keep_going:
            raise
        return {"file": name, "error": str(error)}
    return {"file": name, **model.answers([(item, encoded)], chosen)[0]}
