"""Readers of utterances: sounds or features with their transcripts, in the forms that they lie on disk in."""

import warnings
from pathlib import Path

from seqzoo.datasets.audio.digits import spoken_digits
from seqzoo.datasets.audio.kaldi import read_kaldi
from seqzoo.datasets.audio.sounds import ENDINGS
from seqzoo.datasets.audio.transcribed import ALL, TABLES, Tell, read_transcribed
from seqzoo.datasets.audio.utterance import Halves, Utterance, features, split_speakers
from seqzoo.datasets.audio.yes_no import yes_no
from seqzoo.datasets.reading.parts import PARTS, part_of
from seqzoo.errors import InputError

__all__ = [
    "ALL",
    "Halves",
    "Utterance",
    "features",
    "read_kaldi",
    "read_pairs_of_files",
    "read_sounds_alone",
    "read_transcribed",
    "read_utterances",
    "split_speakers",
    "spoken_digits",
    "yes_no",
]

FORMS = (
    "a TSV or CSV file with the columns path and transcript; or a folder with train.tsv, transcripts.tsv or "
    "metadata.csv; with Kaldi's wav.scp and text; or of x.wav with x.txt"
)
WHOLE = ("transcripts", "metadata")  # tables of all utterances of a folder
ABOUT = ("readme", "license", "licence", "copying")  # texts that are no transcripts


def warn(line: str) -> None:
    """Tell a line as a warning of Python's."""
    warnings.warn(line, UserWarning, stacklevel=2)


def read_utterances(path: Path | str, tell: Tell = warn) -> dict[str, list[Utterance]]:
    """The utterances of a file or folder, whatever its form.

    | form | parts |
    |---|---|
    | a table (`.tsv`, `.csv`) with the columns path and transcript, perhaps speaker and split | by split |
    | a folder with `transcripts.tsv` or `metadata.csv`: such a table, by path or id | by split |
    | a folder with `train.tsv`, perhaps `test.tsv`: such tables (AN4: `train/ID.mfc` or `ID.wav`) | by name |
    | a folder of Kaldi's: `wav.scp`, `text`, perhaps `utt2spk`, `segments` | `all` |
    | a folder with folders `train`, perhaps `test`, each in one of these forms | by name |
    | a folder of `x.wav` (or another sound) with `x.txt`, at any depth | `all` |

    Args:
        path: of the file or folder.
        tell: is given a line about each thing that plays no part; None of it is left out without a word.

    Returns:
        `train`, `validation` and `test`, those that there are; or `all`, where the form has no parts.

    Raises:
        InputError: naming file and line, or the forms that were expected.
    """
    path = Path(path)
    if path.is_file():
        if path.suffix.lower() not in TABLES:
            raise InputError(
                f"{path}: expected {FORMS}; got a file ending in {path.suffix!r}"
            )
        return read_transcribed(path, tell)
    if not path.is_dir():
        raise InputError(f"{path}: no such file or folder; expected {FORMS}")
    if (path / "wav.scp").exists():
        return {ALL: read_kaldi(path)}
    inside = [p for p in sorted(path.iterdir()) if not p.name.startswith(".")]
    tables = [p for p in inside if p.suffix.lower() in TABLES and p.is_file()]
    if whole := [p for p in tables if p.stem in WHOLE]:
        _tell_others(tables, whole[:1], tell)
        return read_transcribed(whole[0], tell)
    if named := [p for p in tables if part_of(p)]:
        _tell_others(tables, named, tell)
        return _of_parts(named, tell)
    if tables:
        names = ", ".join(p.name for p in tables[:12])
        raise InputError(
            f"{path}: expected {FORMS}; to read one of these tables, name it: {names}"
        )
    folders = [p for p in inside if p.is_dir()]
    if folders and all(part_of(p) for p in folders):
        return _of_parts(folders, tell)
    return {ALL: read_pairs_of_files(path)}


def _tell_others(tables: list[Path], read: list[Path], tell: Tell) -> None:
    for table in tables:
        if table not in read:
            tell(f"{table}: not read beside {read[0].name}")


def _of_parts(paths: list[Path], tell: Tell) -> dict[str, list[Utterance]]:
    """Each path a part by its name; in the order of `PARTS`."""
    parts: dict[str, list[Utterance]] = {}
    for path in paths:
        part = part_of(path)
        assert part is not None
        if part in parts:
            raise InputError(f"{path.parent}: expected one {part} part; there are two")
        found = read_utterances(path, tell)
        if list(found) != [ALL]:
            raise InputError(
                f"{path}: the {part} part by its name; expected no parts in it; got {', '.join(found)}"
            )
        parts[part] = found[ALL]
    return {part: parts[part] for part in PARTS if part in parts}


def read_pairs_of_files(folder: Path) -> list[Utterance]:
    """The sounds of a folder, at any depth, each with its transcript: `x.wav` and `x.txt`.

    Speakers are unknown: who knows them writes a table.

    Raises:
        InputError: naming the file whose partner is missing, a blank transcript, or the forms that were
            expected.
    """
    sounds, texts = _paired(folder)
    if not sounds:
        raise InputError(f"{folder}: expected {FORMS}; found no sounds")
    for text, path in sounds.items():
        if text not in texts:
            raise InputError(
                f"{path}: expected its transcript in {text.name}; it is not there"
            )
    if alone := texts - sounds.keys():
        text = min(alone)
        raise InputError(f"{text}: expected its sound, {text.stem}.wav; it is not there")
    return [
        Utterance(path, _transcript(text), None, str(path)) for text, path in sounds.items()
    ]


def read_sounds_alone(folder: Path) -> list[Utterance]:
    """The sounds of a folder, at any depth, where none has a transcript: each is an empty one.

    Returns:
        None of them, where the folder has tables, texts or Kaldi's files, which `read_utterances` reads.

    Raises:
        InputError: on two sounds of one name.
    """
    if (folder / "wav.scp").exists() or any(
        path.suffix.lower() in TABLES for path in folder.rglob("*")
    ):
        return []
    sounds, texts = _paired(folder)
    if texts:
        return []
    return [Utterance(path, "", None, str(path)) for path in sounds.values()]


def _paired(folder: Path) -> tuple[dict[Path, Path], set[Path]]:
    """The sounds of a folder by the texts that belong to them, and the texts that there are."""
    sounds: dict[Path, Path] = {}
    texts = set()
    for path in sorted(folder.rglob("*")):
        if path.name.startswith(".") or not path.is_file():
            continue
        if path.suffix.lower() in ENDINGS:
            text = path.with_suffix(".txt")
            if text in sounds:
                raise InputError(
                    f"{path}: expected one sound of {text}; got {sounds[text]}, too"
                )
            sounds[text] = path
        elif path.suffix == ".txt" and path.stem.lower() not in ABOUT:
            texts.add(path)
    return sounds, texts


def _transcript(path: Path) -> str:
    try:
        words = path.read_text("utf-8-sig").split()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from error
    if not words:
        raise InputError(f"{path}: expected a transcript; it is blank")
    return " ".join(words)
