"""A training from settings to artifact. It asks a recipe for data, model, loss and score, never for its task.

What a recipe is: `seqzoo.training.recipe.Recipe`. What its data are: `seqzoo.pipeline.prepared.Prepared`.
"""

import importlib.util
import shutil
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from seqzoo import artifact
from seqzoo import config as configs
from seqzoo.errors import InputError
from seqzoo.pipeline import naive, prepared, unchanged
from seqzoo.system.files import LOCK, locked, read_json, write_json
from seqzoo.system.forks import check_not_forked
from seqzoo.system.interrupts import Interrupts
from seqzoo.system.memory import keep_freed_memory
from seqzoo.training import by_size, distribution
from seqzoo.training.chance import begin
from seqzoo.training.folds import cross_validate
from seqzoo.training.loop import SAVE_SECONDS, Trainer
from seqzoo.training.recipe import check as check_recipe

TRAINING = "training.npz"  # in `state/`
PRETRAINING, FOLDS = "pretraining.json", "folds.json"  # there, too, for `metrics.json`
WORKER = "worker-"  # begins the name of the folder of each worker but the chief


def train(
    recipe: Any,
    config: Any,
    output: str | Path,
    *,
    save_seconds: float = SAVE_SECONDS,
    tensorboard: bool = False,
    distribute: str | None = None,
) -> dict[str, Any]:
    """Train, measure and save; a run resumes where an earlier one into the same folder stopped.

    Args:
        recipe: the recipe's module, a `seqzoo.training.recipe.Recipe`.
        config: an instance of its `Config`.
        output: folder for the artifact; `state/` in it holds what resuming needs.
        save_seconds: at most so long between two saves of the training state.
        tensorboard: write logs to `output/logs`.
        distribute: a name in `distribution.DISTRIBUTIONS`: share every batch among GPUs or workers. Of
            workers the chief alone writes to `output`; the others keep prepared data in `output/worker-N`.

    Returns:
        What `metrics.json` holds; of a worker that is not the chief, nothing.

    Raises:
        InputError: on unusable data, folder or configuration.
        TrainingError: at the first loss or gradient that is not finite.
    """
    check_recipe(recipe)
    configs.check(config)
    check_not_forked()
    _check_surroundings(tensorboard)
    keep_freed_memory()
    workers, output = distribution.group(distribute), Path(output)
    home = output if workers.chief else output / f"{WORKER}{workers.index}"
    _refuse_foreign(home)
    with Interrupts() as interrupts, locked(home):
        state = home / "state"
        artifact.recover(home)
        mend = "another --output trains on it as it is now"
        files = unchanged.check_unchanged(state / "data", config, mend)
        config = by_size.filled(config, _begun(state))
        configs.check(config)  # what was recorded, too
        if workers.share(_finished(home, state, config)):
            print(
                f"{output} is finished; to go on, raise --epochs, or --patience if it stopped early"
            )
            return read_json(output / "metrics.json") if workers.chief else {}

        begin(config)
        data = _load(recipe, config, state, workers)
        config = _settled(config, data)
        unchanged.remember(state / "data", config, files)
        keeping = interrupts, save_seconds
        until = _epochs_by_folds(recipe, config, data, state, workers, keeping)
        model = _pretrained(recipe, config, data, state, workers, keeping)
        trainer = Trainer(
            recipe,
            config,
            data,
            state / TRAINING,
            *keeping,
            model=model,
            workers=workers,
            until=until,
        )
        size = f"the network has {trainer.model.count_params():,} parameters"
        print(f"{size}; the first batch compiles it: up to a minute", flush=True)
        # Only now there is a state to resume from.
        write_json(state / "config.json", configs.to_json(config))
        logs = None
        if tensorboard and workers.chief:
            logs = tf.summary.create_file_writer(str(output / "logs"))
        trainer.run(logs)
        return _finish(recipe, config, output, trainer) if workers.chief else {}


def _load(
    recipe: Any, config: Any, state: Path, workers: distribution.Alone
) -> prepared.Prepared:
    """The prepared data, the same on all workers, from `state` if an earlier run has put them there."""
    if not (state / "config.json").exists():  # no run to resume
        shutil.rmtree(state, ignore_errors=True)
    data = recipe.load(config, state / "data")
    print(", ".join(f"{name}: {n:,}" for name, n in data.sizes().items()), flush=True)
    workers.divide(data)
    workers.check([configs.to_json(config), data.sizes()])
    return data


def _settled(config: Any, data: prepared.Prepared) -> Any:
    """The configuration without open fields; what the size of the corpus has decided is printed."""
    settled = by_size.settled(config, data)
    if line := by_size.in_words(config, settled, data):
        print(line, flush=True)
    return settled


def _epochs_by_folds(
    recipe: Any,
    config: Any,
    data: prepared.Prepared,
    state: Path,
    workers: distribution.Alone,
    keeping: tuple[Interrupts, float],
) -> int | None:
    """How many epochs the folds of the data choose; None: they have none, validation chooses."""
    if not data.folds():
        return None
    write_json(state / "config.json", configs.to_json(config))
    chosen = cross_validate(recipe, config, data, state, keeping, workers)
    assert chosen is not None
    write_json(state / FOLDS, chosen.figures)
    # The same is drawn whether or not the folds were trained in this run.
    begin(config)
    return chosen.epoch


def _pretrained(
    recipe: Any,
    config: Any,
    data: prepared.Prepared,
    state: Path,
    workers: distribution.Alone,
    keeping: tuple[Interrupts, float],
) -> keras.Model | None:
    """The model to train, if the recipe asks for pretraining and training has not begun; else None.

    `state` gets `pretraining.npz`, from which an interrupted pretraining resumes, and its history.
    """
    stage = getattr(recipe, "pretraining", lambda config, data: None)(config, data)
    if stage is None or (state / TRAINING).exists():
        return None
    print("pretraining", flush=True)
    write_json(state / "config.json", configs.to_json(config))
    path = state / "pretraining.npz"
    trainer = Trainer(stage, stage.config, stage.data, path, *keeping, workers=workers)
    trainer.run()
    write_json(state / PRETRAINING, trainer.progress.history)
    # What is drawn from here on is the same whether or not pretraining was interrupted.
    begin(config)
    with workers.scope():
        model = recipe.build(config, data)
    stage.give(trainer.model, model)
    return model


def _check_surroundings(tensorboard: bool) -> None:
    """Refuse to train where a package is missing, or Keras is set up in another way than was measured."""
    if tensorboard and importlib.util.find_spec("tensorboard") is None:
        raise InputError('--tensorboard: not installed; pip install "seqzoo[tensorboard]"')
    if keras.backend.backend() != "tensorflow":
        raise InputError(
            f"training: expected Keras on TensorFlow; it is on {keras.backend.backend()}"
        )
    if (policy := keras.config.dtype_policy().name) not in ("float32", "float64"):
        raise InputError(
            f"training: expected the dtype policy float32; it is {policy}. A model is used in the precision "
            "it was measured in, and half of it gains nothing on a CPU; builders and `fit` take any policy"
        )


def _refuse_foreign(output: Path) -> None:
    """A folder with files that are not a training's is left alone; workers' folders are."""
    if not output.is_dir() or (output / LOCK).exists():
        return
    if not all(entry.match(f"{WORKER}*") for entry in output.iterdir()):
        raise InputError(
            f"{output}: expected a new folder, or one of an earlier training; it has other files"
        )


def _begun(state: Path) -> dict[str, Any]:
    """The settings that a run to resume was begun with: they hold where the user leaves the choice."""
    path = state / "config.json"
    before = read_json(path) if path.exists() else {}
    return before if isinstance(before, dict) else {}


def _finished(output: Path, state: Path, config: Any) -> bool:
    """Whether all is done; a folder that was begun with other settings is refused."""
    begun = state / "config.json"
    done = output / artifact.MANIFEST
    if not begun.exists():
        if done.exists():
            raise InputError(
                f"{output}: holds a model without its training state; choose another"
            )
        return False
    before = read_json(begun)
    if not isinstance(before, dict) or not isinstance(before.get("epochs"), int):
        raise InputError(
            f"{begun}: damaged: expected the settings that the training was begun with"
        )
    changed = configs.differences(before, config, ignore=("epochs", "patience"))
    if changed:
        raise InputError(
            f"{output}: begun with other settings (state/config.json): {'; '.join(changed)}"
        )
    if before["epochs"] > config.epochs:
        raise InputError(f"{begun}: begun with --epochs {before['epochs']}; can't be less")
    if not done.exists():
        return False
    old = artifact.Artifact(output).config["config"]
    return (old["epochs"], old["patience"]) == (config.epochs, config.patience)


def _finish(recipe: Any, config: Any, output: Path, trainer: Trainer) -> dict[str, Any]:
    """Measure the best weights, the test split once, and write the artifact."""
    progress, data = trainer.progress, trainer.data
    finished: dict[str, Any] = {}
    if hasattr(recipe, "finish"):
        finished = recipe.finish(config, trainer.model, data)
    data.settle(trainer.model)
    measured = {s: recipe.evaluate(trainer.model, data, s) for s in ("validation", "test")}
    figures = _scalars(measured["test"])
    beside = {part: data.naive_answers(part) for part in measured}
    score = measured["test"]["score"]
    below = naive.below(score, beside["test"], "the test part", data.answerer)
    told = {"below": below} if below else {}
    metrics = {part: measured[part] | naive.flat(beside[part]) for part in measured}
    metrics |= (
        told
        | finished
        | {
            "best_epoch": progress.best_epoch,
            "epochs": progress.epoch,
            "examples": data.sizes(),
            "parameters": trainer.model.count_params(),
            "seconds": round(progress.seconds, 1),
            "seed": config.seed,
            "versions": artifact.versions(),
        }
    )
    for name, file in (("pretraining", PRETRAINING), ("cross_validation", FOLDS)):
        if (output / "state" / file).exists():
            metrics[name] = read_json(output / "state" / file)
    artifact.write(
        output,
        model=trainer.model,
        data=data,
        config=artifact.describe(recipe, config, data),
        metrics=metrics,
        history=progress.history,
        task=recipe.TASK,
    )
    for line in [*naive.lines(beside["test"], "test"), *below]:
        print(line, flush=True)
    print(f"test: {figures}; saved to {output}", flush=True)
    return metrics


def _scalars(metrics: dict) -> str:
    return ", ".join(f"{k} {v:.4f}" for k, v in metrics.items() if isinstance(v, float))
