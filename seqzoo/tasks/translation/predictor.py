"""Use a trained translator on raw text."""

import dataclasses
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import numpy as np
import tensorflow as tf

from seqzoo import models
from seqzoo.artifact import Artifact
from seqzoo.datasets import read_columns
from seqzoo.errors import InputError
from seqzoo.layers import to_stock
from seqzoo.reports.pictures import heat_map
from seqzoo.tasks.predictor import Predictor, made_texts, one_of, truth
from seqzoo.tasks.translation.data import load_subwords
from seqzoo.tasks.translation.inference import Search, Translating, check_length, searching
from seqzoo.tasks.translation.options import SearchOptions, TranslationOptions
from seqzoo.text.subwords import MARK, UNITS
from seqzoo.text.vocabulary import BOS, EOS, SPECIAL, UNK

USUAL_BEAM = 5
SEARCH = [field.name for field in dataclasses.fields(Search)]


def kept_search(search) -> bool:
    """Whether a setting is how the training's test was searched."""
    if not isinstance(search, dict) or not set(search) <= {"beam_size", "length_penalty"}:
        return False
    beam_size, penalty = search.get("beam_size", 1), search.get("length_penalty", 0.0)
    numbers = all(
        isinstance(n, (int, float)) and not isinstance(n, bool)
        for n in (beam_size, penalty)
    )
    return (
        numbers
        and isinstance(beam_size, int)
        and 1 <= beam_size <= 1000
        and 0 <= penalty <= 1000
    )


class Translator(Predictor):
    """A translator; answers have `text`, `translation`, `log_prob` and `score`.

    With the option `n_best` above 1, `translations` has the others too, best first; with `alignments` there
    are `source_pieces`, `target_pieces` and `alignments`, a row for each target piece.

    Args:
        folder: an artifact of this task.

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

    FOR_DRAWING: ClassVar[dict] = {"alignments": True}

    def __init__(self, folder: Path | Artifact):
        super().__init__(folder)
        text = self.config["text"]
        source, target = load_subwords(self.artifact.path, text)
        for subwords, side in ((source, "source"), (target, "target")):
            expected = self.arguments[f"{side}_vocab_size"]
            if len(subwords) != expected:
                where = f"{self.artifact.folder}: {side}"
                raise InputError(
                    f"{where}: {len(subwords):,} subwords; the model has {expected:,}"
                )
        self.translating = Translating(self.model, source, target, text)
        self._usual: dict = {}
        self.measured_search = Search(**text["search"])

    def set(self, **given) -> None:
        """Change the options of all later calls. Deprecated: give them to `predict` or `translate`."""
        message = "set: give the options to predict: predict(texts, n_best=3)"
        warnings.warn(message, DeprecationWarning, stacklevel=2)
        self.options(**given)
        self._usual = {**self._usual, **given}

    def options(self, **given) -> TranslationOptions:
        """Options of a translation: how it is searched for, and what is told of it.

        Raises:
            InputError: on an unknown one, a value out of its range, options that exclude each other, or
                alignments of a model without attention.
        """
        options = super().options(**{**self._usual, **given})
        if options.alignments and not self.translating.attends:
            raise InputError("alignments: the model has no attention")
        self.search(options)
        return options

    def search(self, options: SearchOptions) -> Search:
        """The search that options ask for; what they leave open is as the training's test was searched.

        With `n_best` alone the beam is as wide as that needs.

        Raises:
            InputError: if no search can be that.
        """
        own = self.measured_search
        given = {name: getattr(options, name) for name in SEARCH if hasattr(options, name)}
        beam_size = (
            max(own.beam_size, given.get("n_best", 1))
            if given.get("seed") is None
            else own.beam_size
        )
        defaults = {"beam_size": beam_size, "length_penalty": own.length_penalty}
        search = Search(
            **{n: defaults.get(n) if v is None else v for n, v in given.items()}
        )
        if search.coverage_penalty and not self.translating.attends:
            raise InputError("coverage_penalty: the model has no attention")
        search.check()
        return search

    def translate(self, text: str, **given) -> str:
        """The translation of a text.

        Args:
            text: a sentence.
            given: options of the search; `predict` gives what n_best and alignments ask for.

        Raises:
            InputError: if the text is blank or too long, or has no known character.
        """
        for name in ("n_best", "alignments"):
            if name in given:
                raise InputError(
                    f"{name}: translate gives a string; use predict(texts, {name}=...)"
                )
        options = self.options(**given)
        return self.answers([(text, self.encoded(text, "text"))], options)[0]["translation"]

    def score(self, text: str, translation: str) -> float:
        """The log-probability of a given translation of a text.

        Raises:
            InputError: as `translate` does.
        """
        source, target = (
            self.encoded(text, "text"),
            self.translating.target.encode(translation),
        )
        return float(self.translating.score(source, target)[0].sum())

    def export(self, folder: Path, **given) -> None:
        """Write encoder and search as one TensorFlow SavedModel, which does not need seqzoo.

        Its signature `serving_default` takes `source`, ids int32 (batch, time) with `</s>` at the end and
        0 on the right, and `max_length`, int32 (batch,); it gives `tokens`, int32 (batch, n_best, time),
        `lengths`, `log_probs` and `scores`, (batch, n_best) each.

        Args:
            folder: a new one.
            given: options of the search.

        Raises:
            InputError: if `folder` exists, or translations are to be drawn.
        """
        if Path(folder).exists():
            raise InputError(f"{folder}: exists already")
        search = self.search(self.options(**given))
        if search.seed is not None:
            raise InputError("seed: what is exported searches; it can't draw")
        module = tf.Module()
        module.encoder, module.step = (
            to_stock(models.encoder_of(self.model)),
            models.step_of(self.model),
        )
        run = searching(
            module.encoder,
            lambda encoded: models.network_step(module.step, encoded),
            search,
        )
        module.translate = tf.function(
            lambda source, max_length: run(source, max_length)._asdict()
        )
        signature = module.translate.get_concrete_function(*run.input_signature)
        tf.saved_model.save(module, str(folder), {"serving_default": signature})

    def encode(self, item: str, where: str) -> np.ndarray:
        """Ids of a text, int32 (time,).

        Raises:
            InputError: if it is blank, too long, or of unknown characters alone.
        """
        ids = self.translating.encode(item)
        if not item.strip():
            raise InputError(f"{where}: the text is {'blank' if item else 'empty'}")
        check_length(ids, where)
        known = set(self.translating.source.pieces(i for i in ids if i not in (UNK, EOS)))
        if not known - {"▁"}:
            raise InputError(f"{where}: none of its characters is known to the model")
        return ids

    def answers(
        self, items: list[tuple[str, np.ndarray]], options: TranslationOptions
    ) -> list[dict]:
        """The translations of texts."""
        found = self.translating(items, self.search(options))
        return [
            self._answer(text, ids, best, options)
            for (text, ids), best in zip(items, found, strict=True)
        ]

    def _answer(self, text, ids, best, options) -> dict:
        if not best:
            raise InputError(
                f"{text[:40]!r}: no translation within the limits of the search"
            )
        translations = [
            {"translation": t.text, "log_prob": t.log_prob, "score": t.score} for t in best
        ]
        answer = {"text": text, **translations[0]}
        if options.n_best > 1:
            answer["translations"] = translations
        if options.alignments:
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
        return "\n".join(
            f"{t['translation']}\t{t['score']:.4f}" for t in answer["translations"]
        )

    def draw(self, answer: dict, path: Path) -> None:
        """What each piece attended to, as a heat map."""
        source, target = (
            [p.replace(MARK, "") for p in answer[f"{s}_pieces"]]
            for s in ("source", "target")
        )
        heat_map(source, target, answer["alignments"]).savefig(path, format="png", dpi=150)

    def effort(self, options: TranslationOptions) -> float:
        """A wider beam takes longer."""
        return max(1.0, (options.beam_size or USUAL_BEAM) / USUAL_BEAM)

    def about(self) -> dict:
        """Whether it tells what each piece attended to."""
        return {"alignments": self.translating.attends}

    def samples(self, count: int, longest: int) -> list[str]:
        """Texts of known words in no order, of twelve words at most."""
        source = self.translating.source
        pieces = (
            p.replace("▁", "") for p in source.pieces(range(len(SPECIAL), len(source)))
        )
        words = [piece for piece in pieces if piece.isalpha()]
        return made_texts(words, count, min(longest // 2, 12), self.config["text"]["unit"])

    def network_rows(self, path: Path) -> Iterator[dict]:
        """Ids of a file's texts and translations."""
        for pair in read_columns(path):
            source = self.translating.encode(pair.source)
            check_length(source, pair.where)
            target = self.translating.target.encode(pair.target)
            yield {"source": source, "target": np.array([BOS, *target, EOS])}
