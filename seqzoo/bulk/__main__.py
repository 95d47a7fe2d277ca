"""`python -m seqzoo.bulk`: the command line."""

import importlib.util
import sys
from pathlib import Path

from seqzoo import zoo
from seqzoo.errors import InputError
from seqzoo.system.command_line import Parser, guarded
from seqzoo.tasks import discover, options

DESCRIPTION = """Answer every line of files with a model, on Apache Beam: on this machine, or on Spark,
Flink or Dataflow. Other flags are Beam's own: --direct_num_workers=2
--direct_running_mode=multi_processing, --runner, ..."""


def parser() -> Parser:
    """The parser of the command's own flags."""
    made = Parser("python -m seqzoo.bulk", description=DESCRIPTION)
    made.add_argument(
        "--model",
        required=True,
        metavar="NAME|DIR",
        help="DIR: one all workers can read",
    )
    made.add_argument(
        "--input",
        required=True,
        metavar="GLOB",
        help="files with a text a line, or .jsonl; gzipped ones too; sounds or pictures, or their folder",
    )
    made.add_argument(
        "--output",
        required=True,
        metavar="PREFIX",
        help="answers: PREFIX-*.jsonl, other lines: PREFIX-bad-*.jsonl",
    )
    made.add_argument(
        "--field",
        metavar="NAME",
        help="lines are JSON objects with the text in NAME; default: text, in .jsonl",
    )
    # What can be set of an answer is as `seqzoo predict` has it; files must be ones all workers can read.
    options.add_flags(made, discover().values(), "options")
    return made


def main(arguments: list[str] | None = None) -> int:
    """Parse and run; returns the exit status."""

    def command() -> int:
        parsed, of_beam = parser().parse_known_args(arguments)
        if importlib.util.find_spec("apache_beam") is None:
            raise InputError('Apache Beam is not installed; pip install "seqzoo[beam]"')
        from seqzoo.bulk.pipeline import run

        _, task = zoo.opened(parsed.model)
        given = options.given(task, parsed, discover().values(), "options")
        for name in ("words", "language_model"):
            if (
                name in given and Path(given[name]).exists()
            ):  # else it is the name of a model
                given[name] = str(Path(given[name]).absolute())
        run(parsed.model, parsed.input, parsed.output, parsed.field, of_beam, given)
        return 0

    return guarded(command)


if __name__ == "__main__":
    sys.exit(main())
