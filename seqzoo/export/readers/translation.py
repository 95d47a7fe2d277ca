"""Translate: `python reader.py < texts.txt`, a text a line. Needs `pip install sentencepiece`, too."""

import json
import re
import sys
import unicodedata
from pathlib import Path

import numpy as np
import sentencepiece
from runtime import Network

FOLDER = Path(__file__).parent
PAD, UNKNOWN, START, END = range(4)
MARK = "￭"
PUNCTUATION = re.compile(r"(?<=\S)(?=[^\w\s])|(?<=[^\w\s])(?=\S)")


class Reader:
    def __init__(self, folder=FOLDER):
        self.text = json.loads((folder / "text.json").read_text("utf-8"))
        self.encoder, self.step = Network(folder, "encoder"), Network(folder, "step")
        names = ("subwords", "subwords") if self.text["joint"] else ("source", "target")
        self.source, self.target = (
            sentencepiece.SentencePieceProcessor(model_file=str(folder / f"{name}.model")) for name in names
        )

    def prepared(self, text):
        text = " ".join(unicodedata.normalize("NFC", text).split())
        return text if self.text["unit"] != "word" else PUNCTUATION.sub(f" {MARK}", text.replace(MARK, ""))

    def encode(self, text):
        ids = self.source.EncodeAsIds(self.prepared(text))
        return [*(ids[::-1] if self.text["reverse_source"] else ids), END]

    def search(self, ids, size, penalty):
        """The best translation's ids and the attention of each step, by a beam of `size` beginnings.

        Scores are log-probabilities over ((5 + length) / 6)^penalty (Wu et al. 2016, eq. 14).
        """
        state = self.encoder.run({"source": np.array([ids], np.int32)})
        state = {name: np.repeat(value, size, axis=0) for name, value in state.items()}
        limit = int(2 * self.text["length_ratio"] * len(ids)) + 10
        totals, rows, ended, tokens = (
            np.full(size, -np.inf),
            [[]] * size,
            [],
            np.full((size, 1), START, np.int32),
        )
        totals[0], looks = 0.0, [[]] * size
        for t in range(limit + 1):
            outputs = self.step.run({"token": tokens, **state})
            scores = outputs["log_probs"].astype(np.float32)
            scores[
                :, [PAD, START] if t < limit else [i for i in range(scores.shape[1]) if i != END]
            ] = -np.inf
            every = totals[:, None].astype(np.float32) + scores
            best = np.sort(np.argpartition(-every.ravel(), 2 * size)[: 2 * size])
            order = best[np.argsort(-every.ravel()[best], kind="stable")]
            divisor = ((5.0 + t + 1) / 6.0) ** penalty
            parents, chosen, kept = order // every.shape[1], order % every.shape[1], []
            for rank, (parent, id) in enumerate(zip(parents, chosen, strict=True)):
                look = looks[parent] + [outputs["alignments"][parent]] if "alignments" in outputs else []
                if id == END and rank < size and np.isfinite(every[parent, id]):
                    ended.append((every[parent, id] / divisor, rows[parent], look))
                elif id != END and len(kept) < size:
                    kept.append((parent, id, look))
            ended = sorted(ended, key=lambda one: -one[0])[:size]
            if not kept:
                break
            totals = np.array([every[parent, id] for parent, id, _ in kept])
            worst = ended[-1][0] if len(ended) == size else -np.inf
            reach = totals.max() / ((5.0 + limit + 1) / 6.0) ** penalty
            if totals[0] / divisor <= worst or (ended and reach <= ended[0][0]):
                break
            rows, looks = [[*rows[p], int(id)] for p, id, _ in kept], [look for _, _, look in kept]
            tokens = np.array([[id] for _, id, _ in kept], np.int32)
            after = {name: outputs.get(f"next_{name}", value) for name, value in state.items()}
            places = [p for p, _, _ in kept]
            state = {name: value[places] for name, value in after.items()}
        return ended[0]

    def decode(self, text, ids, looks):
        """Plain text; for an unknown piece the one of the source that it attended to most."""
        own = [p.replace("▁", "").replace(MARK, "") for p in self.source.EncodeAsPieces(self.prepared(text))]
        own, found = own[::-1] if self.text["reverse_source"] else own, []
        for id, look in zip(ids, looks or [None] * len(ids), strict=False):
            if id == UNKNOWN:
                found.append("" if look is None or not own else own[int(look[: len(own)].argmax())])
            else:
                found.append(self.target.IdToPiece(id))
        text = (
            "".join(found).replace("▁", " ").replace(f" {MARK}", "").replace(f"{MARK} ", "").replace(MARK, "")
        )
        return " ".join(text.split())

    def predict(self, texts, beam_size=None, length_penalty=None):
        """A dictionary for each text: its translation and score."""
        how = self.text["search"]
        size = how["beam_size"] if beam_size is None else beam_size
        penalty = how["length_penalty"] if length_penalty is None else length_penalty
        answers = []
        for text in texts:
            score, ids, looks = self.search(self.encode(text), size, penalty)
            answers.append(
                {"text": text, "translation": self.decode(text, ids, looks), "score": float(score)}
            )
        return answers


if __name__ == "__main__":
    for answer in Reader().predict([line.rstrip("\n") for line in sys.stdin]):
        print(json.dumps(answer, ensure_ascii=False))
