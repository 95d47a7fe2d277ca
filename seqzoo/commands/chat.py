"""`seqzoo chat`: talk with a model."""

import argparse
import contextlib
import sys
from collections.abc import Iterator
from typing import Any

from seqzoo import engine
from seqzoo.commands.arguments import add_threads
from seqzoo.errors import InputError
from seqzoo.tasks import discover, options
from seqzoo.tasks.base import Task

ABOUT = "talk with a model that answers"
EXAMPLE = "seqzoo chat runs/dialogue"
RESET, WHY, QUIT = "/reset", "/why", "/quit"
HELP = (
    f"{RESET} begins a new talk, {WHY} shows other answers with their scores, {QUIT} ends"
)
MOST = 5  # answers that /why shows
PROMPT = "> "


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments and flags."""
    parser.add_argument("model", metavar="NAME|DIR")
    add_threads(parser)
    options.add_flags(parser, _talking(), "options")


def run(parsed: argparse.Namespace) -> int:
    """Answer line by line until the lines end; returns the exit status."""
    from seqzoo import zoo

    found, task = zoo.opened(parsed.model)
    if not task.talks:
        raise InputError(
            f"{parsed.model}: expected a model that talks; it is one of {task.name}"
        )
    given = options.given(task, parsed, _talking(), "options")
    options.replaced(task.options(), **given)
    if given.get("alignments"):
        raise InputError("--alignments: predict shows them; a talk does not")
    engine.use_threads(parsed.threads)
    talk = Talk(task.predictor_class()(found), given)
    typed = sys.stdin.isatty()
    if typed:
        print(f"{HELP}; Ctrl+D, too", file=sys.stderr)
    failed = False
    for line in _typed() if typed else _piped():
        if line == QUIT:
            break
        try:
            answer = talk.answer(line)
        except InputError as error:
            failed = True
            print(f"error: {error}", file=sys.stderr)
            continue
        if answer is not None:
            print(answer, flush=True)
    return 2 if failed and not typed else 0


class Talk:
    """A talk with a model.

    Args:
        model: a predictor that talks.
        given: options of its answers.

    Attributes:
        turns: what was said, of both sides, as far as the model reads it.
    """

    def __init__(self, model: Any, given: dict[str, Any]):
        self.model, self.given = model, given
        self.turns: list[str] = []
        self._asked: list[str] = []  # the turns that the last answer is for

    def answer(self, line: str) -> str | None:
        """What to show for a line: an answer, or what a command asks for; None: nothing.

        Raises:
            InputError: on an unknown command, or a text that the model can't use: it is not kept.
        """
        if not line.strip():
            return None
        if line.startswith("/"):
            return self._obey(line.strip())
        asked = [*self.turns, line.strip()]
        answer = self.model.reply(asked, **self.given)
        text = self.model.to_plain(answer)
        self._asked = asked[-self.model.turns :]
        self.turns = [*asked, answer["answer"]][-self.model.turns :]
        return text

    def _obey(self, command: str) -> str | None:
        if command == RESET:
            self.turns, self._asked = [], []
            return None
        if command == WHY:
            return self._why()
        raise InputError(f"{command}: expected one of {RESET}, {WHY}, {QUIT}: {HELP}")

    def _why(self) -> str:
        """The turns that the last answer is for, and the answers with their scores."""
        if not self._asked:
            raise InputError(f"{WHY}: nothing has been answered yet")
        limits = [
            self.given[name] for name in ("beam_size", "candidates") if name in self.given
        ]
        answer = self.model.reply(
            self._asked, **{"n_best": min([MOST, *limits]), **self.given}
        )
        heard = [f"  {number}. {turn}" for number, turn in enumerate(self._asked, 1)]
        plain = self.model.to_plain(answer).split("\n")
        return "\n".join(["turns that are read:", *heard, "answers and scores:", *plain])


def _talking() -> list[Task]:
    return [task for task in discover().values() if task.talks]


def _typed() -> Iterator[str]:
    """Lines that somebody types, and may edit where the system has readline."""
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401, `input` uses it
    while True:
        try:
            yield input(PROMPT)
        except EOFError:
            print(file=sys.stderr)
            return


def _piped() -> Iterator[str]:
    """Lines of standard input.

    Raises:
        InputError: on a line that is no UTF-8.
    """
    for number, line in enumerate(sys.stdin.buffer, 1):
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
        except UnicodeDecodeError:
            raise InputError(f"standard input, line {number}: expected UTF-8") from None
