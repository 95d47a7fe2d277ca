"""Trainings and sweeps killed with SIGKILL, shortened; the full runs are in docs/results.md."""

import pytest

from tests.faults import kill_sweep, kill_sweep_worker, kill_training

pytestmark = pytest.mark.slow


def test_a_killed_training_ends_like_one_never_killed():
    result = kill_training.run(
        "sentiment", kills=2, inside_saves=1, epochs=4, examples=1200, words=20_000, window=0.5
    )
    assert result["kills"] >= 2
    assert sum(result["inside"].values()) >= 1
    assert result["equal"]


def test_a_killed_sweep_ends_like_one_never_killed():
    result = kill_sweep.run("bayesian", kills=1, trials=2, epochs=3, examples=600, window=1.0)
    assert result == {"kills": 1, "trials": 2, "again": 0, "equal": True}


def test_a_killed_worker_s_trial_is_run_by_another():
    result = kill_sweep_worker.run(trials=2, epochs=2, examples=600)
    assert result["codes"] == [0, 0]
    assert result["statuses"] == ["completed", "completed"]
    assert result["retried"]
    assert "is lost; trial" in result["chief"]
