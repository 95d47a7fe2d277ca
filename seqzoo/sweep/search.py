"""A whole sweep: begun, gone on with, or finished."""

import contextlib
import os
import shutil
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from seqzoo import config as configs
from seqzoo.errors import InputError, unknown_name
from seqzoo.sweep import report, spaces
from seqzoo.sweep import trials as running
from seqzoo.sweep.choices import LOST_AFTER, ORACLES, TRIALS
from seqzoo.sweep.tuner import Processes, Tuner
from seqzoo.system.files import locked, read_json, write_json
from seqzoo.system.interrupts import Interrupts
from seqzoo.training.by_size import filled, open_fields

TUNERS = tuple(ORACLES)


@dataclass(frozen=True)
class Outcome:
    """What a sweep found.

    Attributes:
        config: the best trial's `Config`; None if no trial has a score.
        score: its score on validation.
        trials: one record a trial, in the order they began, as in `trials.csv`.
        folder: where all of it is.
    """

    config: object
    score: float | None
    trials: list[dict]
    folder: Path


def tune(
    recipe: ModuleType | str,
    base: Any = None,
    *,
    output: Path | str,
    tuner: str = "random",
    trials: int | None = None,
    space: Path | None = None,
    fixed: Collection[str] | None = None,
    chief: str | None = None,
    worker: str | None = None,
    lost_after: float = LOST_AFTER,
) -> Outcome | None:
    """Look for the settings of a recipe that score best on validation; the test split is never read.

    Every trial is trained by the recipe's own loop in a process of its own; a sweep that was killed goes on
    where it was. In a script, call it below `if __name__ == "__main__":`, as processes are started.

    Args:
        recipe: a module, or the name of one in `seqzoo.recipes`.
        base: the `Config` of what is not varied, and of the first trial; default: the recipe's own.
        output: folder of the sweep, or of a worker.
        tuner: one of `TUNERS`: random, grid, bayesian (Gaussian process) or hyperband (Li et al. 2018).
        trials: how many; default 20, of a grid all; of hyperband it is for `base.epochs` to say.
        space: a TOML file that narrows or widens what is varied (see `seqzoo.sweep.spaces`).
        fixed: names of settings that are not varied; None: those of `base` that are not the recipe's own.
        chief: "HOST:PORT": hand trials out to workers there, as keras-tuner's chief.
        worker: with `chief`, be a worker of this name instead, with one of its own each.
        lost_after: seconds without a sign of life after which the chief gives a worker's trial to another.

    Returns:
        What was found; None from a worker.

    Raises:
        InputError: on a space, folder or address that cannot be used, data that cannot be read, a sweep begun
            with other settings, or five trials that fail one after another.
    """
    name = recipe if isinstance(recipe, str) else recipe.__name__
    sweep = _Sweep(name, base, Path(output), tuner, trials, space, fixed)
    role = _role(chief, worker)
    with Interrupts(), locked(sweep.folder), _told(chief, worker):
        sweep.begin()
        return sweep.run(role, lost_after)


def _role(chief: str | None, worker: str | None) -> str:
    if chief is None:
        if worker is not None:
            raise InputError(f"--worker {worker}: expected --chief HOST:PORT, too")
        return "alone"
    host, _, port = chief.rpartition(":")
    if not (host and port.isdigit() and 0 < int(port) < 65536):
        raise InputError(f"--chief: expected HOST:PORT; got {chief!r}")
    if worker is not None and "chief" in worker:
        raise InputError(
            f"--worker {worker}: keras-tuner takes a name with 'chief' in it for the chief"
        )
    return "worker" if worker else "chief"


@contextlib.contextmanager
def _told(chief: str | None, worker: str | None):
    """Within it keras-tuner, which reads the environment, knows who this is."""
    names = ("KERASTUNER_ORACLE_IP", "KERASTUNER_ORACLE_PORT", "KERASTUNER_TUNER_ID")
    before = {name: os.environ.pop(name) for name in names if name in os.environ}
    if chief is not None:
        host, _, port = chief.rpartition(":")
        os.environ.update(zip(names, (host, port, worker or "chief"), strict=True))
    try:
        yield
    finally:
        for name in names:
            os.environ.pop(name, None)
        os.environ.update(before)


class _Sweep:
    """The parts of a sweep; see `tune`."""

    def __init__(self, recipe, base, folder, tuner, count, path, fixed):
        if tuner not in ORACLES:
            raise unknown_name("--tuner", tuner, ORACLES)
        if tuner == "hyperband" and count is not None:
            raise InputError("--trials: hyperband's number of trials follows from --epochs")
        if count is not None and count < 1:
            raise InputError(f"--trials: expected at least 1; got {count}")
        self.recipe, self.folder, self.tuner = recipe, folder, tuner
        self.count = count or (TRIALS if tuner in ("random", "bayesian") else None)
        self.module = running.module_of(recipe)
        self.base = base if base is not None else self.module.Config()
        configs.check(self.base)
        self.path = path
        self.fixed = spaces.changed(self.module, self.base) if fixed is None else fixed
        self.space = spaces.space(self.module, self.base, path, fixed)
        self.began, self.spent = time.monotonic(), 0.0

    def begin(self) -> None:
        """Compare with what the folder was begun with, or write it down."""
        path = self.folder / "sweep.json"
        asked = {
            "recipe": self.recipe,
            "tuner": self.tuner,
            "config": configs.to_json(self.base),
            "space": {each.name: _in_words(each) for each in self.space.space},
        }
        if path.exists():
            if changes := _differences(read_json(path), asked):
                raise InputError(
                    f"{self.folder}: begun with other settings: {'; '.join(changes)}"
                )
        elif (self.folder / "search").exists() or (self.folder / "manifest.json").exists():
            raise InputError(
                f"{self.folder}: expected a new folder, or one of an earlier sweep"
            )
        write_json(path, asked)

    def run(self, role: str, lost_after: float) -> Outcome | None:
        """Search, and tell what was found."""
        processes = Processes(self.recipe)
        # A chief trains nothing; but settings may be left to the size of the corpus.
        if role != "chief" or open_fields(self.base):
            self._prepare(processes)
        tuner = Tuner(
            self._oracle(),
            self.recipe,
            self.base,
            self.folder,
            role=role,
            lost_after=lost_after,
            tell=self._tell if role == "worker" else self._count,
            processes=processes,
        )
        tuner.search()
        if role == "worker":
            return None
        return self._found(tuner.oracle)

    def _oracle(self):
        keywords = {
            "hyperparameters": self.space,
            "seed": self.base.seed + 1,
        }  # 0 is chance to keras-tuner
        keywords |= {"allow_new_entries": False, "tune_new_entries": False}
        if self.tuner == "hyperband":
            keywords["max_epochs"] = self.base.epochs
        else:
            keywords["max_trials"] = self.count
        oracle = ORACLES[self.tuner](**keywords)
        oracle.first = spaces.defaults(self.space)
        oracle.ended = lambda trial: self._ended(oracle, trial)
        return oracle

    def _prepare(self, processes) -> None:
        """Read the corpus once, before any trial: what is wrong with it is no trial's fault."""
        folder = self.folder / "prepare"
        shutil.rmtree(folder, ignore_errors=True)
        result = processes.run(folder, running.prepare, self.recipe, self.base, self.folder)
        if "error" in result:
            raise InputError(result["error"])
        print(
            ", ".join(f"{name}: {n:,}" for name, n in result["sizes"].items()), flush=True
        )
        self._settle(result["by_size"])

    def _settle(self, by_size: dict) -> None:
        """Begin with what suits the size of the corpus, where nobody has set it.

        What the prepared data depend on stays open unless it is varied: all trials then share them.
        """
        varied = {each.name for each in self.space.space}
        shared = set(configs.preparing(self.base)) - varied
        values = {name: v for name, v in by_size.items() if name not in shared}
        self.base = filled(self.base, values)
        fixed = [name for name in self.fixed if name not in varied]
        self.space = spaces.space(self.module, self.base, self.path, fixed)

    def _count(self, _trial, recorded) -> None:
        self.spent += recorded["wall_seconds"]

    def _tell(self, trial, recorded) -> None:
        # The chief has the trial's scores; this copy of it has not.
        found = report.record(trial) | {n: recorded.get(n) for n in running.MEASURED}
        print(report.line(found), flush=True)

    def _ended(self, oracle, trial) -> None:
        report.write_csv(self.folder / "trials.csv", report.records(oracle))
        best = max(
            (t.score for t in oracle.trials.values() if t.score is not None), default=None
        )
        line = report.line(report.record(trial))
        print(f"{line}; best {best:.4f}" if best is not None else line, flush=True)

    def _found(self, oracle) -> Outcome:
        records = report.records(oracle)
        scored = [record for record in records if record["score"] is not None]
        best = max(scored, key=lambda record: record["score"], default=None)
        if len(scored) > 1 and len({record["score"] for record in scored}) == 1:
            print(
                f"all {len(scored)} trials scored {scored[0]['score']:.4f}: none has told more than another",
                flush=True,
            )
        config = None
        if best is not None:
            config = spaces.configured(
                self.base, oracle.trials[best["trial"]].hyperparameters.values
            )
        page = report.write(
            self.folder, self.recipe, self.module.Config(), config, records, self.space
        )
        if self.spent:
            total = time.monotonic() - self.began
            print(f"{total:.0f} s, {self.spent:.0f} s of them in trials: "
                  f"the sweep itself adds {100 * (total / self.spent - 1):.1f} %")  # fmt: skip
        print(f"report: {page}", flush=True)
        score = None if best is None else best["score"]
        return Outcome(config, score, records, self.folder)


def _in_words(each) -> str:
    settings = each.get_config()
    if "values" in settings:
        return f"one of {', '.join(map(str, settings['values']))}"
    if "min_value" in settings:
        step = f", step {settings['step']}" if settings["step"] else ""
        return f"{settings['min_value']} to {settings['max_value']}{step}, {settings['sampling']}"
    return "true or false" if "value" not in settings else str(settings["value"])


def _differences(old: dict, new: dict) -> list[str]:
    changes = [
        f"{n} was {old[n]}, now {new[n]}" for n in ("recipe", "tuner") if old[n] != new[n]
    ]
    for part in ("config", "space"):
        names = dict.fromkeys([*old[part], *new[part]])
        changes += [
            f"{name} was {old[part].get(name, 'not varied')}, now {new[part].get(name, 'not varied')}"
            for name in names
            if old[part].get(name) != new[part].get(name)
        ]
    return changes


def retrain(outcome: Outcome, recipe: ModuleType | str, **keywords: Any) -> dict:
    """Train the best settings into `best/` of the sweep's folder; returns its metrics, the test's among them.

    Args:
        outcome: of `tune`.
        recipe: as given there.
        keywords: of `seqzoo.training.run.train`.

    Raises:
        InputError: if no trial has a score.
    """
    from seqzoo.training.run import train

    if outcome.config is None:
        raise InputError(f"{outcome.folder}: no trial has a score")
    module = running.module_of(recipe) if isinstance(recipe, str) else recipe
    return train(module, outcome.config, outcome.folder / "best", **keywords)
