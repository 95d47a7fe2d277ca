"""What the training loop asks of a recipe, and the check of it before anything is read."""

from pathlib import Path
from typing import Any, Protocol

from seqzoo.errors import InputError


class Recipe(Protocol):
    """A recipe is a module with these names.

    It may also have `optimizer(config, steps_per_epoch)`, else `seqzoo.optimizers.falling` is it;
    `rate_factor(config, batch)`, by which the rate of a step is multiplied, or None; `PRESETS`, name ->
    settings; `search_space(hp)`, for sweeps; and `pretraining(config, data)`: None, or what goes before the
    training: an object with `build`, `loss` and `evaluate` like a recipe's, `config`, `data`, and
    `give(pretrained, model)`, which begins the recipe's model with pretrained weights. `finish(config, model,
    data)` may change the best weights before they are measured, and returns what to add to the metrics.

    Attributes:
        TASK: the `seqzoo.tasks.Task`.
        Config: a frozen dataclass of `seqzoo.config.option`, with `seqzoo.training.settings.Settings`.
    """

    TASK: Any
    Config: type

    def load(self, config: Any, folder: Path) -> Any:
        """Prepared data (`seqzoo.pipeline.prepared.Prepared`), from `folder` if they are there."""

    def build(self, config: Any, data: Any) -> Any:
        """The uncompiled `keras.Model`."""

    def loss(self, config: Any, model: Any, batch: Any) -> tuple:
        """A training batch's loss, summed, and the weight that it is divided by: scalars."""

    def evaluate(self, model: Any, data: Any, part: str) -> dict:
        """Metrics on `validation` or `test`, `score` among them: higher is better."""


NAMES = ("TASK", "Config", "load", "build", "loss", "evaluate")


def check(recipe: Any) -> None:
    """Refuse what is no recipe.

    Raises:
        InputError: naming the module and what it lacks.
    """
    if missing := [name for name in NAMES if not hasattr(recipe, name)]:
        raise InputError(
            f"{recipe.__name__}: no recipe: expected {', '.join(missing)}, too"
        )
    if not hasattr(recipe.TASK, "name"):
        raise InputError(
            f"{recipe.__name__}: TASK: expected a seqzoo.tasks.Task; got {recipe.TASK!r}"
        )
    for name in NAMES[2:]:
        if not callable(getattr(recipe, name)):
            raise InputError(f"{recipe.__name__}: {name}: expected a function")
