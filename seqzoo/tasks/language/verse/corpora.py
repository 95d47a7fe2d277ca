"""The corpora of verse, and a user's own, as the passages that a language model reads."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from seqzoo.datasets import Passage, Splits, check_source, declared, opened
from seqzoo.datasets.corpus import check_shares
from seqzoo.datasets.own import check_no_reading
from seqzoo.datasets.splits import draw
from seqzoo.datasets.verse import parts
from seqzoo.datasets.verse.poem import Poem
from seqzoo.errors import InputError
from seqzoo.tasks.language.verse.text import Condition, condition_of, text_of

FORTUNES = "fortunes-zh"
PLACES = ("/usr/share/games/fortunes", "/usr/share/fortune")
MORE = (
    "57,607 poems of the Tang, and 254,248 of the Song, are the collection chinese-poetry "
    "(github.com/chinese-poetry/chinese-poetry, MIT): --data FOLDER"
)


def fortunes(config: Any) -> Splits:
    """The Tang poems of Debian's package `fortunes-zh`.

    Raises:
        InputError: if it is not installed.
    """
    for place in map(Path, PLACES):
        if (found := place / "tang300").is_file():
            print(f"{found}: few poems, for a first try; {MORE}", flush=True)
            return parts.opened(found, _asked(config))
    raise InputError(
        f"--dataset {FORTUNES}: not installed (apt install {FORTUNES}); {MORE}"
    )


CORPORA = declared("verse", {FORTUNES: fortunes})


def load(config: Any) -> Splits:
    """The three parts, of passages: a poem each, the training part in an order of the seed's.

    Args:
        config: `settings.Settings`.

    Raises:
        InputError: on an unknown name, a dataset beside a file, or files without a poem.
    """
    check_shares(config.validation, config.test)
    if config.data is not None:
        check_source(config)
        splits = parts.opened(Path(config.data), _asked(config))
    else:
        check_no_reading(config)
        splits = opened(CORPORA, config)

    seed, share = config.seed, config.condition_dropout

    def passages(part: str) -> Callable[[], Iterator[Passage]]:
        poems = getattr(splits, part)
        if part == "train":
            return lambda: _mixed(poems(), seed, share)
        return lambda: (Passage(text_of(poem), poem.source) for poem in poems())

    train, validation, test = map(passages, ("train", "validation", "test"))
    return Splits(train, validation, test, splits.description)


def _asked(config: Any) -> parts.Asked:
    return parts.Asked(
        config.pattern,
        config.encoding,
        config.simplified,
        config.seed,
        config.validation,
        config.test,
    )


def _mixed(poems: Iterator[Poem], seed: int, share: float) -> Iterator[Passage]:
    """Poems in an order of the seed's: neighbours in a collection are of one author, often of one series.

    A share of them is read without their title or dynasty, so that the network can write without them.
    """
    for poem in sorted(poems, key=lambda poem: draw(poem.text, seed, "order")):
        known = condition_of(poem)
        title = "" if draw(poem.text, seed, "title") < share else known.title
        dynasty = "" if draw(poem.text, seed, "dynasty") < share else known.dynasty
        yield Passage(text_of(poem, Condition(poem.form, title, dynasty)), poem.source)
