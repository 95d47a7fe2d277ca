"""Kaldi's folders of data: `wav.scp` and `text`, perhaps with `utt2spk` and `segments`.

Format: https://kaldi-asr.org/doc/data_prep.html
"""

from pathlib import Path

from seqzoo.datasets.audio.utterance import Utterance
from seqzoo.datasets.files import read_lines
from seqzoo.errors import InputError


def read_kaldi(folder: Path) -> list[Utterance]:
    """The utterances of a folder, in the order of `text`.

    Paths in `wav.scp` are relative to the folder, or else to the directory that Python runs in.

    Raises:
        InputError: naming file and line: on a line without two columns, an id that stands twice or has no
            sound or transcript, a command in place of a path, a file that is not there.
    """
    sounds = _table(folder / "wav.scp")
    texts = _table(folder / "text")
    speakers = _table(folder / "utt2spk") if (folder / "utt2spk").exists() else None
    pieces = _pieces(folder / "segments", sounds)
    paths = {name: _path(folder, line, where) for name, (line, where) in sounds.items()}
    if extra := pieces.keys() - texts.keys():
        name = min(extra)
        raise InputError(
            f"{folder / 'text'}: expected a transcript of {name}; there is none"
        )
    utterances = []
    for name, (transcript, where) in texts.items():
        if name not in pieces:
            raise InputError(f"{where}: expected a sound of {name}; there is none")
        recording, begin, end = pieces[name]
        speaker = None
        if speakers is not None:
            if name not in speakers:
                raise InputError(
                    f"{folder / 'utt2spk'}: expected a speaker of {name}; there is none"
                )
            speaker = speakers[name][0]
        utterances.append(
            Utterance(paths[recording], transcript, speaker, where, begin, end)
        )
    return utterances


def _table(path: Path) -> dict[str, tuple[str, str]]:
    """The first word of each line -> (the rest of it, `file:line`)."""
    rows: dict[str, tuple[str, str]] = {}
    for number, line in read_lines(path):
        where = f"{path}:{number}"
        name, *rest = line.split(maxsplit=1)
        if not name or not rest:
            raise InputError(
                f"{where}: expected an id and what belongs to it; got {line!r}"
            )
        if name in rows:
            raise InputError(f"{where}: {name} stands twice; first in {rows[name][1]}")
        rows[name] = rest[0].strip(), where
    if not rows:
        raise InputError(f"{path}: expected lines; it is empty")
    return rows


def _path(folder: Path, line: str, where: str) -> Path:
    if line.endswith("|"):
        raise InputError(
            f"{where}: expected the path of a sound; got a command, which nobody runs here: {line[:60]}"
        )
    for path in (folder / line, Path(line)):
        if path.is_file():
            return path
    raise InputError(f"{where}: expected a file {line}; it is not there")


def _pieces(
    path: Path, sounds: dict[str, tuple[str, str]]
) -> dict[str, tuple[str, float | None, float | None]]:
    """Utterance -> recording, begin and end in seconds."""
    if not path.exists():
        return {name: (name, None, None) for name in sounds}
    pieces: dict[str, tuple[str, float | None, float | None]] = {}
    for name, (rest, where) in _table(path).items():
        try:
            recording, *times = rest.split()
            begin, end = map(float, times)
        except ValueError:
            raise InputError(
                f"{where}: expected utterance, recording, begin and end in seconds; got {name} {rest}"
            ) from None
        if recording not in sounds:
            raise InputError(f"{where}: expected a recording of wav.scp; got {recording}")
        if not 0 <= begin < end:
            raise InputError(
                f"{where}: expected begin before end; got {begin:g} and {end:g}"
            )
        pieces[name] = recording, begin, end
    return pieces
