"""How long a training will take, said once."""

import pytest

from seqzoo.system import progress


@pytest.fixture
def clock(monkeypatch):
    """A clock that the test moves."""
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def told(pace, clock, steps, seconds):
    """What is said at each step, by its number."""
    found = {}
    for number in range(1, steps + 1):
        # The first steps compile: they take long and do not count.
        clock[0] += 10.0 if number <= progress.FIRST else seconds
        if line := pace.advance():
            found[number] = line
    return found


def test_the_time_is_said_once_without_the_first_steps(clock):
    found = told(progress.Pace(1_060, 2), clock, 200, 0.5)
    assert found == {
        progress.FIRST
        + progress.MEASURED: "a step takes 500 ms: about 8 minutes left for 2 epochs, "
        "validation apart"
    }


@pytest.mark.parametrize(
    ("steps", "expected"),
    [(160, "50 seconds left for 1 epoch,"), (20_060, "2.8 hours left for 1 epoch,")],
)
def test_times_have_units_that_suit(clock, steps, expected):
    (line,) = told(progress.Pace(steps, 1), clock, 60, 0.5).values()
    assert expected in line


def test_a_short_training_says_nothing(clock):
    assert not told(progress.Pace(30, 1), clock, 30, 0.5)
    assert not told(progress.Pace(64, 1), clock, 64, 0.5)  # two seconds are left then
