"""What the cases share: the trap, and files made to fit."""

import json
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path

from seqzoo.system.files import sha256, write_json

CASES = {}
GIGA = 2**30


@dataclass
class Trap:
    """What must stay untouched.

    Attributes:
        canary: a file that only a payload would make.
        secret: a file that only a payload would read.
        port: a local port that only a payload would reach.
    """

    canary: Path
    secret: Path
    port: int

    @property
    def payload(self) -> str:
        """A shell command that makes the canary."""
        return f"touch {self.canary}"


def case(function):
    """Enter a function of (trap, folder) in `CASES`."""
    CASES[function.__name__] = function
    return function


def seal(folder: Path) -> None:
    """Make a manifest fit the files that are there, unless the case has written one."""
    manifest = folder / "manifest.json"
    if manifest.stat().st_size > 50_000:
        return
    record = json.loads(manifest.read_text())
    if record.get("kept"):
        return
    plain = [
        p for p in sorted(folder.iterdir()) if p.is_file() and p.name != "manifest.json"
    ]
    hashes = {p.name: sha256(p) if p.stat().st_size < GIGA else "0" * 64 for p in plain}
    hashes |= {name: "0" * 64 for name in record.get("besides", ())}
    write_json(manifest, {"format": 3, "sha256": hashes})


def rewritten(path: Path, **members) -> None:
    """A zip archive with some members' contents changed, or added."""
    with zipfile.ZipFile(path) as source:
        contents = {name: source.read(name) for name in source.namelist()} | members
    with zipfile.ZipFile(path, "w") as target:
        for name, content in contents.items():
            target.writestr(name, content)


def config_of(path: Path) -> dict:
    with zipfile.ZipFile(path) as archive:
        return json.loads(archive.read("config.json"))


class Runs:
    """Runs a command when it is unpickled."""

    def __init__(self, command):
        self.command = command

    def __reduce__(self):
        return os.system, (self.command,)
