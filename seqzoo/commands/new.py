"""`seqzoo new`: a package of the user's own that adds a task, a recipe or a cell."""

import argparse
import keyword
import re
import shutil
from pathlib import Path

from seqzoo.errors import InputError

ABOUT = "write a package that adds a task, a recipe or a cell"
KINDS = ("task", "recipe", "cell")
TEMPLATES = Path(__file__).parent / "templates"
SUFFIX = ".txt"  # of a template: no tool takes it for the Python file that it becomes
NAME = re.compile("[a-z][a-z0-9]*(_[a-z0-9]+)*")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments and flags."""
    parser.add_argument(
        "kind", metavar="KIND", choices=KINDS, help=f"one of {', '.join(KINDS)}"
    )
    parser.add_argument(
        "name", metavar="NAME", help="small letters, digits and _; the first is a letter"
    )
    parser.add_argument(
        "--output", metavar="DIR", help="a new folder; default: seqzoo-NAME"
    )


def run(parsed: argparse.Namespace) -> int:
    """Write the package; returns the exit status."""
    check_name(parsed.name)
    if parsed.name in taken(parsed.kind):
        raise InputError(
            f"NAME: there is a {parsed.kind} {parsed.name}; expected another name"
        )
    output = distribution(parsed.name) if parsed.output is None else parsed.output
    folder = Path(output)
    write(parsed.kind, parsed.name, folder)
    print(f"written: {folder}\nnext: cd {folder} && pip install -e . && python -m pytest")
    return 0


def check_name(name: str) -> None:
    """Refuse what cannot be a part of a module's name.

    Raises:
        InputError: naming it.
    """
    if not NAME.fullmatch(name) or keyword.iskeyword(name):
        raise InputError(
            f"NAME: expected small letters, digits and _, a letter first; got {name!r}"
        )


def taken(kind: str) -> set[str]:
    """The names that tasks, recipes or cells have already."""
    if kind == "cell":
        from seqzoo.layers import CELLS

        return set(CELLS)
    if kind == "recipe":
        from seqzoo import recipes

        return set(recipes.names())
    from seqzoo.tasks import discover

    return set(discover())


def distribution(name: str) -> str:
    """What the package is called for pip."""
    return f"seqzoo-{name.replace('_', '-')}"


def templates(kind: str) -> dict[str, Path]:
    """The files of a package: where each goes -> its template."""
    shared, own = TEMPLATES.glob(f"*{SUFFIX}"), (TEMPLATES / kind).rglob(f"*{SUFFIX}")
    found = {path.name: path for path in shared}
    found |= {path.relative_to(TEMPLATES / kind).as_posix(): path for path in sorted(own)}
    return {place.removesuffix(SUFFIX): path for place, path in found.items()}


def write(kind: str, name: str, folder: Path) -> None:
    """Write a package from the templates, whole or not at all.

    Args:
        kind: one of `KINDS`.
        name: of the task, recipe or cell.
        folder: a new one.

    Raises:
        InputError: if the folder exists.
    """
    if folder.exists():
        raise InputError(f"{folder}: exists already; expected a new folder")
    package = f"seqzoo_{name}"
    words = {
        "@name@": name,
        "@package@": package,
        "@distribution@": distribution(name),
        "@Class@": "".join(part.capitalize() for part in name.split("_")),
    }
    partial = folder.with_name(f"{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        for place, template in templates(kind).items():
            place = place.replace("package/", f"{package}/")
            place = place.replace("test_name", f"test_{name}")
            _fill(template, partial / place, words)
        partial.rename(folder)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise


def _fill(template: Path, target: Path, words: dict[str, str]) -> None:
    text = template.read_text("utf-8")
    for placeholder, word in words.items():
        text = text.replace(placeholder, word)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, "utf-8")
