"""A corpus, and what becomes of it: three parts to train on, to choose by and to measure on."""

import inspect
import itertools
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqzoo import plugins
from seqzoo.config import check_idle
from seqzoo.datasets.reading.folders import is_class_folder
from seqzoo.datasets.reading.parts import PARTS, parts_in
from seqzoo.datasets.splits import Splits, between, first
from seqzoo.errors import InputError, unknown_name

GROUP = "seqzoo.datasets"  # of entry points


@dataclass(frozen=True)
class Corpus:
    """Examples as a reader gives them.

    Attributes:
        parts: `train` and, where the corpus comes with them, `validation` and `test`: functions without
            arguments that return an iterator of examples, reading anew each time.
        description: what it is, in one line, for the model card.
        unit: what its tokens are, where that is the corpus' to say: `"character"` or `"word"`.
    """

    parts: Mapping[str, Callable[[], Iterator]]
    description: str
    unit: str | None = None


def opened(corpora: Mapping[str, Callable], config: Any) -> Any:
    """The corpus that a recipe's settings name: a `Corpus`, or `Splits` where a reader makes its own.

    Args:
        corpora: name -> a function that returns the corpus, of the settings or of nothing.
        config: with `dataset` and `data`.

    Raises:
        InputError: on an unknown name, a corpus that is not there, or a function that returns none.
    """
    if config.dataset not in corpora:
        raise unknown_name("dataset", config.dataset, corpora)
    reader = corpora[config.dataset]
    corpus = reader(config) if inspect.signature(reader).parameters else reader()
    if not isinstance(corpus, (Corpus, Splits)):
        raise InputError(
            f"--dataset {config.dataset}: expected a Corpus; got {type(corpus).__name__}"
        )
    return corpus


def declared(task: str, own_corpora: Mapping[str, Callable]) -> dict[str, Callable]:
    """A task's corpora by name: its own, and those that installed packages declare for it.

    They are entry points of the group `seqzoo.datasets` with names like `TASK.NAME`. One that is no function,
    or whose name is taken, is left out; the log `seqzoo` says so.

    Args:
        task: its name.
        own_corpora: name -> a function that returns the corpus, of the settings or of nothing.
    """
    corpora = dict(own_corpora)
    for name, found in plugins.load(GROUP).items():
        home, _, short = name.partition(".")
        if home != task:
            continue
        if not callable(found):
            plugins.leave_out(
                GROUP, name, f"expected a function; got {type(found).__name__}"
            )
        elif short in corpora:
            plugins.leave_out(GROUP, name, f"there is a dataset {short} of {task}")
        else:
            corpora[short] = found
    return corpora


def check_source(config: Any) -> None:
    """Refuse a dataset beside a file of the user's own: one of them would play no part.

    The command line refuses the default dataset, too, if somebody gives it; see `config.check_idle`.

    Raises:
        InputError: if `config` names a dataset that is not its default, and `data`, too.
    """
    check_idle(config)


def own(path: Path, read: Callable[[Path], Iterator], expected: str) -> Corpus:
    """The corpus in a file or folder of the user's own.

    Args:
        path: a file, or a folder with a part a file; see `seqzoo.datasets.reading.parts`.
        read: reads a file, or the folder of a part.
        expected: what the training file is called, for errors.

    Raises:
        InputError: if there is no such file or folder, two files of one part, or a file that is none.
    """
    if not path.exists():
        raise InputError(f"{path}: no such file or folder")
    if path.is_file() or is_class_folder(path):
        return Corpus({"train": lambda: read(path)}, path.name)

    def stream(paths: list[Path]) -> Callable[[], Iterator]:
        return lambda: itertools.chain.from_iterable(map(read, paths))

    found = parts_in(path, expected)
    parts = {part: stream(found[part]) for part in PARTS if part in found}
    return Corpus(parts, f"{path.name}/")


def check_idle_shares(config: Any, parts: Collection[str]) -> None:
    """Refuse shares to hold out of parts that the data come with.

    Args:
        config: settings: validation, test.
        parts: that the data come with.

    Raises:
        InputError: naming the first that is not its default.
    """
    defaults = type(config)()
    for part in PARTS[1:]:
        share = getattr(config, part)
        if part in parts and share != getattr(defaults, part):
            raise InputError(
                f"--{part} {share}: the data come with a {part} part; it plays none"
            )


def check_shares(validation: float, test: float) -> None:
    """Refuse shares to hold out that leave nothing to train on.

    Raises:
        InputError: naming them.
    """
    if not (validation > 0 and test > 0 and validation + test < 1):
        raise InputError(
            f"validation and test: expected shares above 0 with a sum below 1; got {validation} and {test}"
        )


def split(
    corpus: Corpus, *, seed: int, validation: float, test: float, limit: int | None
) -> Splits:
    """The three parts of a corpus; what it does not come with is held out by a hash of the text.

    Args:
        corpus: with `train` at least.
        seed: which examples are held out, and which are within the limit.
        validation, test: shares, each in (0, 1).
        limit: keep this many training examples.

    Raises:
        InputError: on shares out of range.
    """
    check_shares(validation, test)
    parts, low = dict(corpus.parts), 0.0
    train = parts["train"]
    for part, share in (("test", test), ("validation", validation)):
        if part not in parts:
            parts[part] = between(train, low, low + share, seed)
            low += share
    if low:
        parts["train"] = between(train, low, 1.0, seed)
    return Splits(
        first(parts["train"], limit, seed),
        parts["validation"],
        parts["test"],
        corpus.description,
    )
