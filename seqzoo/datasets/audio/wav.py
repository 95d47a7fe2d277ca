"""WAV files (RIFF, little-endian), chunk by chunk; Python's `wave` reads no floats and no streamed files.

Format: Microsoft and IBM, "Multimedia Programming Interface and Data Specifications 1.0" (1991), chapter 3;
for WAVE_FORMAT_EXTENSIBLE see
https://learn.microsoft.com/windows/win32/api/mmreg/ns-mmreg-waveformatextensible
"""

import io
import struct
from typing import BinaryIO, NamedTuple

import numpy as np

from seqzoo.errors import InputError

PCM, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE
BITS = {PCM: (8, 16, 24, 32), FLOAT: (32, 64)}
STREAMED = (
    0x7FFF0000  # from here on a size stands for "not known yet": no sound of 2 GB is read
)


class Header(NamedTuple):
    """What a WAV file says of itself.

    Attributes:
        coding: the code of its samples' form; neither `PCM` nor `FLOAT` where they are compressed.
        channels: interleaved.
        rate: samples a second.
        bits: of a sample.
        start: first byte of the samples.
        size: bytes of the samples.
    """

    coding: int
    channels: int
    rate: int
    bits: int
    start: int
    size: int

    @property
    def is_plain(self) -> bool:
        """Whether the samples are numbers that `samples_of` reads."""
        return self.bits in BITS.get(self.coding, ())

    @property
    def frames(self) -> int:
        """Samples of each channel."""
        return self.size // (self.channels * self.bits // 8)


def is_wav(head: bytes) -> bool:
    """Whether a file with these first 12 bytes is one that `header_of` reads."""
    return head[:4] == b"RIFF" and head[8:12] == b"WAVE"


def header_of(stream: BinaryIO, where: str) -> Header:
    """What a WAV file says of itself.

    Args:
        stream: its bytes, at their first.
        where: it is from; begins errors.

    Raises:
        InputError: if a chunk is missing or damaged, or fewer samples are there than the file says.
    """
    end = stream.seek(0, io.SEEK_END)
    stream.seek(12)
    form = None
    while len(head := stream.read(8)) == 8:
        name, size = head[:4], int.from_bytes(head[4:], "little")
        start = stream.tell()
        if name == b"fmt ":
            form = _form(stream.read(min(size, 40)), where)
        elif name == b"data":
            if form is None:
                raise InputError(f"{where}: expected the chunk 'fmt ' before 'data'")
            return _with_size(Header(*form, start, size), end, where)
        stream.seek(start + size + size % 2)  # chunks begin at even bytes
    missing = "data" if form else "fmt "
    raise InputError(f"{where}: expected a WAV file with a chunk {missing!r}; it has none")


def _form(content: bytes, where: str) -> tuple[int, int, int, int]:
    """Coding, channels, rate and bits of a chunk `fmt `."""
    if len(content) < 16:
        raise InputError(
            f"{where}: expected a chunk 'fmt ' of 16 bytes or more; got {len(content)}"
        )
    coding, channels, rate, _, block, bits = struct.unpack("<HHIIHH", content[:16])
    if coding == EXTENSIBLE and len(content) >= 26:
        coding = int.from_bytes(content[24:26], "little")
    if coding in BITS and (bits not in BITS[coding] or block != channels * bits // 8):
        raise InputError(
            f"{where}: expected samples of 8, 16, 24 or 32 bits, or floats of 32 or 64; "
            f"got {bits} bits, {channels} channels in {block} bytes"
        )
    return coding, channels, rate, bits


def _with_size(header: Header, end: int, where: str) -> Header:
    """The header with the samples' true size, where a recorder left it open."""
    there = end - header.start
    if header.size == 0 or header.size >= STREAMED:
        return header._replace(size=there)
    if header.size > there:
        raise InputError(
            f"{where}: the file ends early: expected {header.size:,} bytes of samples; got {there:,}"
        )
    return header


def samples_of(stream: BinaryIO, header: Header) -> np.ndarray:
    """The samples of a plain WAV file, float32 (frames, channels), integers scaled to [-1, 1)."""
    width = header.bits // 8
    stream.seek(header.start)
    content = stream.read(header.frames * header.channels * width)
    if header.coding == FLOAT:
        values = np.frombuffer(content, f"<f{width}").astype(np.float32)
        return values.reshape(-1, header.channels)
    if width == 1:
        whole = np.frombuffer(content, np.uint8).astype(np.int32) - 128
    elif width == 3:
        # Three bytes become the upper ones of four.
        wide = np.zeros((len(content) // 3, 4), np.uint8)
        wide[:, 1:] = np.frombuffer(content, np.uint8).reshape(-1, 3)
        whole = wide.view("<i4")[:, 0] >> 8
    else:
        whole = np.frombuffer(content, f"<i{width}")
    values = whole.astype(np.float32) / np.float32(2 ** (header.bits - 1))
    return values.reshape(-1, header.channels)
