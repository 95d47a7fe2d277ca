"""From texts to words or entities: `python reader.py < texts.txt`, a text a line.

Of a segmenter `--words FILE` names a user's words, and `--mode search` gives long words in parts, too.
"""

import argparse
import itertools
import json
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from dictionary import Bonus, Dictionary, Likelier, bonuses_of, expanded, path_with
from lines import answer
from marks import CUT, JOIN, Marks, banned, continued
from runtime import Network

FOLDER = Path(__file__).parent
UNKNOWN = 1
SPECIAL, FIRST_PAIR = 4, 2  # ids of tokens and of pairs begin there
# What ends a sentence, may follow that, and separates its parts.
STOPS, CLOSING, PAUSES = "。！？；!?", "”’」』）)\"'", "，、,：:;—…"
Tagged = tuple[list[str], Sequence[int], list[str]]  # tokens, where each starts, and tags
CLOSED = ("BMES", "BIOES")  # schemes whose tags tell where a span ends
MODES = ("words", "search")


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
        self.scheme = self.text["scheme"]
        self.word = re.compile(self.text["word"])
        self.marks = Marks(self.text["rules"])

        self.field: dict[str, np.ndarray] | None = None  # the CRF's scores
        if self.text["field"] is not None:
            self.field = {
                name: scores_of(values) for name, values in self.text["field"].items()
            }
        self.pairs: dict[tuple[str, ...], int] | None = None  # of tokens -> id
        if (folder / "bigrams.txt").exists():
            pairs = [tuple(line.split(" ")) for line in lines("bigrams.txt")]
            self.pairs = {pair: id for id, pair in enumerate(pairs, FIRST_PAIR)}
        self.lexicon: Dictionary | None = None  # words of the training, the parts of others
        if (folder / "words.txt").exists():
            self.lexicon = Dictionary(dict.fromkeys(lines("words.txt")))

    def options(self, words: Any = None, mode: str = MODES[0]) -> dict[str, Any]:
        """Options of `predict`, checked.

        Args:
            words: of a segmenter a user's words, as `Dictionary.of` takes them.
            mode: `words`, or `search`: long words also in parts.

        Raises:
            ValueError: if they cannot be used.
        """
        if self.text["task"] == "entities" and (words is not None or mode != MODES[0]):
            raise ValueError(
                "words, mode: they are for segmenters; this model finds entities"
            )
        if mode not in MODES:
            raise ValueError(f"mode: expected one of {', '.join(MODES)}; got {mode!r:.60}")
        if mode == "search" and self.lexicon is None:
            raise ValueError("mode search: expected a model with words.txt; train it anew")
        return {"words": None if words is None else Dictionary.of(words), "mode": mode}

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

    def path(
        self, tokens: Sequence[str], marks: list[int], bonuses: Sequence[Bonus] = ()
    ) -> list[str]:
        """The tags of a piece: the best path by `field`, or the best tag of each token alone.

        Args:
            tokens: of the piece.
            marks: what may be cut before each; see `marks`.
            bonuses: what paths gain that have some tags.
        """
        outputs = self.network.run(self.inputs(tokens))
        # (1, time, tags) -> (tokens, tags)
        every = outputs["scores"] if "scores" in outputs else next(iter(outputs.values()))
        scores = every[0, : len(tokens)]
        if any(marks):
            scores = scores + banned(marks, self.tags, self.scheme)
        if bonuses:
            ids = path_with(scores, self.field, self.tags, bonuses)
        elif self.field is None:
            ids = scores.argmax(-1)
        else:
            ids = best_path(scores, self.field)
        tags = [self.tags[id] for id in ids]
        if self.field is not None and self.scheme in CLOSED:
            return tags
        return continued(tags, marks, self.scheme)

    def tagged(
        self, text: str, marks: list[int], likelier: Sequence[Likelier] = ()
    ) -> Iterator[Tagged]:
        """Tokens, where each starts, and tags, of each sequence of a text with its marks."""
        most = min(self.text["max_length"], self.network.length or 10**9)
        for tokens, starts in self.sequences(text):
            tags: list[str] = []
            for start, end in pieces(tokens, most):
                own = [marks[place] for place in starts[start:end]]
                last = starts[end - 1] + len(tokens[end - 1])
                gains = bonuses_of(likelier, self.tags, starts[start], last)
                tags += self.path(tokens[start:end], own, gains)
            yield tokens, starts, tags

    def sequences(self, text: str) -> Iterator[tuple[list[str], Sequence[int]]]:
        """The sequences of tokens of a text, and where each token starts."""
        if self.text["unit"] == "character":
            for run in re.finditer(r"\S+", text):
                yield list(run.group()), range(run.start(), run.end())
        elif words := list(self.word.finditer(text)):
            yield [word.group() for word in words], [word.start() for word in words]

    def predict(self, texts: Sequence[str], **given: Any) -> list[dict[str, Any]]:
        """Tag texts.

        Args:
            texts: a list of strings.
            given: see `options`.

        Returns:
            For each text `text`, and `words` with `offsets`, where each starts and ends; or `entities`, a
            list of `start`, `end`, `label` and `text`. Places are those of characters, ends exclusive.

        Raises:
            ValueError: see `options`.
        """
        options = self.options(**given)
        return [{"text": text, **self.answer(text, **options)} for text in texts]

    def answer(
        self, text: str, words: Dictionary | None = None, mode: str = MODES[0]
    ) -> dict[str, Any]:
        """A text's words, or its entities, as `predict` gives them."""
        if self.text["task"] == "entities":
            return self.entities(text, self.tagged(text, self.marks.of_entities(text)))
        marks, likelier = self.marks.of_words(text, words)
        offsets = cut(text, marks, self.tagged(text, marks, likelier))
        if mode == "search":
            known = [each for each in (self.lexicon, words) if each is not None]
            offsets = expanded(text, offsets, known)
        found = [text[start:end] for start, end in offsets]
        return {"words": found, "offsets": [list(pair) for pair in offsets]}

    def entities(self, text: str, tagged: Iterable[Tagged]) -> dict[str, Any]:
        """The entities that the tags of a text's sequences mean."""
        found = []
        for tokens, starts, tags in tagged:
            for first, stop, label in spans(tags):
                start, end = starts[first], starts[stop - 1] + len(tokens[stop - 1])
                found.append(
                    {"start": start, "end": end, "label": label, "text": text[start:end]}
                )
        return {"entities": found}

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


def cut(text: str, marks: list[int], tagged: Iterable[Tagged]) -> list[tuple[int, int]]:
    """Start and end of a text's words by the tags of its sequences, and by what must be cut and must not."""
    cuts = {0, len(text)}
    for _, starts, tags in tagged:
        for first, _, _ in spans(tags):
            cuts.add(starts[first])
    cuts = {place for place in cuts if marks[place] != JOIN}
    cuts |= {place for place, mark in enumerate(marks) if mark == CUT}
    return list(itertools.pairwise(sorted(cuts)))


def flags() -> dict[str, Any]:
    """The options that the command line gives."""
    parser = argparse.ArgumentParser(description="Answers standard input, a text a line.")
    parser.add_argument(
        "--words", metavar="FILE", help="words that are kept whole, or likelier"
    )
    parser.add_argument("--mode", choices=MODES, default=MODES[0])
    return vars(parser.parse_args())


if __name__ == "__main__":
    sys.exit(answer(Reader(), flags()))
