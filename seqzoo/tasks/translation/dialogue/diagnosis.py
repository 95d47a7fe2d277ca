"""What may be wrong with answers: one for all, loops, and what was said said again."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from seqzoo.datasets import dialogue
from seqzoo.diagnosis.result import Finding
from seqzoo.metrics.answers import commonest, looping
from seqzoo.text import turns

if TYPE_CHECKING:
    from seqzoo.tasks.translation.dialogue.predictor import Talker

MOST = 200  # talks that are looked at
FEW = 8  # talks, below which one answer for all says little
DULL, LOOPS, ECHOES = 0.1, 0.05, 0.2  # shares, above which an answer is a sickness


def findings(
    predictor: "Talker", path: Path, encoding: str | None = None
) -> Iterator[Finding]:
    """What is wrong with the answers to the last turns of dialogues.

    Args:
        predictor: the model.
        path: dialogues, as the recipe's `--data` has them.
        encoding: of the file.

    Raises:
        InputError: on files that cannot be read.
    """
    replies = dialogue.replies(dialogue.read(path, encoding), predictor.turns)
    sources = [each.source for each in replies if each.last][:MOST]
    items = [(source, predictor.translating.encode(source)) for source in sources]
    found = predictor.best(items, predictor.options())
    answers = [best[0].text if best else "" for best in found]
    yield from dull(answers)
    yield from loops(answers)
    yield from echoes(sources, answers)


def dull(answers: Sequence[str]) -> Iterator[Finding]:
    """Whether one answer is given to many talks."""
    if len(answers) < FEW:
        return
    text, share = commonest(answers)
    found = f"{share:.0%} of {len(answers)} talks are answered by {text[:40]!r}"
    if share <= DULL:
        yield Finding("ok", "answers", "model", found)
        return
    yield Finding(
        "warning", "answers", "model", f"{found}: one answer for all",
        "draw answers (--seed 0 --top-p 0.9), or rank them by a second model (--reverse-model)",
    )  # fmt: skip


def loops(answers: Sequence[str]) -> Iterator[Finding]:
    """Whether answers say the same words again and again."""
    looped = [answer for answer in answers if looping(answer.split())]
    if len(looped) <= LOOPS * len(answers):
        return
    yield Finding(
        "warning", "answers", "model",
        f"{len(looped)} of {len(answers)} answers loop: {looped[0][:60]!r}",
        "--no-repeat-ngram 3, or --repetition-penalty 1.2",
    )  # fmt: skip


def echoes(sources: Sequence[str], answers: Sequence[str]) -> Iterator[Finding]:
    """Whether answers repeat the last turn."""
    same = [
        answer
        for source, answer in zip(sources, answers, strict=True)
        if dialogue.plain(answer) == dialogue.plain(turns.last(source))
    ]
    if len(answers) < FEW or len(same) <= ECHOES * len(answers):
        return
    yield Finding(
        "warning", "answers", "model",
        f"{len(same)} of {len(answers)} answers repeat the last turn: {same[0][:40]!r}",
        "train on dialogues whose turns differ; see that no turn stands twice in the data",
    )  # fmt: skip
