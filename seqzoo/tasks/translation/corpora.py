"""The corpora of texts and their translations, and a user's own."""

from pathlib import Path

from seqzoo.datasets import (
    Corpus,
    Splits,
    bible,
    check_source,
    declared,
    opened,
    own,
    read_columns,
    read_pairs,
    split,
    tfds_pairs,
)
from seqzoo.datasets.splits import without
from seqzoo.errors import InputError
from seqzoo.pipeline.prepared import PARTS

CORPORA = declared(
    "translation",
    {
        "bible": bible.english_japanese,
        "kjv-web": bible.old_modern,
        "tensorflow-datasets": lambda config: tfds_pairs.corpus(config.name),
    },
)

Files = dict[str, tuple[str, str]]  # part -> source and target


def load(config) -> Splits:
    """The three parts that a recipe's settings describe.

    Files of a part (`train_source` and `train_target`, ...) take the place of that part; training pairs whose
    source stands in another part's files, too, are left out.

    Args:
        config: `Settings`.

    Raises:
        InputError: on an unknown name, a dataset beside a file, a file without its other half, or files that
            cannot be read.
    """
    files = _files(config)
    if config.data is not None:
        check_source(config)
        corpus = own(Path(config.data), read_columns, "train.tsv")
    elif files:
        _check_files(config, files)
        corpus = Corpus({}, ", ".join(Path(path).name for path in files["train"]))
    else:
        corpus = opened(CORPORA, config)
    corpus = _with_files(corpus, files)
    return split(
        corpus,
        seed=config.seed,
        validation=config.validation,
        test=config.test,
        limit=config.limit,
    )


def _files(config) -> Files:
    """The files of each part that has such.

    Raises:
        InputError: if one of the two is missing.
    """
    found = {}
    for part in PARTS:
        source, target = (
            getattr(config, f"{part}_{side}") for side in ("source", "target")
        )
        if source is None and target is None:
            continue
        if source is None or target is None:
            given, missing = (
                ("target", "source") if source is None else ("source", "target")
            )
            raise InputError(f"--{part}-{given}: expected --{part}-{missing} too")
        found[part] = source, target
    return found


def _check_files(config, files: Files) -> None:
    if "train" not in files:
        raise InputError("expected --train-source and --train-target too, or --data")
    if config.dataset != type(config)().dataset:
        raise InputError(
            f"--dataset {config.dataset} and --train-source: expected one of them; the other plays no part"
        )


def _with_files(corpus: Corpus, files: Files) -> Corpus:
    """The corpus with some of its parts from files."""
    parts = dict(corpus.parts)
    for part, both in files.items():
        parts[part] = lambda both=both: read_pairs(*both)
    for part in files.keys() - {"train"}:
        for _ in parts[part]():  # what can't be read must not come to light at the end
            pass
        parts["train"] = without(parts["train"], parts[part])
    return Corpus(parts, corpus.description, corpus.unit)
