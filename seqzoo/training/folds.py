"""Cross-validation of a training on its own training part: how many epochs, and how good the settings are.

Each fold holds out another part of the training rows and trains a network on the others (Stone 1974). The
epoch of the best mean score over the folds is how long the network that is kept trains, on all of these rows.
"""

import statistics
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from seqzoo.errors import TrainingError
from seqzoo.pipeline.prepared import Prepared
from seqzoo.system.interrupts import Interrupts
from seqzoo.training import distribution
from seqzoo.training.chance import begin
from seqzoo.training.loop import Trainer

VALIDATION = "validation_"  # begins the names of the scores in a history
SCORE = f"{VALIDATION}score"
History = list[dict[str, Any]]  # one record an epoch


class Chosen(NamedTuple):
    """What cross-validation says.

    Attributes:
        epoch: of the best mean score, from 1.
        figures: what `metrics.json` holds: `folds`, `epoch`, `mean` and `deviation` of each score behind that
            epoch, and under `each` the scores of each fold.
    """

    epoch: int
    figures: dict[str, Any]


def cross_validate(
    recipe: Any,
    config: Any,
    data: Prepared,
    state: Path,
    keeping: tuple[Interrupts, float],
    workers: distribution.Alone = distribution.ALONE,
) -> Chosen | None:
    """Train a network for each fold of the data; one that was interrupted resumes.

    Args:
        recipe, config: what to train.
        data: with folds, or without.
        state: the folder that gets the training state of each fold.
        keeping: what interrupts, and at most so many seconds between two saves.
        workers: who shares the training.

    Returns:
        What was chosen; None, if the data have no folds.

    Raises:
        TrainingError: at a loss that is not finite, or where no epoch has scores that are numbers.
    """
    folds = data.folds()
    histories = []
    for number, fold in enumerate(folds, 1):
        sizes = fold.sizes()
        print(
            f"fold {number} of {len(folds)}: {sizes['train']:,} {fold.counted} to train on, "
            f"{sizes['validation']:,} held out",
            flush=True,
        )
        begin(config)
        path = state / f"fold-{number}.npz"
        trainer = Trainer(recipe, config, fold, path, *keeping, workers=workers)
        trainer.run()
        histories.append(trainer.progress.history)
    if not folds:
        return None
    chosen = choose(histories)
    print(_in_words(chosen), flush=True)
    return chosen


def choose(histories: list[History]) -> Chosen:
    """The epoch of the best mean score, among those that all folds have.

    Args:
        histories: of each fold, as `Progress` has them; folds may have stopped early.

    Raises:
        TrainingError: if no epoch has a score that is a number in all folds.
    """
    epochs = min(map(len, histories))
    scores = np.array([[record[SCORE] for record in each[:epochs]] for each in histories])
    means = scores.mean(axis=0)  # (folds, epochs) -> (epochs,)
    if np.isnan(means).all():
        raise TrainingError(
            "no epoch had scores that are numbers in all folds; try a lower --learning-rate"
        )
    epoch = int(np.nanargmax(means)) + 1
    each = [_scores(history[epoch - 1]) for history in histories]
    columns = {name: [scores[name] for scores in each] for name in each[0]}
    figures = {
        "folds": len(histories),
        "epoch": epoch,
        "mean": {name: statistics.fmean(column) for name, column in columns.items()},
        "deviation": {name: statistics.stdev(column) for name, column in columns.items()},
        "each": each,
    }
    return Chosen(epoch, figures)


def _scores(record: dict[str, Any]) -> dict[str, float]:
    """The scores of an epoch on what was held out, by their names."""
    return {
        name.removeprefix(VALIDATION): value
        for name, value in record.items()
        if name.startswith(VALIDATION)
    }


def _in_words(chosen: Chosen) -> str:
    mean, deviation = chosen.figures["mean"], chosen.figures["deviation"]
    shown = [
        f"{name} {value:.4f} ± {deviation[name]:.4f}"
        for name, value in mean.items()
        if name != "score"
    ]
    return (
        f"mean of {chosen.figures['folds']} folds, best behind epoch {chosen.epoch}: {', '.join(shown)}; "
        "the network to keep trains as long, on the whole training part"
    )
