"""A first look at a corpus: its tokens, its labels, its size."""

from collections import Counter
from collections.abc import Iterator

from seqzoo.datasets import Example, Splits
from seqzoo.errors import InputError
from seqzoo.tasks.classification import several
from seqzoo.text.tokenizer import Tokenizer
from seqzoo.text.vocabulary import counted


def survey(
    splits: Splits, tokenizer: Tokenizer, mark: str | None
) -> tuple[Counter[str], list[str], int]:
    """Tokens and their counts, labels, and number of texts of the training part; its lines are checked."""
    labels: set[str] = set()
    last: Example | None = None
    texts = 0

    def token_lists() -> Iterator[list[str]]:
        nonlocal last, texts
        for last in splits.train():
            named = [last.label] if mark is None else several.parts(last.label, mark)
            labels.update(named)
            texts += 1
            yield tokenizer(last.text)
        if last is None:
            raise InputError(f"{splits.description}: no training example")

    counts = counted(token_lists())
    assert last is not None  # else `token_lists` has raised
    if len(labels) < 2:
        one = repr(next(iter(labels), "without a name"))
        raise InputError(
            f"{last.source}: end of the training examples, all of the one class {one}; "
            "expected at least two"
        )
    return counts, sorted(labels), texts
