"""Dialogues: readers of files of turns, and their turns as pairs of what was said and the answer.

* Lines: a dialogue a line, with tabs between turns, or `__eou__` behind each, as DailyDialog (Li et al. 2017)
  comes.
* JSON lines with a list `turns`.
* YAML with a list `conversations` of lists, as chatterbot-corpus has it; it needs PyYAML.

Files may be gzipped. A folder has a file, or a folder with one, for each part.
"""

import json
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqzoo.datasets.files import read_lines
from seqzoo.datasets.packages import package_files
from seqzoo.datasets.reading.source import OBJECTS, ending_of, open_bytes
from seqzoo.datasets.survey import key_of
from seqzoo.errors import InputError
from seqzoo.text.turns import TAB, joined

END_OF_TURN = "__eou__"
YAML = (".yml", ".yaml")
CHATTERBOT = "chatterbot-corpus==1.3.3"
EXTRA = "seqzoo[dialogue]"
EXPECTED = "train.txt, with a dialogue a line and tabs between turns, or train.jsonl"


@dataclass(frozen=True)
class Dialogue:
    """What was said in turn.

    Attributes:
        turns: at least two texts.
        where: `file:line`.
    """

    turns: tuple[str, ...]
    where: str

    @property
    def key(self) -> int:
        """Equal of dialogues that differ in case and punctuation only."""
        return key_of(plain(" \n ".join(self.turns)))


@dataclass(frozen=True)
class Reply:
    """The answer to some turns, and where it stands (`file:line`).

    Attributes:
        source: the turns before it, as `seqzoo.text.turns.joined` has them.
        target: the answer.
        where: `file:line`.
        text: what a split is drawn by: dialogues that begin alike fall into the same part.
        last: whether the dialogue ends with it.
    """

    source: str
    target: str
    where: str
    text: str
    last: bool


def plain(text: str) -> str:
    """A text without case and punctuation: lower-case words with one space between."""
    letters = (c if c.isalnum() else " " for c in text.lower())
    return " ".join("".join(letters).split())


def read(path: Path, encoding: str | None = None) -> Iterator[Dialogue]:
    """The dialogues of a file, by its ending.

    Args:
        path: of the file; or a folder with one such file (of several the one named `dialogues*`).
        encoding: of its text; None: by its BOM, else UTF-8.

    Raises:
        InputError: naming file and line: on fewer than two turns, a blank turn, or what is no list of texts;
            on a file without dialogues.
    """
    path = _file_in(path) if path.is_dir() else path
    ending = ending_of(path)
    reader = _yaml if ending in YAML else _json if ending in OBJECTS else _lines
    found = False
    for dialogue in reader(path, encoding):
        found = True
        yield dialogue
    if not found:
        raise InputError(f"{path}: expected dialogues; the file has none")


def replies(dialogues: Iterable[Dialogue], context: int) -> Iterator[Reply]:
    """Each turn but a dialogue's first, behind the turns before it.

    Args:
        dialogues: no pair crosses from one to the next.
        context: turns of a source at most, at least 1.
    """
    for dialogue in dialogues:
        turns, group = dialogue.turns, plain(dialogue.turns[0])
        for place in range(1, len(turns)):
            source = joined(turns[:place], context)
            last = place == len(turns) - 1
            yield Reply(source, turns[place], dialogue.where, group, last)


def different(dialogues: Iterable[Dialogue]) -> Iterator[Dialogue]:
    """Dialogues without those that repeat an earlier one, case and punctuation aside."""
    seen: set[int] = set()
    for dialogue in dialogues:
        if dialogue.key not in seen:
            seen.add(dialogue.key)
            yield dialogue


def without(dialogues: Iterable[Dialogue], others: Iterable[Dialogue]) -> list[Dialogue]:
    """The dialogues that are none of some others, case and punctuation aside."""
    keys = {dialogue.key for dialogue in others}
    return [dialogue for dialogue in dialogues if dialogue.key not in keys]


def repeats(parts: Mapping[str, Sequence[Dialogue]]) -> Iterator[str]:
    """A line for each part with dialogues that stand in an earlier part, or twice in their own."""
    before: dict[str, set[int]] = {}
    for part, dialogues in parts.items():
        keys = [dialogue.key for dialogue in dialogues]
        if again := len(keys) - len(set(keys)):
            yield f"note: {again:,} of {len(keys):,} {part} dialogues repeat another"
        for other, theirs in before.items():
            if common := sum(key in theirs for key in keys):
                yield f"note: {common:,} of {len(keys):,} {part} dialogues stand in {other}, too"
        before[part] = set(keys)


def chatterbot(language: str) -> Iterator[Dialogue]:
    """The dialogues of chatterbot-corpus in a language, each once.

    Raises:
        InputError: if the package is not installed.
    """
    folder = f"chatterbot_corpus/data/{language}"
    files = package_files("chatterbot-corpus", folder, YAML[0], f'"{EXTRA}"')
    return different(dialogue for file in files for dialogue in read(file))


def _file_in(folder: Path) -> Path:
    files = [path for path in sorted(folder.iterdir()) if not path.name.startswith(".")]
    named = [path for path in files if path.name.startswith("dialogues")]
    found = named if len(files) > 1 else files
    if len(found) != 1:
        raise InputError(
            f"{folder}: expected one file of dialogues; got {[path.name for path in files]}"
        )
    return found[0]


def _lines(path: Path, encoding: str | None) -> Iterator[Dialogue]:
    for number, line in read_lines(path, encoding):
        if not line.strip():
            continue
        turns = line.split(TAB)
        if len(turns) == 1 and END_OF_TURN in line:
            turns = line.rstrip().removesuffix(END_OF_TURN).split(END_OF_TURN)
        yield _dialogue(turns, f"{path}:{number}", "tabs between turns")


def _json(path: Path, encoding: str | None) -> Iterator[Dialogue]:
    for number, line in read_lines(path, encoding):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        try:
            record = json.loads(line)
        except json.JSONDecodeError as error:
            raise InputError(f"{where}: expected JSON: {error}") from None
        turns = record.get("turns") if isinstance(record, dict) else None
        yield _dialogue(turns, where, 'a list "turns" of texts')


def _yaml(path: Path, encoding: str | None) -> Iterator[Dialogue]:
    try:
        import yaml
    except ImportError:
        raise InputError(
            f'{path}: YAML needs another package: pip install "{EXTRA}"'
        ) from None
    with open_bytes(path) as file:
        raw = file.read()
    try:
        text = raw.decode(encoding or "utf-8-sig")
        record = yaml.safe_load(text)
    except (yaml.YAMLError, UnicodeDecodeError, LookupError) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"{path}: expected YAML: {reason}") from None
    lists = record.get("conversations") if isinstance(record, dict) else None
    if not isinstance(lists, list):
        raise InputError(f"{path}: expected a list of conversations")
    for number, turns in enumerate(lists, 1):
        where = f"{path}: conversation {number}"
        if isinstance(turns, str):
            warnings.warn(f"{where}: left out: a text, no list of turns", stacklevel=2)
            continue
        yield _dialogue(turns, where, "a list of texts")


def _dialogue(turns: Any, where: str, expected: str) -> Dialogue:
    """Turns as a dialogue, white space at their ends left out.

    Raises:
        InputError: beginning with `where`, with what was expected.
    """
    if not isinstance(turns, list) or not all(isinstance(turn, str) for turn in turns):
        raise InputError(
            f"{where}: expected a dialogue: {expected}; got {str(turns)[:40]!r}"
        )
    if len(turns) < 2:
        raise InputError(
            f"{where}: expected at least two turns ({expected}); got {len(turns)}"
        )
    for number, turn in enumerate(turns, 1):
        if not turn.strip():
            raise InputError(f"{where}: turn {number} is blank")
    return Dialogue(tuple(" ".join(turn.split()) for turn in turns), where)
