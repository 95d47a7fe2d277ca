"""`python -m seqzoo.recipes`: the recipes there are, and how one is trained."""

import importlib
import sys

from seqzoo import recipes
from seqzoo.errors import InputError, unknown_name
from seqzoo.system.command_line import guarded


def main(arguments: list[str] | None = None) -> int:
    """List the recipes; returns the exit status."""
    given = sys.argv[1:] if arguments is None else arguments
    return guarded(lambda: _run(given))


def _run(arguments: list[str]) -> int:
    modules = recipes.modules()
    if arguments and arguments[0] not in ("-h", "--help"):
        name = arguments[0]
        if name not in modules:
            raise unknown_name("recipe", name, modules)
        raise InputError(f"expected no argument; seqzoo train {name} trains it")
    for name, module in modules.items():
        about = (importlib.import_module(module).__doc__ or "").strip().split("\n")[0]
        print(f"seqzoo train {name}: {about.split(' `')[0]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
