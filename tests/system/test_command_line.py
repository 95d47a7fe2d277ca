"""The parser of every command: where flags may stand, and what it says of wrong ones."""

import importlib

import pytest

from seqzoo.__main__ import COMMANDS
from seqzoo.errors import InputError
from seqzoo.system.command_line import Parser

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
