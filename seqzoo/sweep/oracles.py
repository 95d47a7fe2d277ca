"""keras-tuner's four ways of searching, with a state that survives kill -9 and workers that may be lost.

keras-tuner 1.4.8 keeps a file for the search and one for each trial, which disagree after a kill between the
two writes, leaves out of them what grid and Bayesian search need to go on as they would have, and never
looks for another worker where one has gone. Here all is in one file that is replaced at once, and a trial
whose worker has not been heard of for a while goes to the next one that asks.
"""

import functools
import time
from pathlib import Path
from typing import Any

import keras_tuner
import numpy as np
from keras_tuner.engine.trial import Trial, TrialStatus

from seqzoo.system.files import read_json, write_json

OBJECTIVE = keras_tuner.Objective("score", "max")


class _Lasting:
    """An oracle whose state is one file, and which gives up on workers that are silent.

    Attributes:
        first: values of the first trial, or None for those of the search.
        ended: called with each trial that has ended.
    """

    # keras-tuner's own.
    trials: dict[str, Trial]
    ongoing_trials: dict[str, Trial]
    tuner_ids: set[str]
    _retry_queue: list[str]

    first: dict | None = None
    ended = staticmethod(lambda trial: None)

    def __init__(self, **keywords):
        super().__init__(
            objective=OBJECTIVE, max_consecutive_failed_trials=None, **keywords
        )
        self.verbose = 0
        self._heard: dict[str, float] = {}

    def save(self):
        trials = {name: trial.get_state() for name, trial in self.trials.items()}
        write_json(
            Path(self._get_oracle_fname()), {"oracle": self.get_state(), "trials": trials}
        )

    def _save_trial(self, trial):
        """`save` writes them all."""

    def reload(self):
        """Take up what was saved; trials under way stay with the workers that had them."""
        saved = read_json(Path(self._get_oracle_fname()))
        self.trials = {
            name: Trial.from_state(state) for name, state in saved["trials"].items()
        }
        self.set_state(saved["oracle"])
        for worker in self.ongoing_trials:
            self._hear(worker)
            self.tuner_ids.add(worker)

    def _random_values(self):
        # The recipe's own settings come first: no sweep then ends below them.
        if self.first is not None and not self.start_order:
            return dict(self.first)
        return super()._random_values()

    @keras_tuner.synchronized
    def create_trial(self, tuner_id):
        self._hear(tuner_id)
        trial = super().create_trial(tuner_id)
        if trial.status == TrialStatus.STOPPED and self.ongoing_trials:
            # Another worker may be lost yet, and its trial wanted.
            self.tuner_ids.add(tuner_id)
            trial.status = TrialStatus.IDLE
        return trial

    @keras_tuner.synchronized
    def end_trial(self, trial):
        if (
            trial.trial_id in self.end_order
        ):  # by another worker, while this one was taken for lost
            return
        if trial.trial_id in self._retry_queue:
            self._retry_queue.remove(trial.trial_id)
        super().end_trial(trial)
        self.save()  # without the trial among those under way
        self.ended(self.trials[trial.trial_id])

    def get_trial(self, trial_id):
        """A trial; asked for while it is under way, a sign of its worker's life."""
        for worker, trial in self.ongoing_trials.items():
            if trial.trial_id == trial_id:
                self._hear(worker)
        return super().get_trial(trial_id)

    def _hear(self, worker):
        self._heard[worker] = time.monotonic()

    @keras_tuner.synchronized
    def give_up_on_the_lost(self, seconds: float):
        """Free the trials of workers that have not been heard of for so long."""
        now = time.monotonic()
        for worker in [w for w in self.tuner_ids if now - self._heard[w] > seconds]:
            self.tuner_ids.discard(worker)
            trial = self.ongoing_trials.pop(worker, None)
            if trial is not None:
                print(
                    f"worker {worker} is lost; trial {trial.trial_id} goes to another",
                    flush=True,
                )
                self._retry_queue.append(trial.trial_id)
                self.save()


class Random(_Lasting, keras_tuner.oracles.RandomSearchOracle):
    """Values drawn at random."""


class Bayesian(_Lasting, keras_tuner.oracles.BayesianOptimizationOracle):
    """Values where a Gaussian process fitted to the scores so far expects most."""

    def populate_space(self, trial_id: str) -> dict[str, Any]:
        """The next trial's values, and its status; see keras-tuner's `Oracle`."""
        # A search gone on with must draw what the one never stopped would.
        self._random_state = np.random.RandomState([self.seed, len(self.start_order)])
        return super().populate_space(trial_id)


class Hyperband(_Lasting, keras_tuner.oracles.HyperbandOracle):
    """Many trials of few epochs, of which the best go on."""


class Grid(_Lasting, keras_tuner.oracles.GridSearchOracle):
    """Every combination."""

    def reload(self) -> None:
        """Read the state of a search, and the order of its trials, from its folder."""
        super().reload()

        def compare(a, b):
            return self._compare(
                *(self.trials[name].hyperparameters.values for name in (a, b))
            )

        before = None
        for name in sorted(self.start_order, key=functools.cmp_to_key(compare)):
            self._ordered_ids.insert(name, before)
            before = name
        # Those whose successor has been tried are passed over.
        self._populate_next = list(self.start_order)
