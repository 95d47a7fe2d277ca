"""From texts to words or entities: `python reader.py < texts.txt`, a text a line."""

import itertools
import json
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from lines import answer
from runtime import Network

FOLDER = Path(__file__).parent
UNKNOWN = 1
SPECIAL, FIRST_PAIR = 4, 2  # ids of tokens and of pairs begin there
WORD = re.compile(r"(?:[^\W\d_]\.){2,}|\d+(?:[.,]\d+)+|['’]\w+|\w+(?:-\w+)*|[^\w\s]")
# What is never cut: a Latin word, a number with its points and commas, a character and what joins it.
LATIN = "A-Za-zＡ-Ｚａ-ｚÀ-ÖØ-öø-ɏḀ-ỿ\u0300-\u036f"
JOINS = "\u0300-\u036f\u200d\ufe0e\ufe0f\U0001f3fb-\U0001f3ff"
WHOLE = re.compile(
    f"[{LATIN}]+(?:['’][{LATIN}]+)*|[0-9０-９]+(?:[.,．][0-9０-９]+)*|\\S(?:[{JOINS}]|(?<=\u200d)\\S)+"
)
# What ends a sentence, may follow that, and separates its parts.
STOPS, CLOSING, PAUSES = "。！？；!?", "”’」』）)\"'", "，、,：:;—…"
Tagged = tuple[list[str], Sequence[int], list[str]]  # tokens, where each starts, and tags


def normal(token: str, unit: str) -> str:
    """A token as the vocabulary has it."""
    folded = unicodedata.normalize("NFKC", token)
    if unit == "word":
        return re.sub(r"\d", "0", "".join(folded.split())) or "▁"
    if len(folded) != 1:
        folded = token
    if folded.isspace():
        return "▁"
    if folded.isascii() and folded.isalnum():
        return "0" if folded.isdigit() else "a"
    return folded


def pieces(tokens: Sequence[str], most: int) -> Iterator[tuple[int, int]]:
    """Start and end of each piece of a sequence, of at most `most` tokens.

    It is cut behind the ends of sentences; a longer sentence at a pause, or else anywhere.
    """
    stop = 0
    while stop < len(tokens):
        start = stop
        while stop < len(tokens) and tokens[stop] not in STOPS:
            stop += 1
        while stop < len(tokens) and tokens[stop] in STOPS + CLOSING:
            stop += 1
        while stop - start > most:
            ends = range(start + most, start + most // 2, -1)
            at_pauses = (end for end in ends if tokens[end - 1] in STOPS + CLOSING + PAUSES)
            cut = next(at_pauses, start + most)
            yield start, cut
            start = cut
        yield start, stop


def spans(tags: Iterable[str]) -> Iterator[tuple[int, int, str]]:
    """Start, end and label of each span that tags in BMES, BIOES or BIO mean."""
    start, before, label_before = 0, "O", ""
    for place, tag in enumerate([*tags, "O"]):
        role, _, label = tag.partition("-")
        begins = role in "BS" or before in "ESO" or label != label_before
        if before != "O" and (begins or role == "O"):
            yield start, place, label_before
        start = place if role != "O" and begins else start
        before, label_before = role, label


def scores_of(values: Any) -> np.ndarray:
    """Lists of numbers as a float64 array; null is what must not be, minus infinity."""
    scores = np.array(values, float)
    return np.where(np.isnan(scores), -np.inf, scores)


def best_path(scores: np.ndarray, field: dict[str, np.ndarray]) -> list[int]:
    """The best tags by Viterbi's algorithm; 0 throughout where there is no path.

    Args:
        scores: float (time, tags).
        field: `start` (tags,), `transitions` (tags, tags) and `end` (tags,), float64.
    """
    best = scores[0] + field["start"]  # of paths that end in each tag
    before = []  # for each later step the tag before each tag, on its best path
    for row in scores[1:]:
        paths = best[:, None] + field["transitions"]  # (tags before, tags)
        before.append(paths.argmax(0))
        best = paths.max(0) + row
    best = best + field["end"]
    if best.max() == -np.inf:
        return [0] * len(scores)

    path = [int(best.argmax())]
    for pointers in reversed(before):
        path.append(int(pointers[path[-1]]))
    return path[::-1]


class Reader:
    """The exported tagger.

    Args:
        folder: of the export.
    """

    def __init__(self, folder: Path = FOLDER):
        def lines(name: str) -> list[str]:
            return (folder / name).read_text("utf-8").split("\n")[:-1]

        self.network = Network(folder, "model")
        self.text = json.loads((folder / "text.json").read_text("utf-8"))
        self.ids = {token: id for id, token in enumerate(lines("vocabulary.txt"))}
        self.tags = lines("tags.txt")

        self.field: dict[str, np.ndarray] | None = None  # the CRF's scores
        if self.text["field"] is not None:
            self.field = {
                name: scores_of(values) for name, values in self.text["field"].items()
            }
        self.pairs: dict[tuple[str, ...], int] | None = None  # of tokens -> id
        if (folder / "bigrams.txt").exists():
            pairs = [tuple(line.split(" ")) for line in lines("bigrams.txt")]
            self.pairs = {pair: id for id, pair in enumerate(pairs, FIRST_PAIR)}

    def inputs(self, tokens: Sequence[str]) -> dict[str, np.ndarray]:
        """The network's inputs for a sequence, by name: int32 (1, time) each."""
        names = [normal(token, self.text["unit"]) for token in tokens]
        ids = [self.ids.get(name, UNKNOWN) for name in names]
        ids = [id if id >= SPECIAL else UNKNOWN for id in ids]
        result = {"tokens": np.array([ids], np.int32)}
        if self.pairs is not None:
            known = [
                name if id != UNKNOWN else "<unk>"
                for name, id in zip(names, ids, strict=True)
            ]
            pairs = itertools.pairwise(["<s>", *known])
            pair_ids = [self.pairs.get(pair, UNKNOWN) for pair in pairs]
            result["bigrams"] = np.array([pair_ids], np.int32)
        return result

    def path(self, tokens: Sequence[str]) -> list[str]:
        """The tags of a sequence.

        They are the network's best path, or the best path by `field`, or the best tag of each token alone.
        """
        outputs = self.network.run(self.inputs(tokens))
        if "tags" in outputs:
            ids = outputs["tags"][0, : len(tokens)]
        else:
            # (1, time, tags) -> (tokens, tags)
            scores = next(iter(outputs.values()))[0, : len(tokens)]
            ids = scores.argmax(-1) if self.field is None else best_path(scores, self.field)
        return [self.tags[id] for id in ids]

    def tagged(self, text: str) -> Iterator[Tagged]:
        """Tokens, where each starts, and tags, of each sequence of a text."""
        if self.text["in_graph"]:
            marked = self.network.tags(text)  # of each character
            for tokens, starts in self.sequences(text):
                end = starts[-1] + 1
                yield tokens, starts, marked[starts[0] : end]
            return
        most = min(self.text["max_length"], self.network.length or 10**9)
        for tokens, starts in self.sequences(text):
            tags: list[str] = []
            for start, end in pieces(tokens, most):
                tags += self.path(tokens[start:end])
            yield tokens, starts, tags

    def sequences(self, text: str) -> Iterator[tuple[list[str], Sequence[int]]]:
        """The sequences of tokens of a text, and where each token starts."""
        if self.text["unit"] == "character":
            for run in re.finditer(r"\S+", text):
                yield list(run.group()), range(run.start(), run.end())
        elif words := list(WORD.finditer(text)):
            yield [word.group() for word in words], [word.start() for word in words]

    def predict(self, texts: Sequence[str]) -> list[dict[str, Any]]:
        """Tag texts.

        Returns:
            For each text `text`, and `words`; or `entities`, a list of `start`, `end` (places of
            characters, the end exclusive), `label` and `text`.
        """
        return [
            {"text": text, **self.answer(text, list(self.tagged(text)))} for text in texts
        ]

    def answer(self, text: str, tagged: Iterable[Tagged]) -> dict[str, Any]:
        """A text's words, or its entities, as `predict` gives them, of what `tagged` gives."""
        marked = []  # start, end and label in characters
        for tokens, starts, tags in tagged:
            for first, stop, label in spans(tags):
                end = starts[stop - 1] + len(tokens[stop - 1])
                marked.append((starts[first], end, label))
        if self.text["task"] == "entities":
            return {
                "entities": [
                    {"start": start, "end": end, "label": label, "text": text[start:end]}
                    for start, end, label in marked
                ]
            }
        return {"words": cut(text, {start for start, _, _ in marked})}

    def plain(self, answer: dict[str, Any]) -> str:
        """An answer as a line: words with spaces between, or `text/label` of each entity."""
        if "entities" in answer:
            entities = answer["entities"]
            return "\t".join(f"{each['text']}/{each['label']}" for each in entities)
        line = ""
        for before, word in itertools.pairwise(["", *answer["words"]]):
            beside = before and not before.isspace() and not word.isspace()
            line += f" {word}" if beside else word
        return line


def cut(text: str, starts: set[int]) -> list[str]:
    """A text cut where words start, and around white space, but not inside what is never cut."""
    cuts = starts | {0, len(text)}
    for space in re.finditer(r"\s+", text):
        cuts |= {space.start(), space.end()}
    for whole in WHOLE.finditer(text):
        cuts -= set(range(whole.start() + 1, whole.end()))
    return [text[start:end] for start, end in itertools.pairwise(sorted(cuts))]


if __name__ == "__main__":
    sys.exit(answer(Reader()))
