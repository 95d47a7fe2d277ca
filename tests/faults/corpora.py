"""Made-up corpora that the faults' trainings learn from, one for each recipe; all of it from the seed 1."""

import random
from pathlib import Path

NOUNS = [
    "film",
    "story",
    "plot",
    "actor",
    "scene",
    "music",
    "camera",
    "script",
    "director",
    "ending",
    "cast",
]
OPINIONS = {
    "good": ["great", "lovely", "superb", "fine"],
    "bad": ["awful", "dull", "poor", "boring"],
}


def reviews(path: Path, examples: int, words: int) -> None:
    """Two learnable classes, with a vocabulary of `words` made-up words besides; a TSV."""
    generator = random.Random(1)
    with path.open("w", encoding="utf-8") as file:
        for number in range(examples):
            label = ("good", "bad")[number % 2]
            pool = [
                *generator.choices(NOUNS, k=20),
                *generator.choices(OPINIONS[label], k=4),
            ]
            pool += [f"w{generator.randrange(words)}" for _ in range(20)]
            generator.shuffle(pool)
            file.write(f"{label}\t{' '.join(pool)} {number}\n")


def sentences(path: Path, examples: int, words: int) -> None:
    """Words of one to three characters, of which there are `words` at most, spaces between."""
    generator = random.Random(1)
    characters = [chr(0x4E00 + n) for n in range(min(words, 20_000))]
    lexicon = [
        "".join(generator.choices(characters, k=generator.randint(1, 3)))
        for _ in range(words)
    ]
    with path.open("w", encoding="utf-8") as file:
        for _ in range(examples):
            file.write(
                "  ".join(generator.choices(lexicon, k=generator.randint(4, 16))) + "\n"
            )


def pairs(path: Path, examples: int, words: int) -> None:
    """Made-up words and their translations in the other order, a tab between."""
    generator = random.Random(1)
    with path.open("w", encoding="utf-8") as file:
        for number in range(examples):
            chosen = [
                generator.randrange(words) for _ in range(generator.randint(2, 9))
            ] + [number % words]
            source, target = (" ".join(f"{m}{n}" for n in order)
                              for m, order in (("q", chosen), ("z", chosen[::-1])))  # fmt: skip
            file.write(f"{source}\t{target}\n")


def verses(path: Path, examples: int, words: int) -> None:
    """Lines in which each made-up word but few is followed by the next one."""
    generator = random.Random(1)
    with path.open("w", encoding="utf-8") as file:
        for _ in range(examples):
            start = generator.randrange(words)
            file.write(
                " ".join(f"v{(start + n) % words}" for n in range(generator.randint(5, 20)))
                + "\n"
            )
