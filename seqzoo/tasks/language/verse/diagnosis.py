"""What may be wrong with poems that a model writes: lines of the training copied, loops, one poem for all."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from seqzoo.datasets.verse.poem import Poem
from seqzoo.diagnosis.result import Finding
from seqzoo.tasks.language.verse.text import NAMES, Condition
from seqzoo.tasks.language.verse.writing import Draws

if TYPE_CHECKING:
    from seqzoo.tasks.language.verse.predictor import Verse

WRITTEN = 48  # poems that are looked at
TEMPERATURE, SEED = 0.8, 0
COPIED, REPEATED, FORM = 0.02, 0.02, 0.97  # shares from which on something is wrong


def findings(predictor: "Verse", read: Iterable[Poem]) -> Iterator[Finding]:
    """What is wrong with poems that are written freely.

    Args:
        predictor: the model.
        read: poems, best those of the training: lines that stand there are copied.
    """
    known = {line for poem in read for line in poem.lines}
    dynasty = next(iter(predictor.dynasties), "")
    forms = [Condition(form, "", dynasty) for form in NAMES]
    conditions = [forms[number % len(forms)] for number in range(WRITTEN)]
    draws = Draws(temperature=TEMPERATURE, seed=SEED)
    poems = list(predictor.writer.poems(conditions, draws))
    lines = [line for poem in poems for line in poem.lines]

    yield _finding(
        sum(line in known for line in lines) / len(lines),
        COPIED,
        "of the lines stand in the file word for word",
        "train on more poems, for fewer epochs, or with more --dropout; a higher --temperature",
    )
    yield _finding(
        (loops(lines) + len(lines) - len(set(lines))) / len(lines),
        REPEATED,
        "of the lines come twice, or repeat a character three times in a row",
        "a higher --temperature, or --no-repeat; train longer",
    )
    yield _finding(
        1 - sum(poem.has_form for poem in poems) / len(poems),
        1 - FORM,
        "of the poems miss the form when it is left to the network",
        "train longer; without --free the form is kept in any case",
    )


def loops(lines: Sequence[str]) -> int:
    """How many lines repeat a character three times in a row."""
    return sum(
        any(
            first == second == third
            for first, second, third in zip(line, line[1:], line[2:], strict=False)
        )
        for line in lines
    )


def _finding(share: float, most: float, what: str, advice: str) -> Finding:
    said = f"{share:.1%} {what} ({WRITTEN} poems, temperature {TEMPERATURE})"
    if share <= most:
        return Finding("ok", "answers", "model", said)
    return Finding("warning", "answers", "model", said, advice)
