"""Answers about stories: `python reader.py < stories.jsonl`, a line `{"story": [...], "question": "..."}`."""

import json
import re
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from lines import answer
from runtime import Network

FOLDER = Path(__file__).parent
BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
WORD = re.compile(r"\w+(?:['’]\w+)?|[^\w\s]")
UNKNOWN = 1


class Reader:
    """The exported memory network.

    Args:
        folder: of the export.
    """

    def __init__(self, folder: Path = FOLDER):
        self.network = Network(folder, "model")
        self.text = json.loads((folder / "text.json").read_text("utf-8"))
        words = (folder / "vocabulary.txt").read_text("utf-8").split("\n")[:-1]
        self.ids = {word: number for number, word in enumerate(words)}
        self.answers = (folder / "answers.txt").read_text("utf-8").split("\n")[:-1]

    def words(self, text: str) -> list[int]:
        """Ids of a sentence's words; an unknown one where it has none."""
        plain = unicodedata.normalize("NFKC", BREAK.sub(" ", text)).lower()
        tokens = WORD.findall(plain) if self.text["unit"] == "word" else list(plain)
        kept = [token for token in tokens if any(map(str.isalnum, token))]
        return [self.ids.get(token, UNKNOWN) for token in kept] or [UNKNOWN]

    def predict(self, items: Sequence[Any]) -> list[dict[str, Any]]:
        """Answer questions about stories.

        Args:
            items: each a dictionary with `story`, a list of sentences, the oldest first, and `question`; or
                its JSON.

        Returns:
            For each `question`, `answer` and `prob`, its share.

        Raises:
            ValueError: on what is no story with a question.
        """
        return [self._answer(item) for item in items]

    def plain(self, answer: dict[str, Any]) -> str:
        """The answer alone."""
        return answer["answer"]

    def _answer(self, item: Any) -> dict[str, Any]:
        found = json.loads(item) if isinstance(item, str) else item
        if not isinstance(found, dict) or not found.get("story") or "question" not in found:
            raise ValueError(
                "expected an object with story, a list of sentences, and question"
            )
        latest = found["story"][-self.text["memory_size"] :][::-1]
        rows = [self.words(each) for each in latest]
        story = np.zeros((1, len(rows), max(map(len, rows))), np.int32)
        for place, row in zip(story[0], rows, strict=True):
            place[: len(row)] = row
        question = np.array([self.words(found["question"])], np.int32)
        outputs = self.network.run({"story": story, "question": question})
        logits = outputs["answer"][0].astype(np.float64)
        shares = np.exp(logits - logits.max())
        best = int(shares.argmax())
        return {
            "question": found["question"].strip(),
            "answer": self.answers[best],
            "prob": float(shares[best] / shares.sum()),
        }


if __name__ == "__main__":
    sys.exit(answer(Reader()))
