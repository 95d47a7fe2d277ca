"""Zip archives that climb out of their folder, blow up, or are none."""

import pickle
import struct
import zipfile

from tests.faults.hostile.files import Runs, case, rewritten


@case
def archive_that_climbs_out(trap, folder):
    names = (
        "../" * 8 + str(trap.canary),
        str(trap.canary),
        f"assets/../../../../{trap.canary}",
    )
    rewritten(folder / "model.keras", **{name: b"x" for name in names})


@case
def archive_with_a_link(trap, folder):
    with zipfile.ZipFile(folder / "model.keras", "a") as archive:
        link = zipfile.ZipInfo("assets")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, str(trap.secret))


@case
def archive_with_two_weights(trap, folder):
    with zipfile.ZipFile(folder / "model.keras", "a") as archive:
        archive.writestr("model.weights.h5", pickle.dumps(Runs(trap.payload)))


def blown_up(
    folder, member: str, block: bytes, method: int = zipfile.ZIP_DEFLATED, size: int = 2**30
) -> None:
    """A member replaced by a gigabyte, or `size` bytes, of one block."""
    path = folder / "model.keras"
    with zipfile.ZipFile(path) as source:
        contents = {name: source.read(name) for name in source.namelist() if name != member}
    with zipfile.ZipFile(path, "w", method, compresslevel=1) as target:
        for name, content in contents.items():
            target.writestr(name, content)
        with target.open(member, "w", force_zip64=True) as file:
            for _ in range(size // len(block)):
                file.write(block)


def claimed(folder, place: int, size: int) -> None:
    """Another size of the weights in the central directory: at 20 stands the packed one, at 24 the other."""
    path = folder / "model.keras"
    content = bytearray(path.read_bytes())
    at = content.find(b"PK\x01\x02")
    while at >= 0:
        if content[at + 46 :].startswith(b"model.weights.h5"):
            content[at + place : at + place + 4] = struct.pack("<I", size)
        at = content.find(b"PK\x01\x02", at + 4)
    path.write_bytes(content)


@case
def archive_that_blows_up(trap, folder):
    blown_up(folder, "model.weights.h5", bytes(2**20))


@case
def archive_that_lies_about_sizes(trap, folder):
    blown_up(folder, "model.weights.h5", bytes(2**20))
    claimed(folder, 24, 10_000)


@case
def archive_that_claims_to_be_dense(trap, folder):
    blown_up(folder, "model.weights.h5", bytes(2**20))
    claimed(folder, 20, 2**30)


@case
def archive_packed_by_bzip2(trap, folder):
    blown_up(folder, "model.weights.h5", bytes(2**20), zipfile.ZIP_BZIP2, 2**27)


@case
def archive_packed_by_lzma(trap, folder):
    blown_up(folder, "model.weights.h5", bytes(2**20), zipfile.ZIP_LZMA, 2**27)


@case
def archive_with_a_config_that_blows_up(trap, folder):
    blown_up(folder, "config.json", b" " * 2**20)


@case
def archive_behind_a_password(trap, folder):
    path = folder / "model.keras"
    content = path.read_bytes()
    for mark, place in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        parts = content.split(mark)
        content = mark.join(
            [
                parts[0],
                *(
                    p[: place - 4] + bytes([p[place - 4] | 1]) + p[place - 3 :]
                    for p in parts[1:]
                ),
            ]
        )
    path.write_bytes(content)
