"""The one training loop. It asks a recipe for data, model, loss and score, never for its task.

A recipe is a module with `Config`, `TASK`, `load(config, folder)`, `build(config, data)`,
`loss(config, model, batch)` -> (sum, weight) and `evaluate(model, data, split)` -> metrics with `"score"`;
it may have `optimizer(config, steps_per_epoch)`, else `seqzoo.optimizers.falling` is it, and
`rate_factor(config, batch)`, by which the rate of a step is multiplied, or None.
What `load` returns has `plan(epoch)`, `batches(planned)`, `sizes()`, `text_settings()`, and for the
artifact `networks(model)` and `save(folder, model)`.

The loop is a compiled step of our own, not `fit`: only so can it stop and go on at any batch with
every random state restored, and run under every `tf.distribute` strategy.
"""

import contextlib
import importlib.util
import math
import shutil
import time
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from seqzoo import artifact, checkpoint
from seqzoo import config as configs
from seqzoo.checkpoint import Progress
from seqzoo.errors import InputError, TrainingError
from seqzoo.heap import keep_freed_memory
from seqzoo.interrupts import Interrupts
from seqzoo.optimizers import AveragedSGD, falling
from seqzoo.progress import bar
from seqzoo.storage import locked, read_json, write_json

SAVE_SECONDS = 60.0


def train(recipe, config, output, *, save_seconds: float = SAVE_SECONDS, tensorboard: bool = False) -> dict:
    """Train, measure and save; goes on where an earlier run into the same folder stopped.

    Args:
        recipe: the recipe's module.
        config: an instance of its `Config`.
        output: folder for the artifact; `state/` in it holds what going on needs.
        save_seconds: at most so long between two saves of the training state.
        tensorboard: write logs to `output/logs`.

    Returns:
        What `metrics.json` holds.

    Raises:
        InputError: on unusable data, folder or configuration.
        TrainingError: at the first loss or gradient that is not finite.
    """
    configs.check(config)
    if tensorboard and importlib.util.find_spec("tensorboard") is None:
        raise InputError('--tensorboard: not installed; pip install "seqzoo[tensorboard]"')
    if keras.backend.backend() != "tensorflow":
        raise InputError(f"training: expected Keras on TensorFlow; it is on {keras.backend.backend()}")
    output = Path(output)
    _refuse_foreign(output)
    keep_freed_memory()
    with Interrupts() as interrupts, locked(output):
        state = output / "state"
        artifact.recover(output)
        if _finished(output, state, config):
            print(f"{output} is finished; to go on, raise --epochs, or --patience if it stopped early")
            return read_json(output / "metrics.json")
        keras.utils.set_random_seed(config.seed)
        tf.config.experimental.enable_op_determinism()
        if not (state / "config.json").exists():  # nothing there that could be gone on with
            shutil.rmtree(state, ignore_errors=True)
        data = recipe.load(config, state / "data")
        print(", ".join(f"{name}: {n:,}" for name, n in data.sizes().items()), flush=True)
        trainer = Trainer(recipe, config, data, state / "training.npz", interrupts, save_seconds)
        write_json(state / "config.json", configs.to_json(config))
        logs = tf.summary.create_file_writer(str(output / "logs")) if tensorboard else None
        trainer.run(logs)
        return _finish(recipe, config, output, trainer)


def _refuse_foreign(output: Path) -> None:
    """A folder with files that are not a training's is left alone."""
    if output.is_dir() and any(output.iterdir()) and not (output / ".lock").exists():
        raise InputError(
            f"{output}: expected a new folder, or one of an earlier training; it has other files"
        )


def _finished(output: Path, state: Path, config) -> bool:
    """Whether all is done; a folder that was begun with other settings is refused."""
    begun = state / "config.json"
    done = output / artifact.MANIFEST
    if not begun.exists():
        if done.exists():
            raise InputError(f"{output}: holds a model without its training state; choose another")
        return False
    changed = configs.differences(read_json(begun), config, ignore=("epochs", "patience"))
    if changed:
        raise InputError(f"{output}: begun with other settings: {'; '.join(changed)}")
    if read_json(begun)["epochs"] > config.epochs:
        raise InputError(f"{output}: begun with --epochs {read_json(begun)['epochs']}; can't be less")
    if not done.exists():
        return False
    old = artifact.read_config(output)["config"]
    return (old["epochs"], old["patience"]) == (config.epochs, config.patience)


class Trainer:
    """A model in training, its state on disk, and the loop.

    Args:
        recipe, config, data: as in `train`; data is what `recipe.load` gave.
        path: the file the state is kept in.
        interrupts: tells whether to stop.
        save_seconds: at most so long between two saves.
    """

    def __init__(self, recipe, config, data, path: Path, interrupts, save_seconds: float):
        self.recipe, self.config, self.data, self.path = recipe, config, data, path
        self.interrupts, self.save_seconds = interrupts, save_seconds
        self.model = recipe.build(config, data)
        self.steps_per_epoch = len(data.plan(0))
        self.optimizer = getattr(recipe, "optimizer", falling)(config, self.steps_per_epoch)
        self.optimizer.build(self.model.trainable_variables)
        # One graph for all shapes: a trace for each first shape would cost seconds and could round
        # otherwise in a run that is gone on with than in one that ran through.
        signature = [data.batches(data.plan(0)).element_spec]
        self.step = tf.function(self._step, input_signature=signature)
        self.progress, self.best, self.recent = Progress(), [], []
        if path.exists():
            self.progress, kept = checkpoint.restore(path, self.model, self.optimizer)
            self.best, *self.recent = kept or [[]]
            print(f"going on after epoch {self.progress.epoch}, batch {self.progress.batch}")
        else:
            self.save()

    def _step(self, batch):
        """One update; returns the loss' sum and weight, the gradient's norm and the learning rate."""
        with tf.GradientTape() as tape:
            total, weight = self.recipe.loss(self.config, self.model, batch)
            mean = total / weight
        variables = self.model.trainable_variables
        gradients = tape.gradient(mean, variables)
        norm, rate = tf.linalg.global_norm(gradients), tf.identity(self.optimizer.learning_rate)
        factor = self.recipe.rate_factor(self.config, batch) if hasattr(self.recipe, "rate_factor") else None
        with contextlib.nullcontext() if factor is None else self.optimizer.scaled(factor):
            self.optimizer.apply_gradients(zip(gradients, variables, strict=True))
        return total, weight, norm, rate

    def save(self) -> None:
        kept = [self.best, *self.recent] if self.best else []
        checkpoint.save(self.path, self.model, self.optimizer, kept, self.progress)

    def run(self, logs=None) -> None:
        """Train until the last epoch, or until validation has not improved for long enough."""
        while self.progress.epoch < self.config.epochs and not self._out_of_patience():
            started = time.monotonic()
            self._train_epoch(started)
            self._validate(started, logs)
        if self.progress.epoch < self.config.epochs:
            print(f"no better score since epoch {self.progress.best_epoch}: stopped early", flush=True)
        self.model.set_weights(self.best)

    def _out_of_patience(self) -> bool:
        return self.progress.epoch - self.progress.best_epoch >= self.config.patience

    def _train_epoch(self, started: float) -> None:
        progress, saved = self.progress, time.monotonic()
        planned = self.data.plan(progress.epoch)[progress.batch :]
        title = f"epoch {progress.epoch + 1}/{self.config.epochs}"
        with bar(title, self.steps_per_epoch, progress.batch) as shown, self.interrupts.deferred():
            for batch in self.data.batches(planned):
                total, weight, norm, rate = (float(x) for x in self.step(batch))
                if not (math.isfinite(total) and math.isfinite(norm)):
                    raise TrainingError(self._not_finite(total, norm))
                progress.batch, progress.learning_rate = progress.batch + 1, rate
                progress.loss_total += total
                progress.loss_weight += weight
                shown.advance(f"loss {progress.loss_total / progress.loss_weight:.4f}")
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
            f"loss {total}, gradient norm {norm}; training stopped. {self.path} keeps the last "
            "good state; try a lower --learning-rate or --clip-norm"
        )

    def _validate(self, started: float, logs) -> None:
        """Score the averaged weights, remember them if they are the best, save."""
        progress = self.progress
        weights = self._weights()
        recent = [*self.recent, weights][-self.config.average :]
        self._average(recent)
        mean = self._weights()
        metrics = self.recipe.evaluate(self.model, self.data, "validation")
        self.model.set_weights(weights)
        # Only now: a run that is stopped in the evaluation measures the same mean again.
        self.recent = recent if self.config.average > 1 else []
        progress.epoch += 1
        if progress.best_score is None or metrics["score"] > progress.best_score:
            progress.best_score, progress.best_epoch, self.best = metrics["score"], progress.epoch, mean
        seconds = time.monotonic() - started
        record = {"epoch": progress.epoch, "loss": progress.loss_total / progress.loss_weight}
        record |= {f"validation_{k}": v for k, v in metrics.items() if isinstance(v, float)}
        record |= {"learning_rate": progress.learning_rate, "seconds": seconds}
        progress.history.append(record)
        if isinstance(self.optimizer, AveragedSGD):
            self.optimizer.after_epoch([r["validation_score"] for r in progress.history])
        progress.seconds += seconds
        progress.batch, progress.loss_total, progress.loss_weight = 0, 0.0, 0.0
        self.save()
        print(", ".join(f"{k} {_show(v)}" for k, v in record.items()), flush=True)
        if logs is not None:
            with logs.as_default(step=progress.epoch):
                for name, value in record.items():
                    tf.summary.scalar(name, value)

    def _weights(self) -> list[np.ndarray]:
        return [np.copy(weight) for weight in self.model.get_weights()]

    def _average(self, recent: list[list[np.ndarray]]) -> None:
        """Give the model the mean of the last epochs' weights, or the averages that the optimizer keeps."""
        means = (np.mean(of, axis=0, dtype=of[0].dtype) for of in zip(*recent, strict=True))
        self.model.set_weights(list(means))
        if isinstance(self.optimizer, AveragedSGD):
            self.optimizer.put_averages()


def _show(value) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _finish(recipe, config, output: Path, trainer: Trainer) -> dict:
    """Measure the best weights, the test split once, and write the artifact."""
    progress, data = trainer.progress, trainer.data
    measured = {s: recipe.evaluate(trainer.model, data, s) for s in ("validation", "test")}
    metrics = {
        **measured,
        "best_epoch": progress.best_epoch,
        "epochs": progress.epoch,
        "examples": data.sizes(),
        "parameters": trainer.model.count_params(),
        "seconds": round(progress.seconds, 1),
        "seed": config.seed,
        "versions": artifact.versions(),
    }
    artifact.write(
        output,
        model=trainer.model,
        data=data,
        config=artifact.describe(recipe, config, data),
        metrics=metrics,
        history=progress.history,
    )
    print(f"test: {_scalars(measured['test'])}; saved to {output}", flush=True)
    return metrics


def _scalars(metrics: dict) -> str:
    return ", ".join(f"{k} {v:.4f}" for k, v in metrics.items() if isinstance(v, float))
