"""The parser of every command: where flags may stand, and what it says of wrong ones."""

import argparse
import importlib

import pytest

from seqzoo import recipes
from seqzoo.__main__ import COMMANDS
from seqzoo.bulk.__main__ import parser as bulk_parser
from seqzoo.commands import sweep
from seqzoo.errors import InputError
from seqzoo.laboratory.__main__ import parser as laboratory_parser
from seqzoo.system.command_line import Parser
from seqzoo.training.command import parser_of as training_parser

MODELS_AND_FILES = {
    "predict": (["model"], ["files"], ["--plain"]),
    "serve": ([], ["models"], ["--port", "0"]),
}


def parser_of(command: str) -> Parser:
    """The parser of a command, alone."""
    parser = Parser(command)
    importlib.import_module(f"seqzoo.commands.{command}").add_arguments(parser)
    return parser


@pytest.mark.parametrize("command", MODELS_AND_FILES)
def test_flags_may_stand_between_arguments(command):
    single, several, flag = MODELS_AND_FILES[command]
    arguments = ["m"] * len(single) + ["a", "b", "c"]
    expected = vars(parser_of(command).parse_args([*flag, *arguments]))
    assert expected[several[0]] == ["a", "b", "c"]
    for place in range(len(arguments) + 1):
        mixed = [*arguments[:place], *flag, *arguments[place:]]
        assert vars(parser_of(command).parse_args(mixed)) == expected


@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "list"])
def test_an_unknown_flag_and_a_missing_argument_are_named(command):
    with pytest.raises(InputError, match=r"the following arguments are required: .*; see"):
        parser_of(command).parse_args([])
    known = {
        "sweep": ["r"],
        "new": ["cell", "n"],
        "pack": ["m", "t"],
        "completion": ["bash"],
    }
    required = {"evaluate": ["--data", "x"], "export": ["--format", "onnx"]}
    arguments = [*known.get(command, ["m"]), *required.get(command, [])]
    parser_of(command).parse_args(arguments)
    with pytest.raises(InputError, match=r"^unrecognized arguments: --nonsense; see"):
        parser_of(command).parse_args([*arguments, "--nonsense"])


def every_parser():
    """The parsers of all commands, and of the trainings and sweeps of all recipes that train."""
    yield from (parser_of(command) for command in COMMANDS)
    yield bulk_parser()
    yield laboratory_parser()
    for name in recipes.names():
        recipe = importlib.import_module(recipes.modules()[name])
        if hasattr(recipe, "Config"):
            yield training_parser(recipe, f"seqzoo train {name}")
            yield sweep.parser_of(name, recipe)


def test_a_flag_that_is_given_twice_is_an_error_in_every_command():
    tried = 0
    for parser in every_parser():
        for action in filter(holds_once, parser._actions):
            first, last = action.option_strings[0], action.option_strings[-1]
            value = [] if action.nargs == 0 else ["1"]
            for again in (first, last):
                with pytest.raises(InputError, match=rf"^{first}.*: given twice; expected"):
                    parser.parse_args([first, *value, "x", again, *value])
            tried += 1
    assert tried > 500


def holds_once(action):
    """Whether an argument is a flag with a value, or with a twin `--no-...`; `--cors` gathers values."""
    valued = action.nargs != 0 or isinstance(action, argparse.BooleanOptionalAction)
    return bool(action.option_strings) and valued and action.dest != "cors"


def test_flags_that_gather_values_or_have_none_may_come_again():
    serve = parser_of("serve").parse_args(
        ["m", "--cors", "https://a", "--cors", "https://b"]
    )
    assert serve.cors == ["https://a", "https://b"]
    assert parser_of("predict").parse_args(["m", "--plain", "--plain"]).plain


def test_a_flag_behind_two_dashes_is_an_argument():
    parsed = parser_of("predict").parse_args(["m", "--output", "a", "--", "--output", "b"])
    assert parsed.output == "a" and parsed.files == ["--output", "b"]


def test_with_and_without_a_value_s_sign_a_flag_is_the_same():
    parser = Parser("x")
    parser.add_argument("--n", type=int)
    parser.add_argument("--draw", action=argparse.BooleanOptionalAction)
    with pytest.raises(InputError, match=r"^--n: given twice"):
        parser.parse_args(["--n=1", "--n", "1"])
    with pytest.raises(InputError, match=r"^--draw and --no-draw: given twice"):
        parser.parse_args(["--draw", "--no-draw"])
