"""How many edits one sequence is from another: word and character error rates are made of them."""

from collections.abc import Hashable, Sequence


def edits(gold: Sequence[Hashable], given: Sequence[Hashable]) -> int:
    """The least number of insertions, deletions and substitutions (Levenshtein 1966) from one to the other.

    Args:
        gold: words, or the characters of a string.
        given: what was recognized.
    """
    before = list(range(len(given) + 1))  # edits from nothing to each beginning of `given`
    for row, true in enumerate(gold, 1):
        after = [row]
        for column, said in enumerate(given, 1):
            changed = before[column - 1] + (true != said)
            after.append(min(changed, before[column] + 1, after[-1] + 1))
        before = after
    return before[-1]
