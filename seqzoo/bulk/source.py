"""Lines of text files for Beam, in blocks that are the same however many workers read."""

from collections.abc import Iterator
from typing import IO

from apache_beam.io.filebasedsource import FileBasedSource
from apache_beam.io.iobase import RangeTracker

BLOCK = 64 * 1024  # bytes


class Blocks(FileBasedSource):
    """Elements (file, [(offset of a line in bytes, line without its end), ...]).

    A block has the lines that begin in one of a file's stretches of `BLOCK` bytes. So what is computed
    together, and with it the last digits of what comes out, does not depend on how a runner splits files.
    Compressed files (.gz, .bz2, by their names) are read in one piece, offsets are those of the plain text.

    Args:
        pattern: of files, as Beam takes it: `texts/*.txt.gz`, `gs://bucket/*.jsonl`.
    """

    def __init__(self, pattern: str):
        super().__init__(pattern, min_bundle_size=BLOCK)

    def read_records(self, file_name: str, range_tracker: RangeTracker) -> Iterator[tuple]:
        """The blocks of a file that begin in a range; Beam calls it."""
        number = -(-(range_tracker.start_position() or 0) // BLOCK)
        with self.open_file(file_name) as file:
            position = _first_line(file, number * BLOCK)
            line = file.readline()
            while line:
                # Blocks within a long line have no lines of their own.
                number = position // BLOCK
                if not range_tracker.try_claim(number * BLOCK):
                    return
                lines = []
                while line and position < (number + 1) * BLOCK:
                    content = line.removeprefix(b"\xef\xbb\xbf") if position == 0 else line
                    lines.append((position, content.rstrip(b"\r\n")))
                    position += len(line)
                    line = file.readline()
                yield file_name, lines


def _first_line(file: IO[bytes], start: int) -> int:
    """Go to the first line that begins at `start` or behind it; returns its offset in bytes."""
    if start == 0:
        return 0
    file.seek(start - 1)
    return start - 1 + len(file.readline())
