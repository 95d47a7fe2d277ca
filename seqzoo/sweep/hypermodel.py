"""A recipe as keras-tuner's `HyperModel`, for a tuner of one's own."""

from collections.abc import Collection, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import keras
import keras_tuner

from seqzoo.sweep import spaces, trials
from seqzoo.sweep.oracles import OBJECTIVE
from seqzoo.system.interrupts import Interrupts
from seqzoo.training.by_size import settled


class HyperModel(keras_tuner.HyperModel):
    """Builds and trains a recipe's model with values that a tuner proposes.

    A tuner of keras-tuner's own trains in its own process, whose memory grows from trial to trial, and
    begins a trial that was cut off anew; `seqzoo.sweep.tune` does neither.

        model = HyperModel("sentiment", folder="prepared")
        tuner = keras_tuner.RandomSearch(model, objective=model.objective, max_trials=10, directory="mine")
        tuner.search()

    Args:
        recipe: a module, or the name of one in `seqzoo.recipes`.
        base: the `Config` of what is not varied; default: the recipe's own.
        folder: for prepared data, which are read once.
        space: a TOML file that narrows or widens what is varied (see `seqzoo.sweep.spaces`).
        fixed: names of settings that are not varied; None: those of `base` that are not the recipe's own.

    Attributes:
        objective: the score on validation, the larger the better.
    """

    objective = OBJECTIVE

    def __init__(
        self,
        recipe: ModuleType | str,
        base: Any = None,
        *,
        folder: Path | str,
        space: Path | None = None,
        fixed: Collection[str] | None = None,
    ):
        super().__init__()
        self.recipe = trials.module_of(recipe) if isinstance(recipe, str) else recipe
        self.base = self.recipe.Config() if base is None else base
        self.folder = Path(folder)
        self.space = spaces.space(self.recipe, self.base, space, fixed)

    def build(self, hp: keras_tuner.HyperParameters) -> keras.Model:
        """The uncompiled model of a trial's values."""
        hp.merge(self.space)
        return self.recipe.build(*self._prepared(hp))

    def fit(
        self,
        hp: keras_tuner.HyperParameters,
        model: keras.Model,
        callbacks: Sequence[keras.callbacks.Callback] = (),
        **_: Any,
    ) -> dict[str, float]:
        """Train; returns validation scores and costs of the best epoch."""
        from seqzoo.training.loop import Trainer
        from seqzoo.training.run import begin

        config, data = self._prepared(hp)
        begin(config)
        called = keras.callbacks.CallbackList(list(callbacks), model=model)
        called.on_train_begin()
        with Interrupts() as interrupts:
            trainer = Trainer(
                self.recipe,
                config,
                data,
                None,
                interrupts,
                model=model,
                after_epoch=lambda epoch, scores: called.on_epoch_end(epoch, scores),
            )
            trainer.run()
        called.on_train_end()
        return trials.outcome(trainer)

    def _prepared(self, hp):
        config = spaces.configured(self.base, hp.values)
        data = self.recipe.load(config, trials.data_folder(self.folder, config))
        trials.refuse_folds(data)
        return settled(config, data), data
