"""Ready tokens against those that a raw text is cut into: what a word tagger meets in use."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from seqzoo import metrics
from seqzoo.datasets import Tagged
from seqzoo.datasets.reading.layout import either
from seqzoo.pipeline.remarks import MANY_UNKNOWN, Unknown
from seqzoo.tasks.tagging.coder import Coder
from seqzoo.tasks.tagging.cuts import runs
from seqzoo.tasks.tagging.inference import Tagging
from seqzoo.tasks.tagging.tokens import Tokens
from seqzoo.text import schemes

SHOWN = 5  # tokens


def cut(tokens: Sequence[str], word: re.Pattern[str]) -> tuple[list[str], list[int]]:
    """The tokens that a text of some ready ones is cut into, and where each starts.

    Args:
        tokens: the ready ones.
        word: what a token is in raw text.
    """
    found = runs(Tokens(tokens), "word", word)
    if not found:
        return [], []
    return list(found[0][0]), list(found[0][1])


def lines(sequences: Iterable[Sequence[str]], word: re.Pattern[str]) -> Iterator[str]:
    """A line on tokens that no raw text has; a warning, where they are many.

    Args:
        sequences: of ready tokens.
        word: what a token is in raw text.
    """
    counts = Counter(token for tokens in sequences for token in tokens)
    others = {
        token: count for token, count in counts.items() if cut([token], word)[0] != [token]
    }
    if not others:
        return
    share = sum(others.values()) / counts.total()
    kind = "warning" if share > MANY_UNKNOWN else "note"
    often = sorted(others, key=lambda token: (-others[token], token))[:SHOWN]
    yield (
        f"{kind}: raw text is cut into other tokens than {share:.1%} of the training tokens "
        f"({either(often)}); predict takes ready tokens, too (--tokens)"
    )


def unknown(sequences: Iterable[Sequence[str]], coder: Coder) -> Iterator[str]:
    """A line on tokens of the validation part that are unknown.

    Args:
        sequences: of that part.
        coder: tokens to ids.
    """
    counts = Unknown()
    for tokens in sequences:
        counts.add(coder.ids(tokens))
    mends = "a lower --minimum-count" + ", or --unit character" * (coder.unit == "word")
    yield from counts.lines("validation", f"{mends}, or more texts")


def scores(
    tagger: Tagging,
    examples: Sequence[Tagged],
    tags: Sequence[Sequence[str]],
    spans: metrics.SpanScores,
) -> int:
    """Count the spans of examples read as raw text, by their places in it.

    Args:
        tagger: the model.
        examples: sequences with their tags.
        tags: what the model gives their tokens.
        spans: gets the counts.

    Returns:
        How many examples are cut into other tokens than they have.
    """
    cuts = [cut(example.tokens, tagger.word) for example in examples]
    pairs = enumerate(zip(examples, cuts, strict=True))
    others = [n for n, (example, (tokens, _)) in pairs if list(example.tokens) != tokens]
    again = tagger([cuts[n][0] for n in others])
    found = [*tags]
    for number, of_raw_text in zip(others, again, strict=True):
        found[number] = of_raw_text
    for example, (tokens, starts), own in zip(examples, cuts, found, strict=True):
        gold = _places(example.tokens, Tokens(example.tokens).starts, example.tags)
        spans.add(gold, _places(tokens, starts, own))
    return len(others)


def _places(
    tokens: Sequence[str], starts: Sequence[int], tags: Sequence[str]
) -> list[schemes.Span]:
    """The spans of tags by their places in the text."""
    return [
        (starts[first], starts[stop - 1] + len(tokens[stop - 1]), label)
        for first, stop, label in schemes.tags_to_spans(tags)
    ]
