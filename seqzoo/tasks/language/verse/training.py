"""What the recipe of verse has of its own: data that are poems, and their score."""

from pathlib import Path

import keras

from seqzoo.tasks.language.training import (
    build,
    check_settings,
    loss,
    optimizer,
    rate_factor,
)
from seqzoo.tasks.language.verse import corpora
from seqzoo.tasks.language.verse.data import VerseText
from seqzoo.tasks.language.verse.settings import Settings
from seqzoo.text.running import Unit

__all__ = ["build", "evaluate", "load", "loss", "optimizer", "rate_factor"]


def load(config: Settings, folder: Path) -> VerseText:
    """The prepared poems, from `folder` if an earlier run has put them there.

    Raises:
        InputError: also on settings that exclude each other, before anything is read.
    """
    check_settings(config)
    return VerseText.prepare(
        folder,
        corpora.load(config),
        Unit(config.unit, config.lowercase),
        minimum_count=config.minimum_count,
        vocabulary=config.vocabulary,
        limit=config.limit,
        batch_size=config.batch_size,
        steps=config.steps,
        vary_steps=config.vary_steps,
        seed=config.seed,
        baseline=config.baseline,
    )


def evaluate(model: keras.Model, data: VerseText, part: str) -> dict[str, float]:
    """Perplexity of a character of a part's poems, behind form and title."""
    return data.scores(model, part)
