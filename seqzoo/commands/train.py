"""`seqzoo train RECIPE`: the same as `python -m seqzoo.recipes.RECIPE`."""

import argparse

from seqzoo.commands.recipe_named import recipe_named
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
    called = recipe_named(arguments, "seqzoo train", DESCRIPTION, EXAMPLE)
    name, recipe, flags = called
    return run_recipe(recipe, flags, f"seqzoo train {name}")
