"""Processes that try what may crash or hang them, watched from outside."""

import json
import select
import subprocess
from collections.abc import Iterator
from typing import IO, NamedTuple


class Watched(NamedTuple):
    """What a process printed, and how it ended.

    Attributes:
        records: what it finished, in order.
        begun: what it had begun and did not finish, None where there is nothing.
        end: "process ended with CODE", or "hangs".
        code: its exit status; a negative number is the signal that ended it.
    """

    records: list[dict]
    begun: dict | None
    end: str
    code: int


def watched(command: list[str], key: str, patience: float) -> Watched:
    """Run a process that prints a line of JSON before each thing it tries, and another after it.

    Args:
        command: of the process.
        key: what lines printed after a trial have, and lines before one have not.
        patience: seconds without a line after which it hangs, and is killed.
    """
    records: list[dict] = []
    begun, hangs = None, False
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0
    ) as process:
        try:
            for line in _lines(process.stdout, patience):
                record = json.loads(line)
                if key in record:
                    records.append(record)
                    begun = None
                else:
                    begun = record
        except TimeoutError:
            hangs = True
            process.kill()
        code = process.wait()
    end = "hangs" if hangs else f"process ended with {code}"
    return Watched(records, begun, end, code)


def _lines(stream: IO[bytes], patience: float) -> Iterator[bytes]:
    """Lines of an unbuffered stream as they come: `select` sees none that a buffer has taken."""
    rest = b""
    while select.select([stream], [], [], patience)[0]:
        content = stream.read(65536)
        if not content:
            return
        *lines, rest = (rest + content).split(b"\n")
        yield from lines
    raise TimeoutError
