"""Made series: damped pendulums with noise, from a seed. Nothing in them was measured."""

from typing import Any

import numpy as np

from seqzoo.datasets.series.series import Series
from seqzoo.errors import InputError

GRAVITY = 9.81
STEP = 0.1  # seconds between the steps of a series
FINE = 2  # steps of the solver in one of these
DAMPING = {"light": (0.02, 0.10), "medium": (0.25, 0.50), "strong": (0.90, 1.60)}  # 1/s

State = tuple[Any, Any]  # angle and velocity: numbers, or float64 (pendulums,)


def _slope(state: State, length: Any, damping: Any) -> State:
    """Of angle and velocity: theta'' = -g/l sin(theta) - c theta'."""
    angle, velocity = state
    return velocity, -GRAVITY / length * np.sin(angle) - damping * velocity


def _moved(state: State, by: State, width: float) -> State:
    return state[0] + width * by[0], state[1] + width * by[1]


def ahead(state: State, length: Any, damping: Any) -> State:
    """The state a step later, by the classical method of Runge and Kutta."""
    width = STEP / FINE
    for _ in range(FINE):
        first = _slope(state, length, damping)
        second = _slope(_moved(state, first, width / 2), length, damping)
        third = _slope(_moved(state, second, width / 2), length, damping)
        fourth = _slope(_moved(state, third, width), length, damping)
        inner = second[0] + third[0], second[1] + third[1]
        state = _moved(state, _moved(_moved(first, inner, 2), fourth, 1), width / 6)
    return state


def pendulum(steps: int = 4000, seed: int = 0, noise: float = 0.02) -> Series:
    """One damped pendulum that is pushed now and then, for forecasting.

    Args:
        steps: of 0.1 seconds.
        seed: of pushes and noise.
        noise: standard deviation of the measured angle, in radians.

    Returns:
        Channels `angle`, the target, and `push`, the change of velocity in each step, known in the future;
        times from 2020 on.

    Raises:
        InputError: if there are no steps.
    """
    _check_count("steps", steps)
    generator = np.random.default_rng(seed)
    pushed = generator.random(steps) < 1 / 150
    push = np.where(pushed, generator.choice([-2.0, 2.0], steps), 0.0)
    state: State = (1.0, 0.0)
    angles = np.empty(steps)
    for step in range(steps):
        state = ahead((state[0], state[1] + push[step]), 1.0, 0.12)
        angles[step] = state[0]
    angles += noise * generator.standard_normal(steps)
    values = np.stack([angles, push], axis=1).astype(np.float32)  # (steps, 2)
    begin = np.datetime64("2020-01-01", "us")
    times = begin + np.arange(steps) * np.timedelta64(round(STEP * 1e6), "us")
    return Series(
        values,
        ("angle", "push"),
        times,
        "pendulum",
        targets=("angle",),
        known=("push",),
        where="made pendulum",
    )


def pendulums(
    count: int = 300, steps: int = 100, seed: int = 0, noise: float = 0.05
) -> list[Series]:
    """Damped pendulums let go at some angle, for classification; as long as `steps`, or up to 40 % shorter.

    Args:
        count: of the series; the classes take turns.
        steps: of 0.1 seconds, at most.
        seed: of lengths, angles and noise.
        noise: standard deviation of the measured angle, in radians.

    Returns:
        One channel `angle`, and the label: `light`, `medium` or `strong` damping.

    Raises:
        InputError: if there are no series or no steps.
    """
    _check_count("count", count)
    _check_count("steps", steps)
    generator = np.random.default_rng(seed)
    names = list(DAMPING)
    labels = [names[place % len(names)] for place in range(count)]
    low, high = np.array([DAMPING[label] for label in labels]).T  # (count,) each
    damping = generator.uniform(low, high)
    length = generator.uniform(0.5, 2.0, count)
    angle = generator.uniform(0.4, 1.4, count) * generator.choice([-1, 1], count)
    state: State = (angle, np.zeros(count))
    angles = np.empty((count, steps))
    for step in range(steps):
        angles[:, step] = state[0]
        state = ahead(state, length, damping)
    angles += noise * generator.standard_normal((count, steps))
    lengths = generator.integers(max(steps * 3 // 5, 1), steps + 1, count)
    return [
        Series(
            angles[place, :size, np.newaxis].astype(np.float32),  # (time, 1)
            ("angle",),
            id=str(place + 1),
            label=labels[place],
            where=f"made pendulum {place + 1}",
        )
        for place, size in enumerate(lengths.tolist())
    ]


def _check_count(name: str, count: int) -> None:
    if count < 1:
        raise InputError(f"{name}: expected at least 1; got {count}")
