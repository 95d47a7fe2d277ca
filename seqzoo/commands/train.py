"""`seqzoo train RECIPE`: the same as `python -m seqzoo.recipes.RECIPE`."""

import argparse
import importlib

from seqzoo import recipes
from seqzoo.errors import InputError, unknown_name
from seqzoo.system.command_line import Parser
from seqzoo.training.command import run_recipe

ABOUT = "train a model: seqzoo train RECIPE --help"
EXAMPLE = "seqzoo train sentiment --data reviews.tsv --output runs/mine"
DESCRIPTION = """Train a model by a recipe: an architecture and its default data. An interrupted training
resumes when the command is repeated."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the first argument; the flags depend on the recipe."""
    parser.add_argument("recipe", metavar="RECIPE")


def run(parsed: argparse.Namespace) -> int:
    """Train a recipe without flags; returns the exit status."""
    return run_with([parsed.recipe])


def run_with(arguments: list[str]) -> int:
    """Train as the flags say; returns the exit status.

    Args:
        arguments: the recipe's name and flags.

    Raises:
        InputError: if there is no such recipe.
    """
    modules = recipes.modules()
    if not arguments or arguments[0].startswith("-"):
        about = f"{DESCRIPTION} Recipes: {', '.join(modules)}."
        usage = "seqzoo train RECIPE [flags]; seqzoo train RECIPE --help"
        parser = Parser("seqzoo train", usage=usage, description=about, example=EXAMPLE)
        parser.parse_args(arguments)
        raise InputError(f"seqzoo train: expected a recipe: {', '.join(modules)}")
    name, *flags = arguments
    if name not in modules:
        raise unknown_name("recipe", name, modules)
    recipe = importlib.import_module(modules[name])
    if not hasattr(recipe, "Config"):
        raise InputError(f"seqzoo train: {name} is no recipe that trains a model")
    return run_recipe(recipe, flags, f"seqzoo train {name}")
