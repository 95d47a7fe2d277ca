"""Ways of searching: stopped and gone on with, and with workers that are lost."""

import os
from pathlib import Path

import keras_tuner
import pytest

from seqzoo.sweep.choices import ORACLES

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*deprecated:DeprecationWarning:keras_tuner"
)


def searched(name: str, folder: Path, rounds: int, stop_after: int | None = None):
    """Drive an oracle with made-up scores; from what it saved, where `stop_after` is reached."""
    hp = keras_tuner.HyperParameters()
    hp.Choice("a", [1, 2, 3])
    hp.Float("b", 0.0, 1.0, step=0.25)

    def oracle():
        limit = {"max_epochs": 9} if name == "hyperband" else {"max_trials": rounds}
        made = ORACLES[name](hyperparameters=hp, seed=3, allow_new_entries=False, **limit)
        made.first = {"a": 2, "b": 0.5} if name != "grid" else None
        made._set_project_dir(str(folder), "search")
        return made

    one, tried = oracle(), []
    while True:
        trial = one.create_trial("tuner0")
        if trial.status == "STOPPED":
            return one, tried
        if stop_after == len(tried):  # killed in mid-trial: another takes over
            one, stop_after = oracle(), None
            one.reload()
            again = one.create_trial("tuner0")
            assert again.trial_id == trial.trial_id
            trial = again
        values = trial.hyperparameters.values
        tried.append(dict(values))
        trial.status = "COMPLETED"
        one.update_trial(trial.trial_id, {"score": values["a"] - (values["b"] - 0.3) ** 2})
        one.end_trial(trial)


@pytest.mark.parametrize("stop_after", [0, 1, 7, 11])
@pytest.mark.parametrize("name", ORACLES)
def test_a_search_gone_on_with_is_the_one_never_stopped(tmp_path, name, stop_after):
    whole, expected = searched(name, tmp_path / "whole", 12)
    one, tried = searched(name, tmp_path / "stopped", 12, stop_after)
    assert tried == expected
    assert len(tried) >= 12
    assert one.start_order == whole.start_order == one.end_order
    if name != "grid":
        assert (tried[0]["a"], tried[0]["b"]) == (2, 0.5)


def test_a_lost_worker_s_trial_goes_to_another(tmp_path):
    hp = keras_tuner.HyperParameters()
    hp.Choice("a", [1, 2, 3])
    oracle = ORACLES["random"](hyperparameters=hp, seed=1, max_trials=1)
    oracle._set_project_dir(str(tmp_path), "search")
    lost = oracle.create_trial("one")
    assert oracle.create_trial("two").status == "IDLE"  # one may be lost yet
    oracle.give_up_on_the_lost(60)
    assert oracle.create_trial("two").status == "IDLE"
    oracle._heard["one"] -= 100
    oracle.give_up_on_the_lost(60)
    taken = oracle.create_trial("two")
    assert taken.trial_id == lost.trial_id
    for worker in (
        taken,
        lost,
    ):  # the lost one was alive after all: its word comes too late
        worker.status = "COMPLETED"
        oracle.update_trial(worker.trial_id, {"score": 1.0})
        oracle.end_trial(worker)
    assert oracle.end_order == [lost.trial_id]
    assert oracle.create_trial("two").status == "STOPPED"
    assert not oracle.ongoing_trials


def test_keras_tuner_is_told_who_asks_and_nobody_after(monkeypatch):
    from seqzoo.sweep.search import _told

    monkeypatch.setenv("KERASTUNER_ORACLE_IP", "9.9.9.9")
    with _told("host:90", "one"):
        found = [
            os.environ[f"KERASTUNER_{n}"] for n in ("ORACLE_IP", "ORACLE_PORT", "TUNER_ID")
        ]
    assert found == ["host", "90", "one"]
    with _told(None, None):
        assert "KERASTUNER_ORACLE_IP" not in os.environ
    assert os.environ["KERASTUNER_ORACLE_IP"] == "9.9.9.9"
    assert "KERASTUNER_TUNER_ID" not in os.environ
