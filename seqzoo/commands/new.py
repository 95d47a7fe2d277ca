"""`seqzoo new`: a package of the user's own that adds a task, a recipe or a cell."""

import argparse
import configparser
import importlib.util
import keyword
import re
import shutil
from pathlib import Path

from seqzoo import plugins, recipes, tasks
from seqzoo.errors import InputError

ABOUT = "write a package that adds a task, a recipe or a cell"
EXAMPLE = "seqzoo new task moods"
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
    check_free(parsed.kind, parsed.name)
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


def check_free(kind: str, name: str) -> None:
    """Refuse a name that something installed has already.

    Args:
        kind: one of `KINDS`.
        name: of the task, recipe or cell.

    Raises:
        InputError: naming what has it.
    """
    for group, entry in declared(kind, name):
        if entry in taken(group):
            what = group.removeprefix("seqzoo.").removesuffix("s")
            raise InputError(f"NAME: there is a {what} {entry}; expected another name")
    for module in (package(name), name):
        found = importlib.util.find_spec(module)
        if found is not None and found.origin is not None:  # else a folder that lies here
            raise InputError(
                f"NAME: there is a module {module} ({found.origin}); expected another name"
            )


def declared(kind: str, name: str) -> list[tuple[str, str]]:
    """The entry points of a package that `write` writes: their groups and names."""
    config = configparser.ConfigParser()
    config.read_string(_filled(templates(kind)["setup.cfg"], words(name)))
    groups = config["options.entry_points"].items()
    return [
        (group, line.partition("=")[0].strip())
        for group, lines in groups
        for line in lines.strip().splitlines()
    ]


def taken(group: str) -> set[str]:
    """The names that a group of entry points has already, of seqzoo's own and of installed packages."""
    names: set[str] = set(plugins.points(group))
    if group == "seqzoo.cells":
        from seqzoo.layers import CELLS

        names |= set(CELLS)
    elif group == recipes.GROUP:
        names |= set(recipes.names())
    elif group == tasks.GROUP:
        names |= set(tasks.discover())
    elif group == tasks.DATASETS:
        for task in tasks.discover().values():
            names |= {f"{task.name}.{corpus}" for corpus in task.corpus_names()}
    return names


def package(name: str) -> str:
    """What the package is called in Python."""
    return f"seqzoo_{name}"


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
    partial = folder.with_name(f"{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        for place, template in templates(kind).items():
            place = place.replace("package/", f"{package(name)}/")
            target = partial / place.replace("test_name", f"test_{name}")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(_filled(template, words(name)), "utf-8")
        partial.rename(folder)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise


def words(name: str) -> dict[str, str]:
    """What the placeholders of a template stand for."""
    return {
        "@name@": name,
        "@package@": package(name),
        "@distribution@": distribution(name),
        "@Class@": "".join(part.capitalize() for part in name.split("_")),
    }


def _filled(template: Path, replacements: dict[str, str]) -> str:
    text = template.read_text("utf-8")
    for placeholder, word in replacements.items():
        text = text.replace(placeholder, word)
    return text
