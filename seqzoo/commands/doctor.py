"""`seqzoo doctor`: what is wrong or slow with a model."""

import argparse
from pathlib import Path
from typing import Any

from seqzoo.config import flag
from seqzoo.errors import InputError
from seqzoo.system.tensorflow_start import start_tensorflow
from seqzoo.tasks import discover, options

ABOUT = "tell what is wrong or slow with a model"
EXAMPLE = "seqzoo doctor runs/mine --data labelled.tsv"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments and flags."""
    parser.add_argument("model", metavar="NAME|DIR|FILE.keras")
    parser.add_argument("--data", metavar="FILE",
                        help="what to look at it with, as for evaluate; default: random ids")  # fmt: skip
    parser.add_argument(
        "--json", action="store_true", help="the findings and their figures as JSON"
    )
    options.add_flags(parser, discover().values(), "form_options")


def run(parsed: argparse.Namespace) -> int:
    """Diagnose a model and print the findings; returns the exit status.

    Raises:
        InputError: if the model or the data can't be read.
    """
    if parsed.data is not None and not Path(parsed.data).exists():
        raise InputError(f"{parsed.data}: cannot be read: No such file or directory")
    network, batch, further = _read(parsed)

    from seqzoo import diagnosis  # needs Keras: not before there is a model

    found = diagnosis.diagnose(network, batch, further=further)
    print(found.to_json() if parsed.json else found)
    return 0


def _read(parsed: argparse.Namespace) -> tuple[Any, Any, list]:
    """The network, a batch of the data for it, if there are any, and the findings of the model's task."""
    name, data = parsed.model, parsed.data
    if Path(name).is_file():
        if data is not None:
            raise InputError(
                "--data: how it becomes ids, a folder of seqzoo's tells; a .keras file doesn't"
            )
        start_tensorflow()
        from seqzoo.artifact import foreign

        return foreign.network(Path(name)), None, []
    from seqzoo import zoo

    found, task = zoo.opened(name)
    given = options.given(task, parsed, discover().values(), "form_options")
    said = options.replaced(task.form_options(), **given)
    if data is None and given:
        raise InputError(f"--{flag(next(iter(given)))}: it is for --data; there is none")
    model: Any = task.predictor_class()(found)
    if data is None:
        return model.model, None, []
    asked = (model.asked(said),) if given else ()
    batch = model.batch(Path(data), *asked)
    return model.model, batch, model.sicknesses(Path(data), *asked)
