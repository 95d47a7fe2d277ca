"""Small corpora and models that several test files use."""

import random

import pytest

OPINIONS = {
    "good": ["great", "lovely", "superb", "fine"],
    "bad": ["awful", "dull", "poor", "boring"],
}
WORDS = ["the", "film", "was", "a", "story", "with", "some", "plot", "and", "acting"]


@pytest.fixture(scope="session")
def corpus(tmp_path_factory):
    """A TSV of 200 learnable two-class examples."""
    generator = random.Random(1)
    path = tmp_path_factory.mktemp("corpus") / "reviews.tsv"
    with path.open("w", encoding="utf-8") as file:
        for number in range(200):
            label = ("good", "bad")[number % 2]
            words = generator.choices(WORDS, k=generator.randint(3, 12))
            words += generator.choices(OPINIONS[label], k=3)
            file.write(f"{label}\t{' '.join(words)} {number}\n")
    return path


@pytest.fixture(scope="session")
def tiny_flags(corpus):
    """Command-line flags of a training that takes a second or two."""
    flags = "--units 4 --embedding-dim 8 --epochs 2 --minimum-count 1 --learning-rate 0.05 --token-dropout 0"
    return ["--data", str(corpus), *flags.split()]


@pytest.fixture(scope="session")
def trained(tmp_path_factory, tiny_flags):
    """The folder of a tiny trained sentiment model; tests must copy it before they change it."""
    from seqzoo.cli import run_recipe
    from seqzoo.recipes import sentiment

    folder = tmp_path_factory.mktemp("trained") / "model"
    assert run_recipe(sentiment, [*tiny_flags, "--output", str(folder)]) == 0
    return folder
