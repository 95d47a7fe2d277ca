"""`seqzoo evaluate`: a trained model measured on a user's file, a function for each task.

Each takes the model, the path and the parsed flags, and returns what is printed as JSON.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np

from seqzoo.errors import InputError


def classes(model, path: Path, _parsed) -> dict:
    from seqzoo import classification, datasets
    from seqzoo.datasets import imdb
    from seqzoo.input_pipeline import Encoded

    examples = imdb.streams(path)[0]["test"]() if imdb.is_imdb(path) else datasets.read_examples(path)
    with tempfile.TemporaryDirectory() as folder:
        rows = classification.encode(
            examples, model.tokenizer, model.vocabulary, model.labels, model.max_length
        )
        encoded = Encoded.write(Path(folder) / path.name, rows)
        measured = classification.evaluate_encoded(
            classification.compiled(model.model), encoded, len(model.labels)
        )
    return {"examples": len(encoded), **measured}


def words(model, path: Path, parsed) -> dict:
    from seqzoo import tagging
    from seqzoo.datasets.files import read_lines
    from seqzoo.datasets.tagged import read_segmentation

    words = parsed.words
    known = None if words is None else {word for _, line in read_lines(words) for word in line.split()}
    return tagging.word_scores(model.tagging, read_segmentation(path), known)


def entities(model, path: Path, _parsed) -> dict:
    from seqzoo import tagging
    from seqzoo.datasets.tagged import read_entities

    return tagging.entity_scores(model.tagging, read_entities(path, model.tagging.scheme, model.unit))


def translations(model, path: Path, parsed) -> dict:
    from seqzoo import translation
    from seqzoo.datasets import read_columns, read_pairs
    from seqzoo.translator import check_length

    pairs = list(read_columns(path) if parsed.references is None else read_pairs(path, parsed.references))
    for pair in pairs:
        check_length(model.translating.encode(pair.source), pair.where)
    tokenize = model.config["text"]["tokenize"]
    measured = translation.scores(
        model.translating, ((p.source, p.target) for p in pairs), model.search, tokenize
    )
    return {"examples": len(pairs), **measured}


def language(model, path: Path, parsed) -> dict:
    """Perplexity of running text, every token of it; `--per-token` writes each one's surprisal."""
    from seqzoo import perplexity
    from seqzoo.datasets import running
    from seqzoo.vocabulary import UNK

    ids = model.ids(running.read(path), str(path))
    given = {"weight": parsed.cache_weight, "flatness": parsed.cache_flatness}
    given = {name: value for name, value in given.items() if value is not None}
    cache = dynamic = None
    if parsed.cache is not None:
        cache = perplexity.Cache(parsed.cache, **given)
    elif given:
        raise InputError(f"--cache-{next(iter(given))}: expected --cache too")
    if parsed.dynamic is not None:
        dynamic = perplexity.Dynamic(parsed.dynamic, parsed.dynamic_decay or 0.0)
    elif parsed.dynamic_decay is not None:
        raise InputError("--dynamic-decay: expected --dynamic too")
    total, read = 0.0, 0
    for losses in model.losses(ids, cache, dynamic):
        total += float(np.sum(losses, dtype=np.float64))
        if parsed.per_token:
            tokens = model.vocabulary.decode(ids[read : read + len(losses)])
            lines = (f"{t}\t{loss / np.log(2):.4f}\n" for t, loss in zip(tokens, losses, strict=True))
            sys.stdout.write("".join(lines))
        read += len(losses)
    counts = {"tokens": len(ids), "unknown": int((ids == UNK).sum())}
    return counts | perplexity.scores(total / len(ids), model.unit.name)


MEASURES = {
    "classification": classes,
    "entities": entities,
    "language": language,
    "segmentation": words,
    "translation": translations,
}
