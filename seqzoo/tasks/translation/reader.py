"""Translate: `python reader.py < texts.txt`, a text a line. Needs `pip install sentencepiece`, too."""

import itertools
import json
import re
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import sentencepiece
from lines import answer
from search import Search

FOLDER = Path(__file__).parent
UNKNOWN, END = 1, 3
TURN = "⏎"  # between the turns of a talk
SPACE = "▁"  # how a piece begins that has a space before it
MARK = "￭"  # stands where there was no space beside punctuation
PUNCTUATION = re.compile(r"(?<=\S)(?=[^\w\s])|(?<=[^\w\s])(?=\S)")


class Reader:
    """The exported translator.

    Args:
        folder: of the export.
    """

    def __init__(self, folder: Path = FOLDER):
        self.text = json.loads((folder / "text.json").read_text("utf-8"))
        self.search = Search(folder, self.text)
        self.turns = self.text.get("context", 0)
        self.answer = "answer" if self.turns else "translation"
        names = ("subwords", "subwords") if self.text["joint"] else ("source", "target")
        self.source, self.target = (
            sentencepiece.SentencePieceProcessor(model_file=str(folder / f"{name}.model"))
            for name in names
        )

    def prepared(self, text: str) -> str:
        """A text as the subwords have it: normalised; of words with marks beside punctuation."""
        if self.turns:  # the last ones, with tabs between
            spoken = (
                " ".join(each.split()) for each in text.replace(TURN, "\t").split("\t")
            )
            text = f" {TURN} ".join([each for each in spoken if each][-self.turns :])
        form = self.text.get("normalization", "NFC")
        text = " ".join(unicodedata.normalize(form, text).split())
        if self.text["unit"] != "word":
            return text
        return PUNCTUATION.sub(f" {MARK}", text.replace(MARK, ""))

    def encode(self, text: str) -> list[int]:
        """The source's ids, `</s>` at the end.

        Raises:
            ValueError: if the text is blank, or none of its characters is known.
        """
        ids = self.source.EncodeAsIds(self.prepared(text))
        known = {self.source.IdToPiece(id) for id in ids if id != UNKNOWN}
        if not known - {SPACE}:
            raise ValueError(f"{text[:40]!r}: blank, or none of its characters is known")
        if self.text["reverse_source"]:
            ids = ids[::-1]
        return [*ids, END]

    def decode(self, text: str, ids: Sequence[int], looks: Sequence[np.ndarray]) -> str:
        """The translation as plain text.

        Args:
            text: the source, whose pieces replace unknown ones: for each the one it attended to most.
            ids: of the translation.
            looks: what each id attended to, float (source time,) each; empty: nothing is known of that.
        """
        source = [
            piece.replace(SPACE, "").replace(MARK, "")
            for piece in self.source.EncodeAsPieces(self.prepared(text))
        ]
        if self.text["reverse_source"]:
            source = source[::-1]

        pieces = []
        for id, look in itertools.zip_longest(ids, looks[: len(ids)]):
            if id != UNKNOWN:
                pieces.append(self.target.IdToPiece(id))
            elif look is not None and source:
                pieces.append(source[int(look[: len(source)].argmax())])
        text = "".join(pieces).replace(SPACE, " ")
        for mark in (f" {MARK}", f"{MARK} ", MARK):
            text = text.replace(mark, "")
        return " ".join(text.split())

    def predict(self, texts: Sequence[str]) -> list[dict[str, Any]]:
        """Translate texts.

        Returns:
            For each text `text`, `translation` (of the turns of a talk: `answer`) and `score`, its
            log-probability with the penalties.

        Raises:
            ValueError: as `encode`.
        """
        answers = []
        for text in texts:
            score, ids, looks = self.search.best(self.encode(text))
            answer = self.decode(text, ids, looks)
            answers.append({"text": text, self.answer: answer, "score": float(score)})
        return answers

    def plain(self, answer: dict[str, Any]) -> str:
        """An answer's translation alone."""
        return answer[self.answer]


if __name__ == "__main__":
    sys.exit(answer(Reader()))
