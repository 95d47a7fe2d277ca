"""Use a trained translator on raw text."""

import dataclasses
from pathlib import Path
from typing import ClassVar

import numpy as np
import tensorflow as tf

from seqzoo import models
from seqzoo.artifact import Artifact
from seqzoo.errors import InputError, unknown_name
from seqzoo.layers import to_stock
from seqzoo.predictors.base import Predictor, one_of, truth
from seqzoo.subwords import UNITS
from seqzoo.translation import load_subwords
from seqzoo.translator import Search, Translating, check_length, searching
from seqzoo.vocabulary import EOS, UNK


def kept_search(search) -> bool:
    """Whether a setting is how the training's test was searched."""
    if not isinstance(search, dict) or not set(search) <= {"beam_size", "length_penalty"}:
        return False
    beam_size, penalty = search.get("beam_size", 1), search.get("length_penalty", 0.0)
    numbers = all(isinstance(n, (int, float)) and not isinstance(n, bool) for n in (beam_size, penalty))
    return numbers and isinstance(beam_size, int) and 1 <= beam_size <= 1000 and 0 <= penalty <= 1000


class Translator(Predictor):
    """A translator; answers have `text`, `translation`, `log_prob` and `score`.

    With `n_best` above 1, `translations` has the others too, best first; with `alignments` there are
    `source_pieces`, `target_pieces` and `alignments`, a row for each target piece.

    Args:
        folder: an artifact of the task `translation`.

    Attributes:
        model: the `keras.Model` for teacher forcing; `seqzoo.models.encoder_of` and `step_of` take it apart.
        translating: the model on encoded texts.
        search: how `predict` searches; as the training's test was searched, unless changed.
        alignments: whether `predict` tells what each piece attended to.
        config: every setting of the training.
    """

    BUILDER: ClassVar[str] = "translator"
    TEXT: ClassVar[dict] = {"unit": one_of(UNITS), "joint": truth, "reverse_source": truth,
            "length_ratio": lambda ratio: isinstance(ratio, float) and 0 < ratio < 1000,
            "search": kept_search}  # fmt: skip

    def __init__(self, folder: Path | Artifact):
        super().__init__(folder)
        text = self.config["text"]
        source, target = load_subwords(self.artifact.path, text)
        for subwords, side in ((source, "source"), (target, "target")):
            expected = self.arguments[f"{side}_vocab_size"]
            if len(subwords) != expected:
                where = f"{self.artifact.folder}: {side}"
                raise InputError(f"{where}: {len(subwords):,} subwords; the model has {expected:,}")
        self.translating = Translating(self.model, source, target, text)
        self.search, self.alignments = Search(), False
        self.set(**text["search"])

    def set(self, *, alignments: bool | None = None, **settings) -> None:
        """Change how `predict` searches.

        Args:
            alignments: tell what each piece attended to.
            settings: any of `Search`: beam_size, n_best, length_penalty, ...

        Raises:
            InputError: on a name that is none of them, or a value out of its range.
        """
        names = [field.name for field in dataclasses.fields(Search)]
        for name in settings:
            if name not in names:
                raise unknown_name("setting of the search", name, [*names, "alignments"])
        if alignments and not self.translating.attends:
            raise InputError("alignments: the model has no attention")
        search = dataclasses.replace(self.search, **settings)
        if search.coverage_penalty and not self.translating.attends:
            raise InputError("coverage_penalty: the model has no attention")
        search.check()
        self.search = search
        self.alignments = self.alignments if alignments is None else alignments

    def translate(self, text: str, **settings) -> str:
        """The translation of a text.

        Args:
            text: a sentence.
            settings: as `set` takes them, for this text alone; `predict` gives what n_best and
                alignments ask for.

        Raises:
            InputError: if the text is blank or too long, or has no known character.
        """
        for name in ("n_best", "alignments"):
            if name in settings:
                raise InputError(f"{name}: translate gives a string; use set({name}=...), then predict")
        before = self.search, self.alignments
        try:
            self.set(**settings)
            item = text, self.encoded(text, "text")
            return self.answers([item])[0]["translation"]
        finally:
            self.search, self.alignments = before

    def score(self, text: str, translation: str) -> float:
        """The log-probability of a given translation of a text.

        Raises:
            InputError: as `translate` does.
        """
        source, target = self.encoded(text, "text"), self.translating.target.encode(translation)
        return float(self.translating.score(source, target)[0].sum())

    def export(self, folder: Path) -> None:
        """Write encoder and search, as set, as one TensorFlow SavedModel, which does not need seqzoo.

        Its signature `serving_default` takes `source`, ids int32 (batch, time) with `</s>` at the end and
        0 on the right, and `max_length`, int32 (batch,); it gives `tokens`, int32 (batch, n_best, time),
        `lengths`, `log_probs` and `scores`, (batch, n_best) each.

        Raises:
            InputError: if `folder` exists, or translations are to be drawn.
        """
        if Path(folder).exists():
            raise InputError(f"{folder}: exists already")
        if self.search.seed is not None:
            raise InputError("seed: what is exported searches; it can't draw")
        module = tf.Module()
        module.encoder, module.step = to_stock(models.encoder_of(self.model)), models.step_of(self.model)
        run = searching(
            module.encoder, lambda encoded: models.network_step(module.step, encoded), self.search
        )
        module.translate = tf.function(lambda source, max_length: run(source, max_length)._asdict())
        signature = module.translate.get_concrete_function(*run.input_signature)
        tf.saved_model.save(module, str(folder), {"serving_default": signature})

    def encode(self, text: str, where: str) -> np.ndarray:
        """Ids of a text, int32 (time,).

        Raises:
            InputError: if it is blank, too long, or of unknown characters alone.
        """
        ids = self.translating.encode(text)
        if not text.strip():
            raise InputError(f"{where}: the text is {'blank' if text else 'empty'}")
        check_length(ids, where)
        known = set(self.translating.source.pieces(i for i in ids if i not in (UNK, EOS)))
        if not known - {"▁"}:
            raise InputError(f"{where}: none of its characters is known to the model")
        return ids

    def answers(self, items: list[tuple[str, np.ndarray]]) -> list[dict]:
        """The translations of texts."""
        found = self.translating(items, self.search)
        return [self._answer(text, ids, best) for (text, ids), best in zip(items, found, strict=True)]

    def _answer(self, text, ids, best) -> dict:
        if not best:
            raise InputError(f"{text[:40]!r}: no translation within the limits of the search")
        translations = [{"translation": t.text, "log_prob": t.log_prob, "score": t.score} for t in best]
        answer = {"text": text, **translations[0]}
        if self.search.n_best > 1:
            answer["translations"] = translations
        if self.alignments:
            answer |= self.alignment(ids, best[0].tokens)
        return answer

    def alignment(self, ids: np.ndarray, tokens) -> dict:
        """`source_pieces`, `target_pieces` and `alignments`, a list of shares for each target piece."""
        own = ids[:-1][::-1] if self.translating.reverse else ids[:-1]
        _, alignments = self.translating.score(ids, tokens)
        return {
            "source_pieces": [*self.translating.source.pieces(own), "</s>"],
            "target_pieces": [*self.translating.target.pieces(tokens), "</s>"],
            "alignments": [[round(float(share), 4) for share in row] for row in alignments],
        }

    def to_plain(self, answer: dict) -> str:
        """The translation; with n_best several lines: text, tab, score."""
        if "translations" not in answer:
            return answer["translation"]
        return "\n".join(f"{t['translation']}\t{t['score']:.4f}" for t in answer["translations"])
