"""What must hold of the command line for whatever words it is given; see `properties`."""

import contextlib
import functools
import io
import re
import sys
from importlib import import_module
from pathlib import Path

from seqzoo.errors import InputError
from tests.faults.properties import FOLDER


class CommandLine:
    """Every command ends with 0, or with 2 and one line that says why; what they would run is stubbed."""

    def __init__(self):
        from unittest import mock

        import seqzoo.diagnosis
        import seqzoo.export
        import seqzoo.serving
        import seqzoo.sweep
        import seqzoo.training.run
        from seqzoo import __main__, artifact, recipes, zoo
        from seqzoo import config as configs
        from seqzoo.artifact import foreign
        from seqzoo.training import command

        self._stubs = contextlib.ExitStack()
        self.main, self.run_recipe = __main__.main, command.run_recipe
        self.recipes = [import_module(f"seqzoo.recipes.{name}") for name in recipes.names()]
        self.words = flags_and_values(self.recipes)
        model = zoo.load("sentiment-imdb")

        def load(name):
            return (
                model
                if zoo.find(name) in zoo.pretrained().values()
                else artifact.Artifact(Path(name))
            )

        def nothing(*_, **__):
            raise InputError("as far as the command line goes")

        for place, name, stub in (
            (seqzoo.training.run, "train", lambda recipe, config, *_, **__: configs.check(config) or {}),
            (zoo, "load", load), (foreign, "network", nothing), (seqzoo.diagnosis, "diagnose", nothing),
            (seqzoo.export, "export", nothing), (seqzoo.serving, "serve", nothing),
            (artifact, "pack", nothing), (seqzoo.sweep, "tune", nothing), (seqzoo.sweep, "retrain", nothing),
        ):  # fmt: skip
            self._stubs.enter_context(mock.patch.object(place, name, stub))

    def close(self) -> None:
        """Put back what is stubbed."""
        self._stubs.close()

    def __call__(self, data: bytes) -> None:
        words = [self._word(part) for part in data.replace(b"\0", b" ").split(b" ")]
        # What they read and write is this folder's.
        words = [
            word for word in words if "/" not in word and not word.startswith(("~", ".."))
        ]
        run = self.main
        if data[:1] < b"@":
            recipe = self.recipes[sum(data[:1]) % len(self.recipes)]
            run = functools.partial(self.run_recipe, recipe)
        out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
        with (
            contextlib.chdir(FOLDER), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err),
            mock_input(data),
        ):  # fmt: skip
            try:
                status = run(words)
            except SystemExit as end:  # --help, --version
                status = end.code
        assert status in (0, 2, None), status
        if status == 2 and not (
            "--keep-going" in words and not err.getvalue()
        ):  # there the output tells
            assert len(err.getvalue().splitlines()) == 1, err.getvalue()
            assert err.getvalue().startswith("error: "), err.getvalue()

    def _word(self, part: bytes) -> str:
        """A single byte stands for a flag or a common value, more for themselves."""
        return (
            self.words[part[0] % len(self.words)]
            if len(part) == 1
            else part.decode("utf-8", "surrogateescape")
        )


def flags_and_values(recipes) -> list[str]:
    """Every flag of every command and recipe, and what commonly stands behind one."""
    from seqzoo import config
    from seqzoo.__main__ import COMMANDS
    from seqzoo.system.command_line import Parser

    shown = ""
    for name in COMMANDS:
        parser = Parser(name)
        import_module(f"seqzoo.commands.{name}").add_arguments(parser)
        shown += parser.format_help()
    for recipe in recipes:
        parser = Parser("recipe")
        if hasattr(recipe, "Config"):
            config.add_flags(parser, recipe.Config)
        shown += parser.format_help()
    values = [
        "sentiment-imdb",
        "-",
        "none",
        "nan",
        "inf",
        "-1",
        "0",
        "1e999",
        "true",
        "lstm",
        "random",
        "2,3",
    ]
    names = [
        "predict",
        "evaluate",
        "generate",
        "doctor",
        "export",
        "serve",
        "pack",
        "list",
        "sweep",
        "sentiment",
    ]
    return [*names, *values, *sorted(set(re.findall(r"--[a-z][a-z-]+", shown)))]


@contextlib.contextmanager
def mock_input(data: bytes):
    """Bytes as standard input."""
    before, sys.stdin = sys.stdin, io.TextIOWrapper(io.BytesIO(data))
    try:
        yield
    finally:
        sys.stdin = before
