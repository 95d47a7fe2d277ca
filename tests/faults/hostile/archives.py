"""Zip archives that climb out of their folder, blow up, or are none."""

import pickle
import struct
import zipfile

from tests.faults.hostile.files import Runs, case, rewritten


@case
def archive_that_climbs_out(trap, folder):
    names = ("../" * 8 + str(trap.canary), str(trap.canary), f"assets/../../../../{trap.canary}")
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


@case
def archive_that_blows_up(trap, folder):
    with zipfile.ZipFile(folder / "model.keras") as source:
        contents = {name: source.read(name) for name in source.namelist() if name != "model.weights.h5"}
    with zipfile.ZipFile(folder / "model.keras", "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in contents.items():
            target.writestr(name, content)
        with target.open("model.weights.h5", "w", force_zip64=True) as file:
            for _ in range(1024):
                file.write(bytes(2**20))


@case
def archive_that_lies_about_sizes(trap, folder):
    archive_that_blows_up(trap, folder)
    path = folder / "model.keras"
    content = bytearray(path.read_bytes())
    at = content.find(b"PK\x01\x02")
    while at >= 0:  # of the central directory
        if content[at + 46 :].startswith(b"model.weights.h5"):
            content[at + 24 : at + 28] = struct.pack("<I", 10_000)
        at = content.find(b"PK\x01\x02", at + 4)
    path.write_bytes(content)


@case
def archive_behind_a_password(trap, folder):
    path = folder / "model.keras"
    content = path.read_bytes()
    for mark, place in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        parts = content.split(mark)
        content = mark.join(
            [parts[0], *(p[: place - 4] + bytes([p[place - 4] | 1]) + p[place - 3 :] for p in parts[1:])]
        )
    path.write_bytes(content)


@case
def archive_with_a_config_that_blows_up(trap, folder):
    with zipfile.ZipFile(folder / "model.keras") as source:
        weights = source.read("model.weights.h5")
    with zipfile.ZipFile(folder / "model.keras", "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("model.weights.h5", weights)
        with target.open("config.json", "w", force_zip64=True) as file:
            for _ in range(1024):
                file.write(b" " * 2**20)


def packed(folder, method: int) -> None:
    """The weights as a gigabyte of zeros, packed in another way than deflated."""
    with zipfile.ZipFile(folder / "model.keras") as source:
        contents = {name: source.read(name) for name in source.namelist() if name != "model.weights.h5"}
    with zipfile.ZipFile(folder / "model.keras", "w", method) as target:
        for name, content in contents.items():
            target.writestr(name, content)
        with target.open("model.weights.h5", "w", force_zip64=True) as file:
            for _ in range(256):
                file.write(bytes(2**22))


@case
def archive_packed_by_bzip2(trap, folder):
    packed(folder, zipfile.ZIP_BZIP2)


@case
def archive_packed_by_lzma(trap, folder):
    packed(folder, zipfile.ZIP_LZMA)


@case
def archive_that_claims_to_be_dense(trap, folder):
    archive_that_blows_up(trap, folder)
    path = folder / "model.keras"
    content = bytearray(path.read_bytes())
    at = content.find(b"PK\x01\x02")
    while at >= 0:
        if content[at + 46 :].startswith(b"model.weights.h5"):
            content[at + 20 : at + 24] = struct.pack("<I", 2**30)
        at = content.find(b"PK\x01\x02", at + 4)
    path.write_bytes(content)
