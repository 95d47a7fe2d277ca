"""Prepared data of verse: a language model's streams, of which the characters of lines are measured."""

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from seqzoo.errors import InputError
from seqzoo.pipeline.naive import Naive
from seqzoo.tasks.language.data import RunningText
from seqzoo.tasks.language.inference import scores
from seqzoo.tasks.language.verse import naive
from seqzoo.tasks.language.verse.losses import losses_of, poems_in
from seqzoo.tasks.language.verse.text import DYNASTIES, READINGS, TRAINED, is_character
from seqzoo.text import mandarin
from seqzoo.text.vocabulary import EOS

if TYPE_CHECKING:
    import keras


class VerseText(RunningText):
    """Encoded streams of poems, each behind its condition; see `seqzoo.tasks.language.verse.text`."""

    def settle(self, model: "keras.Model") -> None:
        """Keep what dynasties were trained on, and how likely lines are."""
        super().settle(model)
        stream = self.streams["train"]
        ids = stream.read(0, len(stream))
        (after,) = np.nonzero(ids[:-1] == EOS)
        first = set(self.vocabulary.decode(np.unique(ids[after + 1])))
        self._text[TRAINED] = [name for name, mark in DYNASTIES.items() if mark in first]

    def save(self, folder: Path, model: "keras.Model") -> None:
        """Write `vocabulary.txt`, and the readings of its characters where `pypinyin` is installed."""
        super().save(folder, model)
        known = [token for token in self.vocabulary.tokens if len(token) == 1]
        try:
            mandarin.save(folder / READINGS, mandarin.readings_of(known))
        except InputError as error:
            print(
                f"note: the model has no readings for rhymes and tones: {error}", flush=True
            )

    def scores(self, model: "keras.Model", part: str) -> dict[str, float]:
        """Loss and perplexity of a character of the poems of a part, title and form known."""
        stream = self.streams[part]
        ids = stream.read(0, len(stream))
        losses = np.concatenate(losses_of(self.inference(model), poems_in(ids)))  # (time,)
        counted = is_character(ids, self.vocabulary)
        return scores(float(losses[counted].mean(dtype=np.float64)), "character")

    @functools.cached_property
    def baselines(self) -> list[Any]:
        """None that the artifact would hold: the 5-gram is large; see `naive_answers`."""
        return []

    def naive_answers(self, part: str) -> list[Naive]:
        """What single characters, and 5-grams, score on the same characters."""
        if self.baseline == "none":
            return []
        stream = self.streams[part]
        ids = stream.read(0, len(stream))
        return [each.answer(ids) for each in self._counted]

    @functools.cached_property
    def _counted(self) -> list[naive.Counted]:
        print("counting 5-grams to compare with (--baseline none: none)", flush=True)
        stream = self.streams["train"]
        return naive.count(stream.read(1, len(stream)), self.vocabulary)
