"""Training killed with SIGKILL, shortened; the full run is in docs/results.md."""

from tests.faults import kill_training


def test_a_killed_training_ends_like_one_never_killed():
    result = kill_training.run(kills=3, inside_saves=2, epochs=5, examples=1500, words=20_000, window=0.5)
    assert result["kills"] >= 2
    assert sum(result["inside"].values()) >= 1
    assert result["equal"]
