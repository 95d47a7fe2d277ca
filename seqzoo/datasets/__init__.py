"""Readers of corpora: files -> examples (strings and labels, no ids).

A task's `corpora.py` lists those that it can be trained on. Names here are imported when they are first
asked for: who reads plain texts needs no reader of corpora.
"""

from typing import TYPE_CHECKING

from seqzoo import lazy

if TYPE_CHECKING:
    from seqzoo.datasets.corpus import Corpus, check_source, declared, opened, own, split
    from seqzoo.datasets.files import Example
    from seqzoo.datasets.labelled import read_examples
    from seqzoo.datasets.parallel import Pair, read_columns, read_pairs
    from seqzoo.datasets.running import Passage
    from seqzoo.datasets.sequences.opened import read_tagged
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
    "read_tagged",
    "split",
]

_CORPUS = ("Corpus", "check_source", "declared", "opened", "own", "split")
_PLACES = {
    **lazy.places("seqzoo.datasets.corpus", *_CORPUS),
    **lazy.places("seqzoo.datasets.files", "Example"),
    **lazy.places("seqzoo.datasets.labelled", "read_examples"),
    **lazy.places("seqzoo.datasets.parallel", "Pair", "read_columns", "read_pairs"),
    **lazy.places("seqzoo.datasets.running", "Passage"),
    **lazy.places("seqzoo.datasets.sequences.opened", "read_tagged"),
    **lazy.places("seqzoo.datasets.splits", "Splits"),
    **lazy.places("seqzoo.datasets.tagged", "Tagged"),
}
__getattr__, __dir__ = lazy.names(__name__, _PLACES)
