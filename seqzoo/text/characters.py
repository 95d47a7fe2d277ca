"""All characters of Unicode."""

import sys
from collections.abc import Iterator


def all_characters() -> Iterator[str]:
    """All of Unicode, but surrogates."""
    return (chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000)
