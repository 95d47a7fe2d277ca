"""Whether the user's files are still those that data were prepared from.

Prepared data stand for the files: a run that resumes reads them, not the files. So a file that has changed
since would play no part, without a word.
"""

import dataclasses
from pathlib import Path
from typing import Any

from seqzoo.config import flag
from seqzoo.errors import InputError
from seqzoo.system.files import read_json, sha256, write_json

Digests = dict[str, dict[str, str]]  # field -> file in it -> SHA-256


def digests(config: Any) -> Digests:
    """The hashes of all files that a configuration names; of a folder those of the files in it.

    Args:
        config: a dataclass' instance; fields made with `path=True` name files or folders.
    """
    found: Digests = {}
    for field in dataclasses.fields(config):
        value = getattr(config, field.name)
        if not field.metadata.get("path") or value is None or not Path(value).exists():
            continue
        root = Path(value)
        files = [root] if root.is_file() else sorted(root.rglob("*"))
        found[field.name] = {
            path.relative_to(root).as_posix(): sha256(path)
            for path in files
            if path.is_file()
        }
    return found


def remember(data: Path, config: Any, found: Digests) -> None:
    """Write hashes beside prepared data.

    Args:
        data: the folder of the prepared data.
        config: that they were prepared by.
        found: its `digests` before that.
    """
    if found and not _beside(data).exists():
        write_json(_beside(data), found)


def check_unchanged(data: Path, config: Any, mend: str) -> Digests:
    """Refuse to go on with prepared data whose files have changed; a file that is gone is none that has.

    Args:
        data: the folder of the prepared data.
        config: a dataclass' instance.
        mend: what the user can do, in words.

    Returns:
        The `digests` of the files as they are.

    Raises:
        InputError: naming the first file that has changed.
    """
    now = digests(config)
    if not data.exists() or not _beside(data).exists():
        return now
    before = read_json(_beside(data))
    for name, files in now.items():
        old = before.get(name, files)
        changed = [file for file in {**old, **files} if old.get(file) != files.get(file)]
        if changed:
            inside = "" if changed[0] == "." else f" ({', '.join(changed[:12])})"
            raise InputError(
                f"--{flag(name)} {getattr(config, name)}{inside}: changed since the data were prepared from "
                f"it; {mend}"
            )
    return now


def _beside(data: Path) -> Path:
    return data.with_name(f"{data.name}.files.json")
