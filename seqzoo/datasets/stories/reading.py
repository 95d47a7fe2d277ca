"""Readers of stories: the format of bAbI (Weston et al. 2015), and JSON lines.

* bAbI: numbered lines, `1 Mary went home.`; a question has its answer behind a tab, then perhaps the numbers
  of what tells it. Number 1 begins a story.
* JSON lines: an object a line, `{"story": ["Mary went home."], "question": "Where is Mary?", "answer":
  "home"}`, with `task` where there are several kinds.

Files may be gzipped. A folder has files by task, `qa1_NAME_train.txt` and `qa1_NAME_test.txt`, or one file
for each part.
"""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from seqzoo.datasets.files import read_lines
from seqzoo.datasets.reading.parts import PARTS, part_of, parts_in
from seqzoo.datasets.reading.source import OBJECTS, ending_of
from seqzoo.datasets.stories.story import Story
from seqzoo.errors import InputError

EXPECTED = "train.txt in the format of bAbI, train.jsonl, or qa1_NAME_train.txt"
_BY_TASK = re.compile(r"(qa\d+)_.*_(train|valid|validation|dev|test)\.txt(\.gz)?")
_NUMBERED = re.compile(r"(\d+) +(\S.*)")
KEYS = ("story", "question", "answer")


def read(path: Path, tasks: Iterable[str] = ()) -> dict[str, list[Story]]:
    """The stories of a file or folder, by part.

    Args:
        path: a file, which is the part `train`, or a folder.
        tasks: those to read, as `qa1`; none: all.

    Raises:
        InputError: on files that are none, naming file and line; on a task that is not there.
    """
    if not path.exists():
        raise InputError(f"{path}: no such file or folder")
    files: dict[str, list[Path]] = {"train": [path]}
    if path.is_dir():
        files = by_task(path) or parts_in(path, EXPECTED)
    found = {
        part: [story for file in files[part] for story in stories(file)]
        for part in PARTS
        if part in files
    }
    wanted = tuple(tasks)
    if not wanted:
        return found
    known = {story.task for story in found["train"]}
    for name in wanted:
        if name not in known:
            raise InputError(
                f"{path}: task {name}: expected one of {', '.join(sorted(known, key=number)) or 'none'}"
            )
    return {
        part: [story for story in every if story.task in wanted]
        for part, every in found.items()
    }


def number(task: str) -> tuple[int, str]:
    """What tasks are sorted by: the number in a name, and the name."""
    digits = "".join(character for character in task if character.isdigit())
    return int(digits or 0), task


def by_task(folder: Path) -> dict[str, list[Path]]:
    """The files of a folder with a file for each task and part, in the order of tasks; none: empty.

    Raises:
        InputError: if there are such files and others.
    """
    inside = [path for path in sorted(folder.iterdir()) if not path.name.startswith(".")]
    named = [path for path in inside if _BY_TASK.fullmatch(path.name)]
    if not named:
        return {}
    others = [path.name for path in inside if path not in named]
    if others:
        raise InputError(
            f"{folder}: {', '.join(others[:5])}: no part of the data; expected names as qa1_NAME_train.txt"
        )
    found: dict[str, list[Path]] = {}
    for path in sorted(named, key=lambda each: number(each.name.split("_")[0])):
        part = part_of(Path(path.name.split(".")[0].rpartition("_")[2]))
        found.setdefault(str(part), []).append(path)
    if "train" not in found:
        raise InputError(f"{folder}: expected a training file; found {named[0].name}")
    return found


def stories(path: Path) -> Iterator[Story]:
    """The stories of one file, by its ending.

    Raises:
        InputError: naming file and line; on a file without a question.
    """
    named = _BY_TASK.fullmatch(path.name)
    task = named[1] if named else ""
    found = False
    reader = _objects(path) if ending_of(path) in OBJECTS else _numbered(path, task)
    for story in reader:
        found = True
        yield story
    if not found:
        raise InputError(f"{path}: expected stories with questions; the file has none")


def _numbered(path: Path, task: str) -> Iterator[Story]:
    sentences: list[str] = []
    before, asked, begun = 0, True, ""
    for line, text in read_lines(path):
        if not text.strip():
            continue
        where = f"{path}:{line}"
        match = _NUMBERED.fullmatch(text.strip(" "))
        if match is None:
            raise InputError(
                f"{where}: expected a number, a space and a sentence; got {text[:60]!r}"
            )
        current = int(match[1])
        if current == 1:
            _check_asked(asked, begun)
            sentences, before, asked, begun = [], 0, False, where
        if current != before + 1:
            raise InputError(
                f"{where}: expected number {before + 1}, or 1, which begins a story; got {current}"
            )
        before = current
        if "\t" not in match[2]:
            sentences.append(match[2])
            continue
        asked = True
        question, answer = (cell.strip() for cell in match[2].split("\t")[:2])
        story = _checked(sentences, question, answer, where, task)
        yield story._replace(text=begun.removeprefix(f"{path.parent}/"))
    _check_asked(asked, begun)


def _check_asked(asked: bool, begun: str) -> None:
    if not asked:
        raise InputError(f"{begun}: the story that begins here has no question")


def _objects(path: Path) -> Iterator[Story]:
    for line, text in read_lines(path):
        if not text.strip():
            continue
        where = f"{path}:{line}"
        try:
            record = json.loads(text)
        except ValueError as error:
            raise InputError(f"{where}: no JSON: {error}") from None
        yield of_object(record, where, KEYS)


def of_object(record: Any, where: str, keys: Iterable[str]) -> Story:
    """A story of an object with `story`, a list of sentences, `question` and so on.

    Args:
        record: as JSON has it.
        where: it comes from; begins the message.
        keys: that it must have.

    Raises:
        InputError: on another object.
    """
    if not isinstance(record, dict):
        raise InputError(f"{where}: expected an object with {', '.join(keys)}")
    for key in keys:
        if key not in record:
            raise InputError(f"{where}: expected {key!r}; got {sorted(map(str, record))}")
    if unknown := sorted(set(map(str, record)) - {*KEYS, "task"}):
        raise InputError(
            f"{where}: {', '.join(unknown)}: expected {', '.join((*KEYS, 'task'))}"
        )
    told = record["story"]
    if not isinstance(told, list) or not all(isinstance(each, str) for each in told):
        raise InputError(f"{where}: story: expected a list of sentences")
    for key in ("question", "answer", "task"):
        if key in record and not isinstance(record[key], str):
            raise InputError(f"{where}: {key}: expected a text; got {record[key]!r}")
    answer = record.get("answer")
    if answer is not None and not answer.strip():
        raise InputError(f"{where}: answer: expected a text; got a blank one")
    return _checked(
        told, record["question"], answer or "-", where, record.get("task", "")
    )._replace(answer=(answer or "").strip())


def _checked(
    sentences: list[str], question: str, answer: str, where: str, task: str
) -> Story:
    if not any(map(str.strip, sentences)):
        raise InputError(f"{where}: expected a sentence before the question; there is none")
    for place, each in enumerate(sentences):
        if not each.strip():
            raise InputError(
                f"{where}: story[{place}]: expected a sentence; got a blank one"
            )
    if not question.strip() or not answer.strip():
        raise InputError(f"{where}: expected a question, a tab and its answer")
    told = tuple(each.strip() for each in sentences)
    return Story(told, question.strip(), answer, where, "\n".join(told), task)
