"""From texts to words or entities: `python reader.py < texts.txt`, a text a line."""

import itertools
import json
import re
import sys
import unicodedata
from pathlib import Path

import numpy as np
from lines import answer
from runtime import Network

FOLDER = Path(__file__).parent
UNKNOWN, START = 1, 2
WORD = re.compile(r"(?:[^\W\d_]\.){2,}|\d+(?:[.,]\d+)+|['’]\w+|\w+(?:-\w+)*|[^\w\s]")
LATIN = "A-Za-zＡ-Ｚａ-ｚÀ-ÖØ-öø-ɏḀ-ỿ\u0300-\u036f"
JOINS = "\u0300-\u036f\u200d\ufe0e\ufe0f\U0001f3fb-\U0001f3ff"
WHOLE = re.compile(
    f"[{LATIN}]+(?:['’][{LATIN}]+)*|[0-9０-９]+(?:[.,．][0-9０-９]+)*|\\S(?:[{JOINS}]|(?<=\u200d)\\S)+"
)
STOPS, CLOSING, PAUSES = "。！？；!?", "”’」』）)\"'", "，、,：:;—…"


def normal(token, unit):
    """A token as the vocabulary has it."""
    folded = unicodedata.normalize("NFKC", token)
    if unit == "word":
        return re.sub(r"\d", "0", "".join(folded.split())) or "▁"
    folded = folded if len(folded) == 1 else token
    if folded.isspace():
        return "▁"
    return (
        ("0" if folded.isdigit() else "a")
        if folded.isascii() and folded.isalnum()
        else folded
    )


def pieces(tokens, most):
    """Where a long sequence is cut: behind the ends of sentences, else at a pause, else anywhere."""
    stop = 0
    while stop < len(tokens):
        start = stop
        while stop < len(tokens) and tokens[stop] not in STOPS:
            stop += 1
        while stop < len(tokens) and tokens[stop] in STOPS + CLOSING:
            stop += 1
        while stop - start > most:
            ends = range(start + most, start + most // 2, -1)
            cut = next(
                (end for end in ends if tokens[end - 1] in STOPS + CLOSING + PAUSES),
                start + most,
            )
            yield start, cut
            start = cut
        yield start, stop


def spans(tags):
    """(start, end, label) of what tags in BMES, BIOES or BIO mean."""
    start, before, label_before = 0, "O", ""
    for place, tag in enumerate([*tags, "O"]):
        role, _, label = tag.partition("-")
        begins = role in "BS" or before in "ESO" or label != label_before
        if before != "O" and (begins or role == "O"):
            yield start, place, label_before
        start = place if role != "O" and begins else start
        before, label_before = role, label


def scores_of(values):
    """Lists of numbers as an array; null is what must not be, minus infinity."""
    scores = np.array(values, float)
    return np.where(np.isnan(scores), -np.inf, scores)


def best_path(scores, field):
    """The best tags of scores (time, tags) by Viterbi's algorithm; 0 throughout where there is no path."""
    best, before = scores[0] + field["start"], []
    for row in scores[1:]:
        paths = best[:, None] + field["transitions"]
        before.append(paths.argmax(0))
        best = paths.max(0) + row
    best = best + field["end"]
    if best.max() == -np.inf:
        return [0] * len(scores)
    found = [int(best.argmax())]
    for pointers in reversed(before):
        found.append(int(pointers[found[-1]]))
    return found[::-1]


class Reader:
    def __init__(self, folder=FOLDER):
        def lines(name):
            return (folder / name).read_text("utf-8").split("\n")[:-1]

        self.network, self.text = (
            Network(folder, "model"),
            json.loads((folder / "text.json").read_text("utf-8")),
        )
        self.ids = {token: id for id, token in enumerate(lines("vocabulary.txt"))}
        self.tags, self.pairs, self.field = lines("tags.txt"), None, None
        if self.text["field"] is not None:
            self.field = {
                name: scores_of(values) for name, values in self.text["field"].items()
            }
        if (folder / "bigrams.txt").exists():
            self.pairs = {
                tuple(line.split(" ")): id
                for id, line in enumerate(lines("bigrams.txt"), 2)
            }

    def inputs(self, tokens):
        names = [normal(token, self.text["unit"]) for token in tokens]
        ids = [id if (id := self.ids.get(name, UNKNOWN)) > 3 else UNKNOWN for name in names]
        given = {"tokens": np.array([ids], np.int32)}
        if self.pairs is not None:
            known = [
                name if id != UNKNOWN else "<unk>"
                for name, id in zip(names, ids, strict=True)
            ]
            pairs = itertools.pairwise(["<s>", *known])
            given["bigrams"] = np.array(
                [[self.pairs.get(pair, UNKNOWN) for pair in pairs]], np.int32
            )
        return given

    def path(self, tokens):
        """The tags of a sequence: the network's best path, or the best by `transitions`, or each alone."""
        outputs = self.network.run(self.inputs(tokens))
        if "tags" in outputs:
            return [self.tags[tag] for tag in outputs["tags"][0, : len(tokens)]]
        scores = next(iter(outputs.values()))[0, : len(tokens)]
        if self.field is None:
            return [self.tags[tag] for tag in scores.argmax(-1)]
        return [self.tags[tag] for tag in best_path(scores, self.field)]

    def tagged(self, text):
        """Tokens, where each starts, and tags, of each sequence of a text."""
        if self.text["unit"] == "character":
            runs = [
                (list(run.group()), range(run.start(), run.end()))
                for run in re.finditer(r"\S+", text)
            ]
        else:
            found = list(WORD.finditer(text))
            runs = (
                [([w.group() for w in found], [w.start() for w in found])] if found else []
            )
        marked = self.network.tags(text) if self.text["in_graph"] else None
        for tokens, starts in runs:
            if marked is not None:
                yield tokens, starts, marked[starts.start : starts.stop]
                continue
            most = min(self.text["max_length"], self.network.length or 10**9)
            tags = [tag for a, b in pieces(tokens, most) for tag in self.path(tokens[a:b])]
            yield tokens, starts, tags

    def predict(self, texts):
        """A dictionary for each text: its words, or its entities."""
        return [
            {"text": text, **self.answer(text, list(self.tagged(text)))} for text in texts
        ]

    def answer(self, text, found):
        marked = [(starts[a], starts[b - 1] + len(tokens[b - 1]), label)
                  for tokens, starts, tags in found for a, b, label in spans(tags)]  # fmt: skip
        if self.text["task"] == "entities":
            names = ("start", "end", "label", "text")
            return {
                "entities": [
                    dict(zip(names, (a, b, label, text[a:b]), strict=True))
                    for a, b, label in marked
                ]
            }
        cuts = {a for a, _, _ in marked}
        cuts |= {place for space in re.finditer(r"\s+", text) for place in space.span()}
        cuts -= {
            place
            for whole in WHOLE.finditer(text)
            for place in range(whole.start() + 1, whole.end())
        }
        return {
            "words": [
                text[a:b] for a, b in itertools.pairwise(sorted(cuts | {0, len(text)}))
            ]
        }


if __name__ == "__main__":
    sys.exit(answer(Reader()))
