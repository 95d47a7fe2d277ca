"""The utterances: made, downloaded by tensorflow-datasets, or a user's own sounds."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from seqzoo.config import flag
from seqzoo.datasets import Corpus, declared
from seqzoo.datasets.audio import made
from seqzoo.datasets.audio.sounds import ENDINGS, Sound
from seqzoo.datasets.audio.utterances import (
    ALL,
    Utterance,
    read_sounds_alone,
    read_utterances,
    spoken_digits,
    yes_no,
)
from seqzoo.datasets.whole import Read, read_whole
from seqzoo.errors import InputError

MADE = 600


def _made() -> Corpus:
    parts = made.made_utterances(MADE, seed=0)
    description = f"{MADE} utterances of made speakers, whose sounds a program makes"
    return _corpus(parts, description)


def _spoken_digits() -> Corpus:
    description = "spoken_digit (tensorflow-datasets): the ten digits, single words"
    return _corpus(_parts(spoken_digits()), description)


def _yes_no() -> Corpus:
    description = "yes_no (tensorflow-datasets): eight words each, yes or no, by one man"
    return _corpus(yes_no(), description)


def _corpus(parts: dict[str, list[Utterance]], description: str) -> Corpus:
    return Corpus({part: _stream(each) for part, each in parts.items()}, description)


def _stream(each: Sequence[Utterance]) -> Callable[[], Any]:
    return lambda: iter(each)


CORPORA = declared(
    "speech",
    {"made-words": _made, "spoken-digits": _spoken_digits, "yes-no": _yes_no},
)


def load(config: Any) -> Read[Utterance]:
    """The utterances that a recipe's settings describe.

    Args:
        config: `Settings`: dataset, data, validation, test.

    Raises:
        InputError: on an unknown name, a dataset beside a file, a flag that plays no part, or a file that
            cannot be read.
    """
    return read_whole(CORPORA, config, read)


def read(path: Path) -> dict[str, list[Utterance]]:
    """A user's utterances: part -> utterances, `train` at least.

    Raises:
        InputError: on a form that is unknown, or a file that cannot be read.
    """
    return _parts(read_utterances(path))


def _parts(found: dict[str, list[Utterance]]) -> dict[str, list[Utterance]]:
    """Utterances without parts are those to train on."""
    return {"train": found[ALL]} if ALL in found else found


def every(path: Path) -> list[Utterance]:
    """A user's utterances of all parts, one after the other; a file of sound is one, without a transcript.

    In a folder of sounds alone each is one, too.

    Raises:
        InputError: see `read`.
    """
    if path.is_file() and path.suffix.lower() in ENDINGS:
        return [Utterance(path, "", None, str(path))]
    if path.is_dir() and (alone := read_sounds_alone(path)):
        return alone
    return [each for part in read(path).values() for each in part]


def to_measure(path: Path) -> list[Utterance]:
    """A user's utterances to measure on: the test part, or all where there are no parts.

    Raises:
        InputError: see `read`.
    """
    parts = read(path)
    return parts["test"] if "test" in parts else parts["train"]


def refuse_idle(config: Any, parts: dict[str, list[Utterance]]) -> None:
    """Refuse copies at other speeds of what is no sound.

    Raises:
        InputError: naming the first.
    """
    if not config.speeds:
        return
    for each in parts.get("train", []):
        if not _is_sound(each):
            raise InputError(
                f"--{flag('speeds')}: {each.where}: expected sound; got features, which have one speed"
            )


def _is_sound(utterance: Utterance) -> bool:
    source = utterance.source
    if isinstance(source, Path):
        return source.suffix.lower() in ENDINGS
    return isinstance(source, Sound)
