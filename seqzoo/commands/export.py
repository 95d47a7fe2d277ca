"""`seqzoo export`: a model in another format, proven to answer alike."""

import argparse
from pathlib import Path

from seqzoo.datasets.files import read_lines
from seqzoo.errors import InputError
from seqzoo.system.tensorflow_start import start_tensorflow

ABOUT = "write a model in another format, proven to answer alike"
EXAMPLE = "seqzoo export sentiment-imdb --format onnx --output exported"
FORMATS = ("keras", "saved_model", "onnx", "litert", "wheel", "web")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments and flags."""
    parser.add_argument("model", metavar="NAME|DIR")
    parser.add_argument("--format", required=True, choices=FORMATS)
    parser.add_argument(
        "--output",
        metavar="DIR",
        help="a new folder; default: NAME-FORMAT; of a wheel: where to put it",
    )
    parser.add_argument(
        "--length", metavar="N,N,...", help="litert: tokens of a text, a file for each"
    )
    parser.add_argument(
        "--runtime",
        metavar="PATH",
        help="web: the npm package onnxruntime-web, unpacked or a .tgz; default: npm fetches it",
    )
    parser.add_argument(
        "--version", metavar="N.N", help="wheel: that of the package; default: 1.0"
    )
    parser.add_argument(
        "--texts", metavar="FILE", help="texts to prove it by, one a line; default: made up"
    )


def run(parsed: argparse.Namespace) -> int:
    """Export; returns the exit status.

    Raises:
        InputError: on unusable flags, or if the export does not answer like the model.
    """
    from seqzoo import zoo

    lengths = None if parsed.length is None else _lengths(parsed.length)
    texts = None if parsed.texts is None else read_texts(Path(parsed.texts))
    model = zoo.load(parsed.model)

    start_tensorflow()
    from seqzoo import export  # needs Keras: not before there is a model

    report = export.export(
        model,
        parsed.format,
        parsed.output,
        lengths=lengths,
        texts=texts,
        runtime=parsed.runtime,
        version=parsed.version,
    )
    print(export.describe(report))
    return 0


def _lengths(text: str) -> list[int]:
    try:
        return [int(number) for number in text.split(",")]
    except ValueError:
        raise InputError(
            f"--length: expected whole numbers, commas between; got {text!r}"
        ) from None


def read_texts(path: Path) -> list[str]:
    """Texts of a file, one a line, to prove an export by.

    Raises:
        InputError: if it can't be read, is no UTF-8, or there are none.
    """
    texts = [line for _, line in read_lines(path) if line.strip()]
    if not texts:
        raise InputError(f"{path}: expected texts, one a line; it has none")
    return texts
