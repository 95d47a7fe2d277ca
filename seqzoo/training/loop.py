"""The one training loop.

It is a compiled step of our own, not `fit`: only so can it stop and go on at any batch with every random
state restored, and be shared by several processes (`distribution`).
"""

import contextlib
import math
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from seqzoo.errors import TrainingError
from seqzoo.optimizers import AveragedSGD, falling
from seqzoo.pipeline.prepared import Prepared
from seqzoo.system.interrupts import Interrupts
from seqzoo.system.progress import Pace, bar
from seqzoo.training import checkpoint, distribution
from seqzoo.training.by_size import settled
from seqzoo.training.checkpoint import Progress

SAVE_SECONDS = 60.0
PERFECT = 1.0  # score of shares: nothing is better


class Trainer:
    """A model in training, its state on disk, and the loop.

    Args:
        recipe: a `seqzoo.training.recipe.Recipe`.
        config: an instance of its `Config`; what it leaves to the size of the corpus is filled in.
        data: what `recipe.load` gave.
        path: the file the state is kept in, or None for nowhere.
        interrupts: tells whether to stop.
        save_seconds: at most so long between two saves.
        model: what `recipe.build` gave, if it has been called.
        workers: who shares the training.
        until: stop behind so many epochs and keep their weights, whatever they score; None: validation says.
        after_epoch: called with the number of each epoch, from 0, and its validation metrics, while the
            model has the weights that were measured.

    Attributes:
        model, optimizer: in training.
        progress: how far it has come.
        best: the weights of the best validation score so far.
        recent: the weights of the last epochs, where their mean is what counts.
        pace: says how long it will take.

    Raises:
        InputError: if the state in the file is damaged or another model's.
    """

    def __init__(
        self,
        recipe: Any,
        config: Any,
        data: Prepared,
        path: Path | None,
        interrupts: Interrupts,
        save_seconds: float = SAVE_SECONDS,
        *,
        model: keras.Model | None = None,
        workers: distribution.Alone = distribution.ALONE,
        until: int | None = None,
        after_epoch: Callable[[int, dict], None] = lambda epoch, metrics: None,
    ):
        config = settled(config, data)
        self.recipe, self.config, self.data, self.path = recipe, config, data, path
        self.interrupts, self.save_seconds = interrupts, save_seconds
        self.workers, self.after_epoch, self.until = workers, after_epoch, until
        self.epochs = until or config.epochs
        self.steps_per_epoch = len(data.plan(0))
        make_optimizer = getattr(recipe, "optimizer", falling)
        with workers.scope():
            self.model = recipe.build(config, data) if model is None else model
            self.optimizer = make_optimizer(config, self.steps_per_epoch)
            self.optimizer.build(self.model.trainable_variables)
        self.step = workers.compiled(self._step, [data.batches(data.plan(0)).element_spec])

        self.progress = Progress()
        self.best: list[np.ndarray] = []
        self.recent: list[list[np.ndarray]] = []
        if path is not None and path.exists():
            self.progress, kept = checkpoint.restore(path, self.model, self.optimizer)
            self.best, *self.recent = kept or [[]]
            epoch, batch = self.progress.epoch + 1, self.progress.batch + 1
            print(f"resuming at epoch {epoch}, batch {batch}", flush=True)
        else:
            self.save()
        self.progress = Progress(**workers.share(asdict(self.progress)))
        epochs = max(0, self.epochs - self.progress.epoch)
        steps = epochs * self.steps_per_epoch - self.progress.batch
        self.pace = Pace(steps, epochs)
        workers.settle(self.model, self.optimizer)

    def _step(
        self, batch: Any, real: tf.Tensor | None = None
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]:
        """One update; returns the loss' sum and weight, the gradient's norm and the learning rate, () each.

        Args:
            batch: of the data, or this worker's part of one.
            real: float32 (); 0 where the batch has no row for this worker and it was given another's.
        """
        with tf.GradientTape() as tape:
            total, weight = self.recipe.loss(self.config, self.model, batch)
            if real is not None:
                total *= tf.cast(real, total.dtype)
                weight *= tf.cast(real, weight.dtype)
            everyone = self.workers.sum(weight)
            mean = total / tf.cast(everyone, total.dtype)
        variables = self.model.trainable_variables
        gradients, total = self.workers.sum((tape.gradient(mean, variables), total))
        norm = tf.linalg.global_norm(gradients)
        rate = tf.identity(self.optimizer.learning_rate)

        factor = None
        if hasattr(self.recipe, "rate_factor"):
            factor = self.recipe.rate_factor(self.config, batch)
        with contextlib.nullcontext() if factor is None else self.optimizer.scaled(factor):
            self.optimizer.apply_gradients(zip(gradients, variables, strict=True))
        return total, everyone, norm, rate

    def save(self) -> None:
        """Write the whole state to `path`, if this is the chief and there is such a path.

        Raises:
            OSError: if it can't be written; the state before is kept then.
        """
        if self.path is None or not self.workers.chief:
            return
        kept = [self.best, *self.recent] if self.best else []
        checkpoint.save(self.path, self.model, self.optimizer, kept, self.progress)

    def run(self, logs: Any = None) -> None:
        """Train until the last epoch, or until validation has not improved for long enough.

        Behind it the model has the best weights.

        Args:
            logs: a writer of `tf.summary`, or None.

        Raises:
            TrainingError: if a loss or gradient is not finite, or no epoch had a score that is a number.
        """
        while self.progress.epoch < self.epochs and not self._out_of_patience():
            started = time.monotonic()
            self._train_epoch(started)
            self._validate(started, logs)
        if self.progress.epoch < self.epochs:
            print(
                f"no better score since epoch {self._best_since()}: stopped early",
                flush=True,
            )
        if self.progress.best_score is None:
            raise TrainingError(
                "no epoch had a validation score that is a number; try a lower --learning-rate"
            )
        if self.best:  # not of a worker that has only seen epochs that were worse
            self.model.set_weights(self.best)

    def _out_of_patience(self) -> bool:
        return self.progress.epoch - self._best_since() >= self.config.patience

    def _best_since(self) -> int:
        """The first epoch with the best score; 0 before there is one."""
        progress = self.progress
        if progress.best_score is None:
            return 0
        scores = [record.get("validation_score") for record in progress.history]
        return 1 + scores.index(progress.best_score)

    def _train_epoch(self, started: float) -> None:
        progress, saved = self.progress, time.monotonic()
        planned = self.data.plan(progress.epoch)[progress.batch :]
        title = f"epoch {progress.epoch + 1}/{self.epochs}"
        with (
            bar(title, self.steps_per_epoch, progress.batch) as shown,
            self.interrupts.deferred(),
        ):
            for given in self.workers.batches(self.data, planned):
                total, weight, norm, rate = (float(x) for x in self.step(*given))
                if not (math.isfinite(total) and math.isfinite(norm)):
                    raise TrainingError(self._not_finite(total, norm))
                progress.batch, progress.learning_rate = progress.batch + 1, rate
                progress.loss_total += total
                progress.loss_weight += weight
                shown.advance(f"loss {progress.loss_total / progress.loss_weight:.4f}")
                if line := self.pace.advance():
                    print(line, flush=True)
                if self.interrupts.pending:
                    break
                if time.monotonic() - saved >= self.save_seconds:
                    self._keep(started)
                    saved = time.monotonic()
            self._keep(started)
        if self.interrupts.pending:
            self.interrupts.leave()

    def _keep(self, started: float) -> None:
        """Save in mid-epoch or before validation, the time so far counted."""
        before = self.progress.seconds
        self.progress.seconds += time.monotonic() - started
        self.save()
        self.progress.seconds = before

    def _not_finite(self, total: float, norm: float) -> str:
        step = self.progress.epoch * self.steps_per_epoch + self.progress.batch + 1
        return (
            f"step {step} (epoch {self.progress.epoch + 1}, batch {self.progress.batch + 1}): "
            f"loss {total}, gradient norm {norm}; training stopped. "
            + (f"{self.path} keeps the last good state; " if self.path else "")
            + "try a lower --learning-rate or --clip-norm"
        )

    def _validate(self, started: float, logs: Any) -> None:
        """Score the averaged weights, remember them if they are the best, save."""
        progress = self.progress
        weights = self._weights()
        recent = [*self.recent, weights][-self.config.average :]
        self._average(recent)
        mean = self._weights()
        metrics = self.workers.share(
            self.recipe.evaluate(self.model, self.data, "validation")
        )
        self.after_epoch(progress.epoch, metrics)
        self.model.set_weights(weights)
        # Only now: a run that is stopped in the evaluation measures the same mean again.
        self.recent = recent if self.config.average > 1 else []
        progress.epoch += 1
        if self._is_better(metrics["score"]):
            progress.best_score, progress.best_epoch = metrics["score"], progress.epoch
            self.best = mean

        record = self._record(metrics, time.monotonic() - started)
        progress.history.append(record)
        if isinstance(self.optimizer, AveragedSGD):
            self.optimizer.after_epoch([r["validation_score"] for r in progress.history])
        progress.seconds += record["seconds"]
        progress.batch, progress.loss_total, progress.loss_weight = 0, 0.0, 0.0
        self.save()
        print(", ".join(f"{k} {_show(v)}" for k, v in record.items()), flush=True)
        if logs is not None:
            with logs.as_default(step=progress.epoch):
                for name, value in record.items():
                    tf.summary.scalar(name, value)

    def _record(self, metrics: dict[str, Any], seconds: float) -> dict[str, Any]:
        """What the history says of an epoch: its mean loss, the metrics that are numbers, rate and time."""
        progress = self.progress
        record: dict[str, Any] = {
            "epoch": progress.epoch,
            "loss": progress.loss_total / progress.loss_weight,
        }
        record |= {f"validation_{k}": v for k, v in metrics.items() if isinstance(v, float)}
        return record | {"learning_rate": progress.learning_rate, "seconds": seconds}

    def _is_better(self, score: float) -> bool:
        """Whether a validation score is the best so far; one that is no number never is.

        Where the epochs are counted beforehand, each is better than the one before. So is the later of two
        without an error: few rows to choose by are soon without one, long before the weights are settled.
        """
        best = self.progress.best_score
        if math.isnan(score):
            return False
        return (
            self.until is not None
            or best is None
            or score > best
            or score == best == PERFECT
        )

    def _weights(self) -> list[np.ndarray]:
        return [np.copy(weight) for weight in self.model.get_weights()]

    def _average(self, recent: list[list[np.ndarray]]) -> None:
        """Give the model the mean of the last epochs' weights, or the averages that the optimizer keeps."""
        means = (np.mean(of, axis=0, dtype=of[0].dtype) for of in zip(*recent, strict=True))
        self.model.set_weights(list(means))
        if isinstance(self.optimizer, AveragedSGD):
            self.optimizer.put_averages()


def _show(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
