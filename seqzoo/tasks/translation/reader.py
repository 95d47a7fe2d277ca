"""Translate: `python reader.py < texts.txt`, a text a line. Needs `pip install sentencepiece`, too."""

import json
import re
import sys
import unicodedata
from pathlib import Path

import sentencepiece
from lines import answer
from search import Search

FOLDER = Path(__file__).parent
UNKNOWN, END = 1, 3
MARK = "￭"
PUNCTUATION = re.compile(r"(?<=\S)(?=[^\w\s])|(?<=[^\w\s])(?=\S)")


class Reader:
    def __init__(self, folder=FOLDER):
        self.text = json.loads((folder / "text.json").read_text("utf-8"))
        self.search = Search(folder, self.text)
        names = ("subwords", "subwords") if self.text["joint"] else ("source", "target")
        self.source, self.target = (
            sentencepiece.SentencePieceProcessor(model_file=str(folder / f"{name}.model"))
            for name in names
        )

    def prepared(self, text):
        text = " ".join(unicodedata.normalize("NFC", text).split())
        return (
            text
            if self.text["unit"] != "word"
            else PUNCTUATION.sub(f" {MARK}", text.replace(MARK, ""))
        )

    def encode(self, text):
        ids = self.source.EncodeAsIds(self.prepared(text))
        known = {self.source.IdToPiece(id) for id in ids if id != UNKNOWN}
        if not known - {"▁"}:
            raise ValueError(f"{text[:40]!r}: blank, or none of its characters is known")
        return [*(ids[::-1] if self.text["reverse_source"] else ids), END]

    def decode(self, text, ids, looks):
        """Plain text; for an unknown piece the one of the source that it attended to most."""
        own = [
            p.replace("▁", "").replace(MARK, "")
            for p in self.source.EncodeAsPieces(self.prepared(text))
        ]
        own, found = own[::-1] if self.text["reverse_source"] else own, []
        for id, look in zip(ids, looks or [None] * len(ids), strict=False):
            if id == UNKNOWN:
                found.append(
                    "" if look is None or not own else own[int(look[: len(own)].argmax())]
                )
            else:
                found.append(self.target.IdToPiece(id))
        text = (
            "".join(found)
            .replace("▁", " ")
            .replace(f" {MARK}", "")
            .replace(f"{MARK} ", "")
            .replace(MARK, "")
        )
        return " ".join(text.split())

    def predict(self, texts):
        """A dictionary for each text: its translation and score."""
        answers = []
        for text in texts:
            score, ids, looks = self.search.best(self.encode(text))
            answers.append(
                {
                    "text": text,
                    "translation": self.decode(text, ids, looks),
                    "score": float(score),
                }
            )
        return answers


if __name__ == "__main__":
    sys.exit(answer(Reader()))
