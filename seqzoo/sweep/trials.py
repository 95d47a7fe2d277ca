"""One trial of a sweep: a training in a process of its own, by the loop that every training runs in.

What a process took (memory, threads, a crash) goes with it: trials leave nothing behind but their files.
"""

import hashlib
import importlib
import importlib.util
import json
import os
import shutil
import sys
import threading
import time
import traceback
from collections.abc import Callable
from multiprocessing import connection, parent_process
from pathlib import Path
from types import ModuleType
from typing import Any

from seqzoo import plugins
from seqzoo.config import preparing, to_json
from seqzoo.errors import InputError
from seqzoo.pipeline.unchanged import check_unchanged, remember
from seqzoo.system.files import read_json, replacing, write_json

RESULT = "result.json"
STATE = "training.npz"
WHOLE = ("best_epoch", "epochs", "parameters")  # numbers
MEASURED = ("score", *WHOLE, "seconds", "wall_seconds")


def module_name(recipe: str) -> str:
    """The dotted name of a recipe's module.

    Args:
        recipe: a name of seqzoo's own recipes or of one that an installed package declares, or the module's.
    """
    own = f"seqzoo.recipes.{recipe}"
    if "." in recipe:
        return recipe
    declared = plugins.modules("seqzoo.recipes")
    if recipe in declared and importlib.util.find_spec(own) is None:
        return declared[recipe]
    return own


def module_of(recipe: str) -> ModuleType:
    """The recipe's module: by the name of the recipe, or by its own, with dots.

    Raises:
        InputError: if there is no such module, or it is a package's and cannot be imported.
    """
    name = module_name(recipe)
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            if name.startswith("seqzoo."):
                raise  # it is there, but not what it imports
            raise InputError(f"recipe {recipe}: {name}: {error}") from error
        raise InputError(f"recipe: no module {error.name!r}") from None
    except (ValueError, TypeError) as error:  # a name of dots, say
        raise InputError(f"recipe: {recipe!r}: {error}") from None
    except Exception as error:
        if name.startswith("seqzoo."):
            raise
        raise InputError(
            f"recipe {recipe}: {name}: {type(error).__name__}: {error}"
        ) from error


def data_folder(folder: Path, config: Any) -> Path:
    """Where a configuration's prepared data are: one folder for all that agree in what these depend on."""
    named = json.dumps(preparing(config), sort_keys=True)
    return folder / "data" / hashlib.sha256(named.encode()).hexdigest()[:12]


def work(task: Callable[..., dict], folder: Path, *arguments: Any) -> None:
    """What a process runs: a task that returns what is to be recorded, and `result.json` in any case.

    Args:
        task: called with `folder` and the rest.
        folder: the trial's.
    """
    _end_with_the_parent()
    _be_first_to_lack_memory()
    started = time.monotonic()
    with open(folder / "log.txt", "ab", buffering=0) as log:
        os.dup2(log.fileno(), sys.stdout.fileno())
        os.dup2(log.fileno(), sys.stderr.fileno())
    try:
        result = task(folder, *arguments)
    except InputError as error:
        result = {"error": " ".join(str(error).split())}
    except MemoryError:
        result = {"error": "out of memory"}
    except Exception as error:
        traceback.print_exc()
        kind = (
            "out of memory"
            if type(error).__name__ == "ResourceExhaustedError"
            else type(error).__name__
        )
        result = {"error": f"{kind}: {' '.join(str(error).split())[:500]}"}
    write_json(
        folder / RESULT, result | {"wall_seconds": round(time.monotonic() - started, 3)}
    )
    sys.stdout.flush()


def prepare(_folder: Path, recipe: str, config: Any, shared: Path) -> dict:
    """Read the corpus, once for all trials; returns its sizes, and the settings that suit them."""
    data = _load(module_of(recipe), config, shared)
    return {"sizes": data.sizes(), "by_size": data.by_size(config)}


def _load(module: Any, config: Any, shared: Path) -> Any:
    """The prepared data, read anew if there are none.

    Raises:
        InputError: if the files have changed since.
    """
    data = data_folder(shared, config)
    files = check_unchanged(data, config, "another --output sweeps on it as it is now")
    loaded = module.load(config, data)
    refuse_folds(loaded)
    remember(data, config, files)
    return loaded


def refuse_folds(data: Any) -> None:
    """Refuse data with folds: a trial's score is that of the validation part, which they have not.

    Args:
        data: prepared.

    Raises:
        InputError: on such data.
    """
    if data.folds():
        raise InputError("--folds: a sweep chooses by the validation part; expected 0")


def train(
    folder: Path, recipe: str, config: Any, shared: Path, previous: Path | None
) -> dict:
    """Train, or go on training, and tell the validation scores of the best epoch; the test is not touched.

    Args:
        folder: the trial's; its training state is kept there.
        recipe, config: what to train.
        shared: the folder with the prepared data.
        previous: of a trial of fewer epochs that this one goes on from.
    """
    from seqzoo.system.interrupts import Interrupts
    from seqzoo.system.memory import keep_freed_memory
    from seqzoo.training.loop import Trainer
    from seqzoo.training.run import begin

    if previous is not None and not (folder / STATE).exists():
        if (previous / STATE).exists():
            with open(previous / STATE, "rb") as old, replacing(folder / STATE) as new:
                shutil.copyfileobj(old, new)
        else:
            print(f"{previous.name} was another worker's: trained from the beginning")
    module = module_of(recipe)
    keep_freed_memory()
    begin(config)
    with Interrupts() as interrupts:
        data = _load(module, config, shared)
        trainer = Trainer(module, config, data, folder / STATE, interrupts)
        trainer.run()
    return outcome(trainer) | {"config": to_json(trainer.config)}


def outcome(trainer: Any) -> dict:
    """Scores of a finished training's best epoch on validation, and what they cost."""
    progress = trainer.progress
    best = progress.history[progress.best_epoch - 1]
    scores = {
        k.removeprefix("validation_"): v
        for k, v in best.items()
        if k.startswith("validation_")
    }
    return scores | {
        "best_epoch": progress.best_epoch,
        "epochs": progress.epoch,
        "parameters": trainer.model.count_params(),
        "seconds": round(progress.seconds, 3),
    }


def finished(folder: Path) -> dict | None:
    """What a trial has recorded, or None."""
    return read_json(folder / RESULT) if (folder / RESULT).exists() else None


def _end_with_the_parent() -> None:
    """A sweep that is killed must not leave a trial behind that goes on writing."""

    def watch():
        connection.wait([parent_process().sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _be_first_to_lack_memory() -> None:
    """Where memory runs out, Linux ends the trial, not the sweep."""
    adjustment = Path("/proc/self/oom_score_adj")
    if adjustment.exists():
        adjustment.write_text("1000")
