"""Answer standard input line by line, as JSON; a line that can't be used gets an error in its place."""

import json
import sys
from collections.abc import Mapping
from typing import Any


def answer(reader: Any, given: Mapping[str, Any] | None = None) -> int:
    """Write one line of JSON for each line of standard input.

    Args:
        reader: of the folder, with `predict(texts)`; a ValueError of it becomes the line's answer.
        given: options of `predict`, of a reader that has such.

    Returns:
        The exit status: 2 if a line, or an option, could not be used, else 0.
    """
    try:
        options = reader.options(**given) if given else {}
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    failed = False
    for number, line in enumerate(sys.stdin.buffer, 1):
        try:
            text = line.rstrip(b"\r\n").decode("utf-8")
            if "\0" in text:
                raise ValueError("a NUL character; expected text")
            found = reader.predict([text], **options)[0]
        except ValueError as error:
            failed, found = True, {"line": number, "error": str(error)}
        print(json.dumps(found, ensure_ascii=False), flush=True)
    return 2 if failed else 0
