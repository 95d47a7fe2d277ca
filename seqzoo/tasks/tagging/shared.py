"""The rules on what may be cut, for readers that stand alone."""

from typing import Any

from seqzoo.tasks.tagging import rules
from seqzoo.tasks.tagging.dictionary import LetterWords
from seqzoo.text import kinds

PATTERNS = {
    "rules": rules.RULES,
    "units": rules.UNITS,
    "letters": rules.LETTERS,
    "parted": rules.PARTED,
}


def values_of(words: LetterWords) -> dict[str, Any]:
    """The rules but for the regular expressions, for JSON.

    Args:
        words: of letters and Han characters.

    Returns:
        `kinds`: what stands for a kind of character -> first and last code point of its runs; `other`: what
        stands for all others; `words`, which are kept whole, in small letters of ASCII; `before`, `behind`:
        how many characters they have around their letters at most.
    """
    return {
        "kinds": kinds.ranges(),
        "other": kinds.OTHER,
        "words": sorted(words.words),
        "before": words.before,
        "behind": words.behind,
    }


def rules_of(words: LetterWords) -> dict[str, Any]:
    """The rules, regular expressions as Python writes them, for JSON; see `values_of`."""
    return values_of(words) | {name: pattern.pattern for name, pattern in PATTERNS.items()}
