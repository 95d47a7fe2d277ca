"""`seqzoo sweep RECIPE`: the command line of sweeps."""

import argparse
from pathlib import Path
from typing import Any

from seqzoo import config as configs
from seqzoo.commands.recipe_named import recipe_named
from seqzoo.errors import InputError, unknown_name
from seqzoo.system.command_line import Parser
from seqzoo.system.tensorflow_start import start_tensorflow

ABOUT = "search a recipe's hyper-parameters: seqzoo sweep RECIPE --help"
EXAMPLE = "seqzoo sweep sentiment --trials 24 --retrain"
DESCRIPTION = """Look for the settings of a recipe that score best on validation. The recipe's own flags fix
what they name; --space says what to try. Interrupted, the same command goes on."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the first argument; the flags depend on the recipe."""
    parser.add_argument("recipe", metavar="RECIPE")


def run(parsed: argparse.Namespace) -> int:
    """Sweep a recipe without flags; returns the exit status."""
    return run_with([parsed.recipe])


def run_with(arguments: list[str]) -> int:
    """Sweep as the flags say; returns the exit status.

    Args:
        arguments: the recipe's name and flags.
    """
    called = recipe_named(arguments, "seqzoo sweep", DESCRIPTION, EXAMPLE)
    name, recipe, flags = called
    parsed = parser_of(name, recipe).parse_args(flags)
    preset = getattr(recipe, "PRESETS", {}).get(getattr(parsed, "preset", None))
    base = configs.from_flags(recipe.Config, parsed, preset)
    given = configs.given_flags(recipe.Config, parsed)
    fixed = [name for name in given if name not in ("epochs", "seed")]
    return _sweep(name, base, vars(parsed), fixed)


def parser_of(name: str, recipe: Any) -> Parser:
    """The parser of a recipe's sweep, with its own flags and the recipe's.

    Args:
        name: of the recipe.
        recipe: its module.
    """
    from seqzoo.sweep.choices import LOST_AFTER, TRIALS

    parser = Parser(f"seqzoo sweep {name}", description=DESCRIPTION)
    for flag, metavar, help, settings in (
        ("tuner", "NAME", "random, grid, bayesian or hyperband; default random", {"default": "random"}),
        ("trials", "N", f"how many; default {TRIALS}, of a grid all", {"type": int}),
        ("space", "FILE", "TOML: what to try, in place of the recipe's own", {"type": Path}),
        ("output", "DIR", f"the sweep's folder; default runs/sweep-{name}",
         {"default": f"runs/sweep-{name}"}),
        ("chief", "HOST:PORT", "hand trials out to workers there", {}),
        ("worker", "NAME", "be a worker of that chief, of a name of its own", {}),
        ("lost-after", "S", f"silence until a worker's trial goes to another; default {LOST_AFTER:g} seconds",
         {"type": float, "default": LOST_AFTER}),
    ):  # fmt: skip
        parser.add_argument(f"--{flag}", metavar=metavar, help=help, **settings)
    parser.add_argument("--retrain", action="store_true",
                        help="then train the best settings, into DIR/best, and measure the test")  # fmt: skip
    configs.add_flags(parser, recipe.Config)
    if hasattr(recipe, "PRESETS"):
        parser.add_argument("--preset", metavar="NAME", choices=recipe.PRESETS,
                            help=f"begin with a paper's settings ({', '.join(recipe.PRESETS)})")  # fmt: skip
    return parser


def _sweep(name: str, base: Any, parsed: dict[str, Any], fixed: list[str]) -> int:
    from seqzoo.sweep.choices import ORACLES

    # Before keras-tuner is imported, which takes seconds.
    if parsed["tuner"] not in ORACLES:
        raise unknown_name("--tuner", parsed["tuner"], ORACLES)
    if parsed["space"] is not None and not parsed["space"].exists():
        raise InputError(f"--space: {parsed['space']}: no such file")

    start_tensorflow()
    from seqzoo.sweep import retrain, tune

    outcome = tune(
        name,
        base,
        output=parsed["output"],
        tuner=parsed["tuner"],
        trials=parsed["trials"],
        space=parsed["space"],
        fixed=fixed,
        chief=parsed["chief"],
        worker=parsed["worker"],
        lost_after=parsed["lost_after"],
    )
    if outcome is not None and parsed["retrain"]:
        retrain(outcome, name)
    return 0
