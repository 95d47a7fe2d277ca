"""`seqzoo predict`: answer what is in files, or comes line by line."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from seqzoo import engine
from seqzoo.commands.arguments import add_threads
from seqzoo.commands.unfamiliar import Unlike
from seqzoo.config import flag
from seqzoo.datasets.reading.settings import Form
from seqzoo.datasets.reading.source import of_path, of_stream
from seqzoo.errors import InputError
from seqzoo.system import memory
from seqzoo.system.progress import Count
from seqzoo.tasks import discover, options, reading
from seqzoo.tasks.inputs import Kind
from seqzoo.tasks.reading import CHUNK

ABOUT = "answer texts, one a line, or sounds, pictures and tables, one a file"
EXAMPLE = "seqzoo predict sentiment-imdb reviews.txt --plain"
TABLE_FLAGS = ("delimiter", "columns", "text_column")
FORMATS = ("json", "csv", "tsv", "plain")
TABLES = ("csv", "tsv")  # a row an answer, below a header
TYPED = 1  # inputs that are read before they are answered, where somebody types them


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments and flags."""
    parser.add_argument("model", metavar="NAME|DIR")
    parser.add_argument("files", metavar="FILE", nargs="*", default=["-"],
                        help="texts, one a line; a table (.csv, .tsv, .jsonl, .parquet, .xlsx) with a "
                        "column of texts; what the model reads, one a file; default: - (stdin)")  # fmt: skip
    parser.add_argument(
        "--format",
        choices=FORMATS,
        help="of what is printed: a line of JSON each; a table of your columns and the answers; "
        "the answer alone; default: json",
    )
    parser.add_argument(
        "--plain",
        action="store_true",
        help="--format plain: the label or number alone; words with spaces between; entities as "
        "text/label; the translation",
    )
    parser.add_argument("--keep-going", action="store_true",
                        help="report a bad line in its place and go on; exit 2 at the end")  # fmt: skip
    parser.add_argument("--output", metavar="FILE",
                        help="the file's own columns and the answers, as .csv, .tsv or .jsonl")  # fmt: skip
    parser.add_argument("--batch-size", type=int, metavar="N",
                        help=f"inputs that are read, and answered together; default: {CHUNK:,}; "
                        f"of a terminal {TYPED}")  # fmt: skip
    parser.add_argument("--plot", metavar="PNG", help="the first answer as a picture, too")
    add_threads(parser)
    options.add_flags(parser, discover().values(), "options")
    options.add_flags(parser, discover().values(), "form_options")


def run(parsed: argparse.Namespace) -> int:
    """Answer; returns the exit status."""
    from seqzoo import zoo

    _check(parsed)
    engine.use_threads(parsed.threads)
    memory.keep_freed_memory()
    # What can be told of flags without the network is told before Keras is imported.
    found, task = zoo.opened(parsed.model)
    predictor: Any = task.predictor_class()
    every = options.given(task, parsed, discover().values(), "options", "form_options")
    form = {
        name: every.pop(name) for name in options.names(task.form_options) if name in every
    }
    said = options.replaced(task.form_options(), **form)
    options.replaced(task.options(), **every)
    _check_form(parsed, form)
    if parsed.format == "plain":
        for name in predictor.IN_JSON:
            if every.get(name):
                raise InputError(f"--{flag(name)}: it is in the JSON; expected no --plain")
    if parsed.plot:
        if not predictor.FOR_DRAWING:
            raise InputError(f"--plot: {task.name} has no picture")
        every |= predictor.FOR_DRAWING
    model = predictor(found)
    answers = _answers(model, parsed, model.options(**every), model.asked(said))
    return _print(model, answers, parsed)


def _check(parsed: argparse.Namespace) -> None:
    """Refuse files and folders that are not there, and flags that play no part; settle the format."""
    if parsed.plain and parsed.format not in (None, "plain"):
        raise InputError(f"--plain and --format {parsed.format}: expected one of them")
    if parsed.output and (parsed.format or parsed.plain):
        given = "--plain" if parsed.plain else "--format"
        raise InputError(
            f"{given}: the ending of --output says the format; expected one of them"
        )
    parsed.format = "plain" if parsed.plain else parsed.format or "json"
    if parsed.format in TABLES and len(parsed.files) != 1:
        raise InputError(
            f"--format {parsed.format}: expected one file to answer; got {len(parsed.files)}"
        )
    if parsed.batch_size is not None and parsed.batch_size < 1:
        raise InputError(f"--batch-size: expected at least 1; got {parsed.batch_size}")
    for name in parsed.files:
        if name != "-" and not Path(name).exists():
            raise InputError(f"{name}: no such file")
    if parsed.plot and not Path(parsed.plot).parent.is_dir():
        raise InputError(f"--plot: {Path(parsed.plot).parent}: no such folder")
    if parsed.output:
        from seqzoo.commands.scored import check_output

        check_output(Path(parsed.output), parsed.files)


def _check_form(parsed: argparse.Namespace, form: dict[str, Any]) -> None:
    """Refuse flags on a file's form that play no part."""
    if parsed.keep_going and form.get("skip_bad_rows"):
        raise InputError("--keep-going and --skip-bad-rows: expected one of them")
    idle = [name for name in TABLE_FLAGS if name in form]
    if idle and "-" in parsed.files:
        raise InputError(
            f"--{flag(idle[0])}: standard input has a text a line; expected a file"
        )


def _print(
    model: Any, answers: Iterator[dict[str, Any]], parsed: argparse.Namespace
) -> int:
    """Print the answers; returns the exit status."""
    failed, plot, unlike = False, parsed.plot, Unlike()
    lines = not parsed.output and parsed.format not in TABLES
    plain = parsed.format == "plain"
    typed = "-" in parsed.files and sys.stdin.isatty()
    at_once = typed or parsed.batch_size is not None
    count = Count()
    try:
        for answer in answers:
            if plot and "error" not in answer:
                model.draw(answer, Path(plot))
                plot = None  # the first alone
            failed = failed or "error" in answer
            unlike.count(answer)
            if lines:
                line = model.to_line(answer, plain)
                sys.stdout.buffer.write(line.encode() + b"\n")
            if at_once:  # somebody waits for each answer
                sys.stdout.flush()
            count.advance()
    finally:
        count.end()
        sys.stdout.flush()
        if plain:
            unlike.tell()
    return 2 if failed else 0


def _answers(
    model: Any, parsed: argparse.Namespace, chosen: Any, asked: Form
) -> Iterator[dict]:
    """The answers to all files, in order."""
    for name in _files(parsed, model.READS):
        kind = None
        if name != "-" and not Path(name).is_dir():
            kind = reading.kind_of_file(Path(name), model.READS)
        if kind is not None:
            answer = _answer_file(model, name, kind, chosen, parsed.keep_going)
            if parsed.output or parsed.format in TABLES:
                _write_table(model, answer, kind, parsed)
            yield answer
            continue
        yield from _answer_many(model, name, parsed, chosen, asked)


def _files(parsed: argparse.Namespace, reads: Sequence[str]) -> list[str]:
    """What is to be answered: of a folder of sounds or pictures each file.

    Raises:
        InputError: if the answers to several are to be one table.
    """
    found: list[str] = []
    for name in parsed.files:
        inside = None
        if name != "-" and Path(name).is_dir():
            inside = reading.files_of(Path(name), reads)
        found += [name] if inside is None else map(str, inside)
    if len(found) > 1 and (parsed.output or parsed.format in TABLES):
        given = "--output" if parsed.output else f"--format {parsed.format}"
        raise InputError(f"{given}: expected one file to answer; got {len(found)}")
    return found


def _write_table(model: Any, answer: dict, kind: Kind, parsed: argparse.Namespace) -> None:
    """Write the answer to a file that is one input as a table.

    Raises:
        InputError: if such an answer is no table.
    """
    from seqzoo.commands import scored

    (name,) = parsed.files
    table = None if "error" in answer else model.table(answer)
    if table is None:
        given = "--output" if parsed.output else f"--format {parsed.format}"
        raise InputError(
            answer.get("error", f"{given}: expected a file of texts; {name} is {kind.name}")
        )
    if parsed.output:
        scored.write_table(Path(parsed.output), *table)
    else:
        scored.put_table(sys.stdout.buffer, parsed.format, *table)


def _answer_many(
    model: Any, name: str, parsed: argparse.Namespace, chosen: Any, asked: Form
) -> Iterator[dict]:
    """The answers to a file of many inputs."""
    inputs = _opened(model, name, asked)
    if inputs.table is not None:
        from seqzoo.datasets.reading.measured import tell_found

        tell_found(inputs.table)
    going = parsed.keep_going or asked.skip_bad_rows
    typed = name == "-" and sys.stdin.isatty()
    size = parsed.batch_size or (TYPED if typed else CHUNK)
    if not parsed.output and parsed.format not in TABLES:
        answers = model.predict_records(inputs.records, going, chosen, size)
    else:
        from seqzoo.commands import row_formats, scored

        records = scored.Remembered(inputs.records)
        answers = model.predict_records(iter(records), going, chosen, size)
        columns = list(
            row_formats.flat(model.answers(_sample(model), model.whole(chosen))[0])
        )
        columns += ["error"] if going else []
        beside = inputs.table, records, answers, columns
        if parsed.output:
            answers = scored.write(Path(parsed.output), *beside)
        else:
            answers = scored.rows(sys.stdout.buffer, parsed.format, *beside)
    yield from _without_errors(answers, name) if asked.skip_bad_rows else answers


def _opened(model: Any, name: str, asked: Form) -> reading.Inputs:
    if name == "-":
        if sys.stdin.isatty():
            print("type a text a line; Ctrl+D ends", file=sys.stderr)
        return model.open_inputs(of_stream(sys.stdin.buffer, "standard input"), asked)
    return model.open_inputs(Path(name) if Path(name).is_dir() else of_path(name), asked)


def _sample(model: Any) -> list[tuple]:
    """A made input, to see which columns an answer has."""
    (item,) = model.samples(1, 1)
    return [(item, model.encode(item, "sample"))]


def _without_errors(answers: Iterator[dict], name: str) -> Iterator[dict]:
    """Answers, and a line on those that are none on standard error."""
    count, first = 0, ""
    for answer in answers:
        if "error" in answer:
            count, first = count + 1, first or answer["error"]
        else:
            yield answer
    if count:
        from seqzoo.datasets.reading.measured import tell

        tell(f"{name}: left out {count:,} rows; the first: {first}")


def _answer_file(model: Any, name: str, kind: Kind, chosen: Any, keep_going: bool) -> dict:
    try:
        item = reading.read_file(Path(name), kind)
        encoded = model.encoded(item, name)
    except InputError as error:
        if not keep_going:
            raise
        return {"file": name, "error": str(error)}
    return {"file": name, **model.answers([(item, encoded)], chosen)[0]}
