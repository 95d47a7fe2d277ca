"""Readers of corpora: files -> examples (strings and labels, no ids).

A task's `corpora.py` lists those that it can be trained on.
"""

from seqzoo.datasets.corpus import Corpus, check_source, declared, opened, own, split
from seqzoo.datasets.files import Example, read_examples
from seqzoo.datasets.parallel import Pair, read_columns, read_pairs
from seqzoo.datasets.running import Passage
from seqzoo.datasets.splits import Splits
from seqzoo.datasets.tagged import Tagged

__all__ = [
    "Corpus",
    "Example",
    "Pair",
    "Passage",
    "Splits",
    "Tagged",
    "check_source",
    "declared",
    "opened",
    "own",
    "read_columns",
    "read_examples",
    "read_pairs",
    "split",
]
