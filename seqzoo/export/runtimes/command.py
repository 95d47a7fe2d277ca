"""The command of a model's package: answers texts, or files of sound by their paths, one a line."""

import argparse
import importlib
import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

PACKAGE = importlib.import_module(__package__ or "")
Line = tuple[str, int, bytes]  # where it is from, its number, and what it holds


class Once(argparse.Action):
    """Keep a value; a flag that comes again is an error, where `argparse` would take the last."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        """Keep `values`."""
        given = vars(namespace).setdefault("given", set())
        if self.dest in given:
            parser.error(f"{option_string}: given twice; expected once")
        given.add(self.dest)
        setattr(namespace, self.dest, values)


def parser() -> argparse.ArgumentParser:
    """The command's arguments and flags."""
    about = PACKAGE.about()
    result = argparse.ArgumentParser(
        about["name"], description=f"{about['task']}: answers as JSON, one a line."
    )
    sound = about["reads"] == ["audio"]
    one, many = (
        ("the path of a WAV file", "paths of WAV files") if sound else ("a text", "texts")
    )
    result.add_argument(
        "texts",
        metavar="PATH" if sound else "TEXT",
        nargs="*",
        help=f"default: standard input, {one} a line",
    )
    result.add_argument(
        "--file", metavar="FILE", action="append", default=[], dest="files",
        help=f"{many}, one a line; - is standard input; may be given again",
    )  # fmt: skip
    result.add_argument("--plain", action="store_true", help="the answer alone, no JSON")
    result.add_argument(
        "--keep-going",
        action="store_true",
        help="report a bad line in its place and go on; exit 2 at the end",
    )
    for name, help, choices in about["options"]:
        if choices:
            default = choices[0]
            result.add_argument(
                f"--{name}", action=Once, choices=choices, default=default, help=help
            )
        else:
            result.add_argument(f"--{name}", action=Once, metavar="FILE", help=help)
    version = f"{about['name']} {about['version']} (model {about['sha256'][:16]})"
    result.add_argument("--version", action="version", version=version)
    return result


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse and answer.

    Args:
        arguments: of the command line; None: those of the process.

    Returns:
        The exit status: 2 if something could not be used, else 0.
    """
    try:
        return _run(parser().parse_args(arguments))
    except (ValueError, OSError) as error:
        if isinstance(error, BrokenPipeError):  # the reader has gone (`| head`)
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _run(parsed: argparse.Namespace) -> int:
    """Answer every line; returns the exit status."""
    for name in parsed.files:
        if name != "-" and not Path(name).is_file():
            raise ValueError(f"--file: {name}: no such file")
    model = PACKAGE.load()
    given = {name: getattr(parsed, name) for name, *_ in model.about["options"]}
    options = model.options(**given)
    failed = False
    for where, number, line in _lines(parsed):
        try:
            answer = _answer(model, line, options)
        except ValueError as error:
            if not parsed.keep_going:
                raise ValueError(f"{where}:{number}: {error}") from None
            failed, answer = True, {"line": number, "error": str(error)}
        _write(model, answer, parsed.plain)
    return 2 if failed else 0


def _lines(parsed: argparse.Namespace) -> Iterator[Line]:
    """All texts, in order: arguments, then files; standard input if there are neither."""
    for number, text in enumerate(parsed.texts, 1):
        yield "argument", number, os.fsencode(text)
    for name in parsed.files or ([] if parsed.texts else ["-"]):
        if name == "-":
            yield from _numbered("standard input", sys.stdin.buffer)
            continue
        with Path(name).open("rb") as file:
            yield from _numbered(name, file)


def _numbered(where: str, lines: Any) -> Iterator[Line]:
    """Lines of a file without a byte order mark and line ends."""
    for number, line in enumerate(lines, 1):
        line = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
        if line:
            yield where, number, line.rstrip(b"\r\n")


def _answer(model: Any, line: bytes, options: dict[str, Any]) -> dict[str, Any]:
    """The answer to a line.

    Raises:
        ValueError: if it is no UTF-8, has a NUL, or the model can't use it.
    """
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"invalid UTF-8 at byte {error.start + 1} of the line") from None
    if "\0" in text:
        raise ValueError("a NUL character; expected text")
    try:
        return model.predict([text], **options)[0]
    except ValueError as error:
        raise ValueError(str(error).removeprefix("texts[0]: ")) from None


def _write(model: Any, answer: dict[str, Any], plain: bool) -> None:
    """Write an answer, or a record of why there is none, to standard output."""
    if plain:
        error = answer.get("error")
        line = model.plain(answer) if error is None else f"error: {error}"
    else:
        line = json.dumps(answer, ensure_ascii=False)
    sys.stdout.buffer.write(line.encode() + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main())
