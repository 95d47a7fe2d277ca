"""Use a trained translator on raw text."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from seqzoo import lazy
from seqzoo.artifact import Artifact
from seqzoo.datasets import read_columns
from seqzoo.datasets.reading.layout import PAIRS, Layout
from seqzoo.datasets.reading.settings import Form
from seqzoo.errors import InputError
from seqzoo.tasks import task_of
from seqzoo.tasks.arguments import one_of, truth
from seqzoo.tasks.familiarity import FIELD, Familiarity, known_share
from seqzoo.tasks.predictor import Predictor
from seqzoo.tasks.samples import made_texts
from seqzoo.tasks.translation.by_sentence import SEVERAL, BySentence
from seqzoo.tasks.translation.decoding_settings import Search, kept_search, search_of
from seqzoo.tasks.translation.inference import (
    Translating,
    Translation,
    check_length,
)
from seqzoo.tasks.translation.options import ManyOptions, SearchOptions
from seqzoo.tasks.translation.preparing import load_subwords
from seqzoo.tasks.translation.reranking import opened, ranked, ranking_of, widened
from seqzoo.text.subwords import FORMS, MARK, UNITS
from seqzoo.text.vocabulary import BOS, EOS, SPECIAL, UNK

# The class of models that answer is asked for by its task; it is one of these.
__getattr__, __dir__ = lazy.names(
    __name__, lazy.places("seqzoo.tasks.translation.dialogue.predictor", "Talker")
)

USUAL_BEAM = 5
SPACE = "▁"  # how a piece begins that has a space before it


def _is_length_ratio(value: Any) -> bool:
    return isinstance(value, float) and 0 < value < 1000


# Settings of texts that artifacts of earlier versions do not have -> whether a value can be one.
YOUNGER: dict[str, Callable[[Any], bool]] = {
    "normalization": one_of(FORMS),
    SEVERAL: lambda value: isinstance(value, (int, float)),
}


class Translator(Predictor):
    """A translator; answers have `text`, `translation`, `log_prob`, `score` and `familiarity`.

    A text of several sentences has their number, `sentences`, if they were translated one by one.
    With the option `n_best` above 1, `translations` has the others too, best first. With `alignments` there
    are `source_pieces`, `target_pieces` and `alignments`, a row for each target piece.

    Args:
        folder: an artifact of this task.

    Attributes:
        model: the `keras.Model` for teacher forcing; `seqzoo.models.encoder_of` and `step_of` take it apart.
        translating: translates encoded texts by the model.
        by_sentence: the same, the sentences of a text one by one where the model was trained on single ones.
        measured_search: how the training's test was searched, which is how `predict` searches by default.
        config: every setting of the training.
    """

    LAYOUT: ClassVar[Layout] = PAIRS
    BUILDER: ClassVar[str] = "translator"
    TEXT: ClassVar[dict] = {
        "unit": one_of(UNITS),
        "joint": truth,
        "reverse_source": truth,
        "length_ratio": _is_length_ratio,
        "search": kept_search,
    }
    FOR_DRAWING: ClassVar[dict] = {"alignments": True}
    # What an answer, and a list of them, is called.
    ANSWER: ClassVar[str] = "translation"
    ANSWERS: ClassVar[str] = "translations"
    IN_JSON: ClassVar[tuple[str, ...]] = ("alignments",)

    def __init__(self, folder: Path | Artifact):
        super().__init__(folder)
        text = self.config["text"]
        for name, sound in YOUNGER.items():
            if name in text and not sound(text[name]):
                file = self.artifact.path("config.json")
                raise InputError(f'{file}: "text": expected a usable "{name}"')
        source, target = load_subwords(self.artifact.path, text)
        for subwords, side in ((source, "source"), (target, "target")):
            expected = self.arguments[f"{side}_vocab_size"]
            if len(subwords) != expected:
                where = f"{self.artifact.folder}: {side}"
                raise InputError(
                    f"{where}: {len(subwords):,} subwords; the model has {expected:,}"
                )
        networks = self.network("encoder", 1), self.network("step", 1)
        self.translating = Translating(*networks, source, target, text)
        self.by_sentence = BySentence(self.translating, text)
        self._usual: dict[str, Any] = {}
        self._reverse: dict[str, Translating] = {}
        self.measured_search = Search(**text["search"])
        self.familiarity = Familiarity(text, str(self.artifact.path("config.json")))

    def set(self, **given: Any) -> None:
        """Change the options of all later calls. Deprecated: give them to `predict` or `translate`.

        Raises:
            InputError: as `options`.
        """
        message = "set: give the options to predict: predict(texts, n_best=3)"
        warnings.warn(message, DeprecationWarning, stacklevel=2)
        self.options(**given)
        self._usual = {**self._usual, **given}

    def options(self, **given: Any) -> Any:
        """Options of a translation: how it is searched for, and what the answer holds.

        Raises:
            InputError: on an unknown option, a value out of its range, options that exclude each other, or
                alignments of a model without attention.
        """
        options = super().options(**{**self._usual, **given})
        if options.alignments and not self.translating.attends:
            raise InputError("alignments: the model has no attention")
        self.search(options)
        ranking_of(options)
        return options

    def search(self, options: SearchOptions) -> Search:
        """The search that options ask for.

        What they leave open is as the training's test was searched. With `n_best` alone the beam is as wide
        as that needs.

        Raises:
            InputError: if options exclude each other, or the model has no attention for them.
        """
        return search_of(options, self.measured_search, self.translating.attends)

    def decoding(self, options: SearchOptions) -> str:
        """How options have texts translated, in words."""
        search, ranking = self.search(options), ranking_of(options)
        if ranking is None:
            return search.about()
        return f"{ranking.about()}; {widened(search, ranking.candidates).about()}"

    def best(
        self, items: Sequence[tuple[str, np.ndarray]], options: SearchOptions
    ) -> list[list[Translation]]:
        """The translations of texts, given with their ids, best first; none if the search has none.

        Raises:
            InputError: if options exclude each other, or the second model is none.
        """
        search, ranking = self.search(options), ranking_of(options)
        if ranking is not None:
            found = self.translating(items, widened(search, ranking.candidates))
            reverse, texts = self.reverse(ranking.folder), [text for text, _ in items]
            best = ranked(reverse, texts, found, ranking.weight)
            return [each[: search.n_best] for each in best]
        whole = not getattr(options, "split_sentences", True)
        return (self.translating if whole else self.by_sentence)(items, search)

    def reverse(self, folder: str) -> Translating:
        """A second model, that tells how likely texts are behind translations; it is read once.

        Raises:
            InputError: if the folder has no such model.
        """
        with self._lock:
            if folder not in self._reverse:
                self._reverse[folder] = opened(folder, task_of)
            return self._reverse[folder]

    def translate(self, text: str, **given: Any) -> str:
        """The translation of a text.

        Args:
            text: a sentence.
            given: options of the search, but not `n_best` and `alignments`: they need `predict`.

        Raises:
            InputError: if the text is blank or too long, or has no known character; on unusable options.
        """
        for name in ("n_best", "alignments"):
            if name in given:
                raise InputError(
                    f"{name}: translate gives a string; use predict(texts, {name}=...)"
                )
        options = self.options(**given)
        return self.answers([(text, self.encoded(text, "text"))], options)[0]["translation"]

    def score(self, text: str, translation: str) -> float:
        """The log-probability in nats of a given translation of a text.

        Raises:
            InputError: if the text is blank or too long, or has no known character.
        """
        source = self.encoded(text, "text")
        target = self.translating.target.encode(translation)
        log_probs, _ = self.translating.score(source, target)
        return float(log_probs.sum())

    def export(self, folder: Path, **given: Any) -> None:
        """Write encoder and search as one TensorFlow SavedModel, which does not need seqzoo.

        Its signature `serving_default` takes `source`, ids int32 (batch, time) with `</s>` at the end and
        0 on the right, and `max_length`, int32 (batch,); it gives `tokens`, int32 (batch, n_best, time),
        `lengths`, `log_probs` and `scores`, (batch, n_best) each.

        Args:
            folder: a new one.
            given: options of the search.

        Raises:
            InputError: if `folder` exists, or translations are to be drawn, or demands made on them.
        """
        from seqzoo.tasks.translation.graph import save_search

        if Path(folder).exists():
            raise InputError(f"{folder}: exists already")
        search = self.search(self.options(**given))
        if search.seed is not None:
            raise InputError("seed: what is exported searches; it can't draw")
        if search.wanted:
            raise InputError("pattern, keyword, forbid: what is exported knows none")

        save_search(self.model, search, Path(folder))

    def encode(self, item: str, where: str) -> np.ndarray:
        """Ids of a text, int32 (time,), `</s>` at the end.

        Raises:
            InputError: if it is blank, too long, or of unknown characters alone; `where` begins the message.
        """
        ids = self.translating.encode(item)
        if not item.strip():
            raise InputError(f"{where}: the text is {'blank' if item else 'empty'}")
        check_length(ids, where)
        known_ids = (id for id in ids if id not in (UNK, EOS))
        if set(self.translating.source.pieces(known_ids)) <= {SPACE}:
            raise InputError(f"{where}: none of its characters is known to the model")
        return ids

    def answers(
        self, items: Sequence[tuple[str, np.ndarray]], options: ManyOptions
    ) -> list[dict[str, Any]]:
        """The translations of texts, given with their ids.

        Raises:
            InputError: if a text has no translation within the limits of the search.
        """
        found = self.best(items, options)
        for (text, _), best in zip(items, found, strict=True):
            if not best:
                raise InputError(
                    f"{text[:40]!r}: no {self.ANSWER} within the limits of the search"
                )
        answers = [
            self._answer(item, best, options)
            for item, best in zip(items, found, strict=True)
        ]
        if options.alignments:
            pairs = [(item, best[0]) for item, best in zip(items, found, strict=True)]
            alignments = self.by_sentence.aligned(pairs)
            for answer, alignment in zip(answers, alignments, strict=True):
                answer |= alignment
        return answers

    def _answer(
        self,
        item: tuple[str, np.ndarray],
        best: list[Translation],
        options: ManyOptions,
    ) -> dict[str, Any]:
        text, ids = item
        translations = [self._scored(each) for each in best]
        answer: dict[str, Any] = {"text": text, **translations[0]}
        if options.n_best > 1:
            answer[self.ANSWERS] = translations
        if best[0].parts:
            answer["sentences"] = len(best[0].parts)
        # What is drawn is less likely than what is searched for, whatever the text.
        drawn = self.search(options).seed is not None
        likelihood = None if drawn else best[0].likelihood
        answer[FIELD] = self.familiarity.of(known_share(ids[:-1]), likelihood)
        return answer

    def _scored(self, each: Translation) -> dict[str, Any]:
        """A translation with its numbers."""
        found = {self.ANSWER: each.text, "log_prob": each.log_prob, "score": each.score}
        if each.reverse_log_prob is not None:
            found["reverse_log_prob"] = each.reverse_log_prob
        return found

    def to_plain(self, answer: dict[str, Any]) -> str:
        """The translation; with `n_best` above 1 several lines: text, tab, score."""
        if self.ANSWERS not in answer:
            return answer[self.ANSWER]
        return "\n".join(
            f"{each[self.ANSWER]}\t{each['score']:.4f}" for each in answer[self.ANSWERS]
        )

    def draw(self, answer: dict[str, Any], path: Path) -> None:
        """Draw what each piece attended to as a heat map, a PNG file.

        Args:
            answer: with `alignments`.
            path: of the picture.
        """
        from seqzoo.reports.pictures import heat_map

        source = [piece.replace(MARK, "") for piece in answer["source_pieces"]]
        target = [piece.replace(MARK, "") for piece in answer["target_pieces"]]
        heat_map(source, target, answer["alignments"]).savefig(path, format="png", dpi=150)

    def effort(self, options: ManyOptions) -> float:
        """How many times the usual a translation takes, about: a wider beam takes longer."""
        return max(1.0, (options.beam_size or USUAL_BEAM) / USUAL_BEAM)

    def about(self) -> dict[str, Any]:
        """`alignments`: whether answers can have them."""
        return {"alignments": self.translating.attends}

    def samples(self, count: int, longest: int) -> list[str]:
        """Texts of known words in no order, of twelve words at most."""
        source = self.translating.source
        pieces = source.pieces(range(len(SPECIAL), len(source)))
        bare = (piece.replace(SPACE, "") for piece in pieces)
        words = [piece for piece in bare if piece.isprintable() and piece]
        # Signs alone are few words of a text; a vocabulary may have nothing else.
        words = [word for word in words if word.isalpha()] or words
        return made_texts(words, count, min(longest // 2, 12), self.config["text"]["unit"])

    def network_rows(
        self, path: Path, asked: Form | None = None
    ) -> Iterator[dict[str, np.ndarray]]:
        """`source` and `target`, ids (time,), of a file's texts and translations.

        Raises:
            InputError: if the file can't be read, or a text is too long.
        """
        for pair in read_columns(path, asked):
            source = self.translating.encode(pair.source)
            check_length(source, pair.where)
            target = self.translating.target.encode(pair.target)
            yield {"source": source, "target": np.array([BOS, *target, EOS])}
