import functools
import itertools

from seqzoo.metrics.edits import edits


@functools.cache
def plain(gold, given):
    """The definition, by recursion."""
    if not gold or not given:
        return len(gold) + len(given)
    return min(
        plain(gold[1:], given[1:]) + (gold[0] != given[0]),
        plain(gold[1:], given) + 1,
        plain(gold, given[1:]) + 1,
    )


def test_edits_are_those_of_the_definition():
    words = ["".join(w) for n in range(5) for w in itertools.product("ab", repeat=n)]
    for gold, given in itertools.product(words, words):
        assert edits(gold, given) == plain(gold, given)


def test_edits_of_words():
    assert edits(["the", "cat", "sat"], ["a", "cat", "sat", "down"]) == 2
