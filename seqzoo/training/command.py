"""The command line of a recipe."""

from typing import Any

from seqzoo.config import add_flags, from_flags
from seqzoo.plugins import recipe_name
from seqzoo.system.command_line import Parser, guarded
from seqzoo.system.tensorflow_start import start_tensorflow


def run_recipe(
    recipe: Any, arguments: list[str] | None = None, called: str | None = None
) -> int:
    """Train a recipe as its flags say; returns the exit status.

    Args:
        recipe: its module, a `seqzoo.training.recipe.Recipe`.
        arguments: the flags; None: those of the command line.
        called: the command, for its help; None: `python -m` and the module.
    """

    def command() -> int:
        parsed = parser_of(recipe, called).parse_args(arguments)
        preset = getattr(recipe, "PRESETS", {}).get(getattr(parsed, "preset", None))
        config = from_flags(recipe.Config, parsed, preset)
        start_tensorflow()
        from seqzoo.training.run import train

        train(
            recipe,
            config,
            parsed.output,
            save_seconds=parsed.save_seconds,
            tensorboard=parsed.tensorboard,
            distribute=parsed.distribute,
        )
        return 0

    return guarded(command)


def parser_of(recipe: Any, called: str | None = None) -> Parser:
    """The parser of a recipe: the flags of a training, and those of the recipe's settings.

    Args:
        recipe: its module.
        called: see `run_recipe`.
    """
    module = recipe.__spec__.name if recipe.__spec__ else recipe.__name__
    output = f"runs/{recipe_name(module)}"
    called = called or f"python -m {module}"
    parser = Parser(
        called,
        usage=f"{called} [flags]",
        description=recipe.__doc__,
        example=f"{called} --data PATH --epochs 3 --output runs/mine",
    )
    parser.add_argument(
        "--output",
        metavar="DIR",
        default=output,
        help=f"folder for the model; an unfinished run in it goes on; default {output}",
    )
    parser.add_argument("--tensorboard", action="store_true", help="logs to DIR/logs")
    parser.add_argument(
        "--save-seconds",
        type=float,
        default=60.0,
        metavar="S",
        help="at most so long between saves; default 60",
    )
    parser.add_argument(
        "--distribute",
        metavar="NAME",
        help="share every batch: mirrored (GPUs), multi-worker (TF_CONFIG)",
    )
    add_flags(parser, recipe.Config)
    if presets := getattr(recipe, "PRESETS", {}):
        help = f"a paper's settings, for flags not given ({', '.join(presets)})"
        parser.add_argument("--preset", metavar="NAME", choices=presets, help=help)
    return parser
