"""keras-tuner's loop over trials, each in a process of its own."""

import dataclasses
import multiprocessing
import threading
import time
from collections.abc import Callable
from pathlib import Path
from signal import Signals
from typing import Any

from keras_tuner.engine.base_tuner import BaseTuner
from keras_tuner.engine.trial import Trial
from keras_tuner.errors import FailedTrialError

from seqzoo.errors import InputError
from seqzoo.sweep import trials
from seqzoo.sweep.spaces import configured
from seqzoo.system.files import write_json

FAILURES = 5  # so many trials in a row that fail, fail for one reason
SIGN_OF_LIFE = 5.0  # seconds between two


class Processes:
    """Starts a process for each task, forked from one that has TensorFlow imported already.

    Args:
        recipe: the name of the recipe's module, imported there too.
    """

    def __init__(self, recipe: str):
        self.context = multiprocessing.get_context("forkserver")
        self.context.set_forkserver_preload(
            ["seqzoo.training.run", trials.module_of(recipe).__name__]
        )

    def run(
        self,
        folder: Path,
        task: Callable[..., dict],
        *arguments: Any,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> dict:
        """Do a task unless it is done; returns what it recorded, an `error` where there was one.

        Args:
            folder: the task's, for `result.json` and `log.txt`.
            task: one of `seqzoo.sweep.trials`.
            meanwhile: called every few seconds.

        Raises:
            KeyboardInterrupt: if the process was stopped by SIGINT or SIGTERM.
        """
        if (done := trials.finished(folder)) is not None:
            return done
        folder.mkdir(parents=True, exist_ok=True)
        process = self.context.Process(target=trials.work, args=(task, folder, *arguments))
        process.start()
        try:
            while process.is_alive():
                process.join(SIGN_OF_LIFE)
                meanwhile()
        except BaseException:
            process.terminate()  # it saves what it has
            process.join()
            raise
        if process.exitcode in (130, 143):
            raise KeyboardInterrupt
        if (recorded := trials.finished(folder)) is None:
            recorded = {"error": _ending(process.exitcode or 0), "wall_seconds": 0.0}
            write_json(folder / trials.RESULT, recorded)
        return recorded


def _ending(code: int) -> str:
    if code >= 0:
        return f"the process ended with {code}"
    name = Signals(-code).name
    return f"the process was ended by {name}" + (
        ", out of memory it seems" if name == "SIGKILL" else ""
    )


class Tuner(BaseTuner):
    """Runs what an oracle proposes.

    Args:
        oracle: one of `oracles`; where the environment names a chief, keras-tuner asks that one's instead.
        recipe: the name of the recipe's module.
        base: the `Config` of what is not varied.
        folder: for the search's state, trials and prepared data.
        role: "alone", "chief" (hands trials out to workers) or "worker".
        lost_after: seconds after which a chief gives up a worker without a sign of life.
        tell: called with each trial that this process has run and what it recorded.
        processes: in which trials run.
    """

    def __init__(
        self,
        oracle: Any,
        recipe: str,
        base: Any,
        folder: Path,
        *,
        role: str,
        lost_after: float,
        tell: Callable[[Trial, dict], None],
        processes: Processes,
    ):
        self.recipe, self.base, self.folder, self.role = recipe, base, folder, role
        self.lost_after, self.tell = lost_after, tell
        self.recorded: dict = {}
        self.failed = 0  # trials, one after another
        self.processes = processes
        super().__init__(oracle, directory=str(folder), project_name="search")

    def _get_tuner_fname(self):
        # The search's one file: keras-tuner reloads where it finds one.
        return str(self.folder / "search" / "oracle.json")

    def save(self) -> None:
        """Save the search; only the chief or a single process does."""
        if self.role != "worker":
            self.oracle.save()

    def reload(self) -> None:
        """Read the search from its folder; a worker has none."""
        if self.role != "worker":
            self.oracle.reload()

    def search(self) -> None:
        """Run trials until there are none left.

        Raises:
            InputError: if one trial after another fails, or a chief cannot listen.
        """
        if self.role == "chief":
            threading.Thread(target=self._tend, daemon=True).start()
        try:
            super().search()
        except RuntimeError as error:
            if "bind" in str(error):
                raise InputError(f"--chief: {error}") from error
            raise

    def _tend(self):
        while True:
            time.sleep(min(self.lost_after / 4, 1.0))
            self.oracle.give_up_on_the_lost(self.lost_after)

    def pre_create_trial(self) -> None:
        """Wait a moment, as a worker, before asking for a trial."""
        if self.role == "worker":
            time.sleep(0.5)  # told to wait, keras-tuner would ask again at once

    def run_trial(self, trial: Trial) -> dict[str, float]:
        """Train; returns scores and costs.

        Raises:
            FailedTrialError: with the reason.
        """
        try:
            self.recorded = self.processes.run(
                self.folder / "trials" / trial.trial_id,
                trials.train,
                *self._task(trial.hyperparameters.values),
                meanwhile=lambda: self._sign(trial),
            )
        except InputError as error:
            self.recorded = {"error": str(error), "wall_seconds": 0.0}
        if "error" in self.recorded:
            raise FailedTrialError(self.recorded["error"])
        return {name: float(self.recorded[name]) for name in trials.MEASURED}

    def on_trial_end(self, trial: Trial) -> None:
        """Hand the outcome to the oracle; a failure is recorded, and the search goes on."""
        trial.message = self.recorded.get("error")
        super().on_trial_end(trial)
        if (
            "tuner/epochs" not in trial.hyperparameters.values
        ):  # Hyperband may go on from it
            (self.folder / "trials" / trial.trial_id / trials.STATE).unlink(missing_ok=True)
        self.tell(trial, self.recorded)
        self.failed = self.failed + 1 if trial.message else 0
        if self.failed == FAILURES:
            raise InputError(
                f"{FAILURES} trials failed one after another, the last: {trial.message}; "
                f"{self.folder / 'trials' / trial.trial_id / 'log.txt'} has more; "
                "the same command goes on with the next"
            )

    def _sign(self, trial):
        if self.role == "worker":
            self.oracle.get_trial(trial.trial_id)

    def _task(self, values):
        config, previous = configured(self.base, values), None
        if "tuner/epochs" in values:  # Hyperband's
            config = dataclasses.replace(config, epochs=values["tuner/epochs"])
            if values.get("tuner/trial_id"):
                previous = self.folder / "trials" / values["tuner/trial_id"]
        return self.recipe, config, self.folder, previous
