"""The first argument of the commands that take a recipe, whose other flags depend on it."""

from types import ModuleType

from seqzoo import recipes
from seqzoo.errors import InputError, unknown_name
from seqzoo.system.command_line import Parser


def recipe_named(
    arguments: list[str], command: str, description: str, example: str
) -> tuple[str, ModuleType, list[str]]:
    """A recipe's name, its module, and the flags behind it; without a name the help, if it is asked for.

    Args:
        arguments: of the command: a recipe's name, or its module's with dots, and flags.
        command: `seqzoo` and the command's name.
        description, example: for the help.

    Raises:
        InputError: if there is no recipe of that name, or it trains no model.
    """
    names = recipes.names()
    if not arguments or arguments[0].startswith("-"):
        usage = f"{command} RECIPE [flags]; {command} RECIPE --help"
        about = f"{description} Recipes: {', '.join(names)}."
        Parser(command, usage=usage, description=about, example=example).parse_args(
            arguments
        )
        raise InputError(f"{command}: expected a recipe: {', '.join(names)}")
    name, *flags = arguments
    if "." not in name and name not in names:
        raise unknown_name("recipe", name, names)
    from seqzoo.sweep.trials import module_of

    recipe = module_of(name)
    if not hasattr(recipe, "Config"):
        raise InputError(f"{command}: {name} is no recipe that trains a model")
    return name, recipe, flags
