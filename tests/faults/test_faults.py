"""Trainings, sweeps, saves and files under faults, shortened.

docs/design/reliability.md has the full runs.
"""

import shutil
import subprocess
from collections import Counter

import pytest

from tests.faults import (
    damage,
    disk,
    file_operations,
    graph_damage,
    kill_sweep,
    kill_sweep_worker,
    kill_training,
    memory,
    numerics,
    surroundings,
)

pytestmark = pytest.mark.slow


def kill(recipe, examples, words):
    result = kill_training.run(
        recipe,
        kills=2,
        inside_saves=1,
        epochs=4,
        examples=examples,
        words=words,
        window=0.5,
    )
    assert result["kills"] >= 1
    assert result["equal"]
    return result


def test_a_killed_training_ends_like_one_never_killed():
    assert sum(kill("sentiment", 1200, 20_000)["inside"].values()) >= 1


@pytest.mark.parametrize("recipe", ["segmentation", "translation", "language_model"])
def test_so_do_the_other_recipes(recipe):
    kill(recipe, 600, 2000)


def test_a_killed_sweep_ends_like_one_never_killed():
    result = kill_sweep.run(
        "bayesian", kills=1, trials=2, epochs=3, examples=600, window=1.0
    )
    assert result == {"kills": 1, "trials": 2, "again": 0, "equal": True}


def test_a_killed_worker_s_trial_is_run_by_another():
    result = kill_sweep_worker.run(trials=2, epochs=2, examples=600)
    assert result["codes"] == [0, 0]
    assert result["statuses"] == ["completed", "completed"]
    assert result["retried"]
    assert "is lost; trial" in result["chief"]


@pytest.mark.skipif(
    shutil.which("cc") is None,
    reason="no C compiler, which builds what makes operations fail",
)
@pytest.mark.parametrize("kind", [kind.__name__ for kind in file_operations.OURS])
def test_a_save_survives_the_failure_of_its_operations(kind):
    records = file_operations.run(kind, every=9)
    assert len(records) >= 20
    assert Counter(record["outcome"] for record in records) == {"sound": len(records)}


@pytest.mark.parametrize("recipe", ["sentiment", "translation"])
def test_no_damaged_file_is_taken_for_sound(recipe):
    results = damage.run(recipe, 8, 30, set())
    assert len(results) > 20
    for kind, counts in results.items():
        assert set(counts) <= {"refused", "harmless"}, kind


def test_no_damaged_graph_crashes_hangs_or_fills_the_memory():
    records = graph_damage.run("sentiment", 40, 10)
    assert len(records) == 100
    assert [record for record in records if graph_damage.faults(record)] == []


def test_a_full_disk_and_a_read_only_folder():
    try:
        results = disk.run(epochs=6, examples=1500)
    except PermissionError as error:
        pytest.skip(str(error))
    for cause, result in results.items():
        assert disk.sound(result), cause


@pytest.mark.parametrize("name", surroundings.ODD)
def test_odd_surroundings(name):
    if name == "clock_set_back" and shutil.which("cc") is None:
        pytest.skip("no C compiler, which builds what sets the clock back")
    assert set(surroundings.run(name)) <= {"works", "refuses"}


@pytest.mark.parametrize(
    "builder", ["classifier", "tagger", "language_model", "translator"]
)
@pytest.mark.parametrize("cell", ["lstm", "layer_norm_gru", "mogrifier_lstm"])
def test_padding_batches_and_order_change_no_answer(builder, cell):
    largest, labels = numerics.apart(builder, cell, 4)
    assert largest < numerics.TOLERANCE
    assert not labels


@pytest.mark.parametrize("recipe", ["segmentation", "language_model"])
def test_a_nan_is_noticed_in_its_step(recipe, tmp_path):
    said = numerics.poisoned(recipe, tmp_path)
    assert said.startswith("TrainingError after step 3: step 3 (epoch 1, batch 3)")


def test_a_stream_without_end_leaves_memory_alone():
    found = memory.train(0.6)
    assert found["steps"] > 500
    assert found["mib"][3] < 1.1 * found["mib"][1]  # so short a run still fills its caches


def test_full_is_full(tmp_path):
    """The fault itself: that nothing can be written any more, and then again."""
    try:
        with disk.disk(tmp_path / "disk") as place:
            (place / "model").mkdir()
            with disk.full(place / "model"), pytest.raises(OSError, match="No space"):
                (place / "model" / "file").write_bytes(bytes(10_000))
            (place / "model" / "file").write_bytes(bytes(10_000))
            with disk.read_only(place / "model"), pytest.raises(OSError, match="Read-only"):
                (place / "model" / "file").write_bytes(b"")
            (place / "model" / "file").write_bytes(b"")
    except PermissionError as error:
        pytest.skip(str(error))
    assert subprocess.run(
        ["mountpoint", "-q", str(tmp_path / "disk")], check=False
    ).returncode
