"""The laboratory: its problems, the gradients it measures, trials that can be gone on with, the report."""

import dataclasses
import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqzoo.laboratory import PROBLEMS, Trial, experiment, longest_lag, run
from seqzoo.laboratory.__main__ import Config, main, trials
from seqzoo.laboratory.probe import Probe
from seqzoo.layers import CELLS, recurrent

FLAGS = "--problems order --cells gru,simple_rnn --lags 10,14 --units 12 --steps 150 --radii 0 --clip-norms 1"


@pytest.mark.parametrize("name", PROBLEMS)
def test_a_problem_can_be_solved_from_its_inputs(name):
    x, y = PROBLEMS[name].make(np.random.default_rng(0), 200, 40, True)
    assert x.dtype == np.float32
    symbols = x.argmax(-1)
    if name == "adding":
        np.testing.assert_allclose((x[:, :, 0] * x[:, :, 1]).sum(1), y, rtol=1e-6)
        assert (x[:, :20, 1].sum(1) == 1).all() and (x[:, 20:, 1].sum(1) == 1).all()
        assert np.var(y) == pytest.approx(PROBLEMS[name].guess, rel=0.2)
    elif name == "copying":
        np.testing.assert_array_equal(symbols[:, :5], y)
        assert (
            (symbols[:, 45] == 9).all()
            and not symbols[:, 5:45].any()
            and not symbols[:, 46:].any()
        )
        assert x.shape == (200, 50, 10)
    elif name == "order":
        kept = [row[row < 2] for row in symbols]
        np.testing.assert_array_equal([2 * a + b for a, b in kept], y)
        assert set(y) == {0, 1, 2, 3}
    else:
        assert x.shape == (200, 104, 1) and not x[:, 64:].any()
        train, _ = PROBLEMS[name].make(np.random.default_rng(0), 200, 40, False)
        assert not {row.tobytes() for row in train} & {row.tobytes() for row in x}


@pytest.mark.parametrize("cell", ["simple_rnn", "lstm", "peephole_lstm", "narx", "esn"])
def test_gradients_by_states_are_finite_differences(cell):
    """Of each state: the one that is put out, and the others."""
    generator = np.random.default_rng(0)
    layer = recurrent(cell, 3)
    layer.build((None, None, 2))
    assert cell in CELLS
    probe, x = Probe(layer.cell), generator.standard_normal((2, 4, 2)).astype("float32")
    zeros = [np.zeros((2, 4, size), "float32") for size in probe.sizes]
    np.testing.assert_allclose(
        probe(tf.constant(x), [tf.constant(z) for z in zeros]), layer(x), atol=1e-5
    )

    def loss(pushes):
        outputs = probe(tf.constant(x), pushes)
        return tf.reduce_sum(outputs[:, -1] ** 2) + tf.reduce_sum(outputs)

    pushes = [tf.Variable(z) for z in zeros]
    with tf.GradientTape() as tape:
        value = loss([tf.identity(p) for p in pushes])
    for push, gradient in zip(pushes, tape.gradient(value, pushes), strict=True):
        direction = generator.standard_normal(push.shape).astype("float32")
        found = []
        for sign in (1, -1):
            push.assign(sign * 1e-2 * direction)
            found.append(float(loss([tf.identity(p) for p in pushes])))
        push.assign(tf.zeros_like(push))
        expected = (found[0] - found[1]) / 2e-2
        assert float(tf.reduce_sum(gradient * direction)) == pytest.approx(
            expected, rel=2e-2, abs=2e-3
        )


@pytest.mark.slow
def test_a_trial_tells_what_happened(monkeypatch):
    trial = Trial("order", "gru", 10, units=12, steps=400, learning_rate=0.01)
    record = run(trial)
    assert record["success"] and record["steps_to_success"] == record["steps_taken"] <= 400
    assert record["score"] >= 0.99 and record["history"][-1] == (
        record["steps_taken"],
        record["score"],
    )
    assert (
        record["gradients"][0]["step"] == 0
        and record["gradients"][-1]["step"] == record["steps_taken"]
    )
    assert np.shape(record["gradients"][0]["norms"]) == (1, 10)
    assert record["parameters"] == 3 * 12 * (8 + 12 + 2)
    assert run(trial)["history"] == record["history"]  # a seed says it all
    assert run(trial, stop=lambda: True) is None
    hopeless = run(dataclasses.replace(trial, steps=50, learning_rate=1e-9))
    assert not hopeless["success"] and hopeless["steps_to_success"] is None
    monkeypatch.setattr(experiment.Network, "step", lambda self, x, y: float("nan"))
    assert run(trial)["score"] == 0.0


def test_a_radius_is_that_of_the_network():
    network = experiment.Network(Trial("adding", "simple_rnn", 10, radius=1.3, units=20))
    matrix = np.asarray(network.layer.cell.recurrent_kernel)
    assert np.abs(np.linalg.eigvals(matrix)).max() == pytest.approx(1.3, rel=1e-4)


def test_the_longest_lag_is_one_that_all_seeds_reach():
    records = [
        {"lag": lag, "success": ok}
        for lag, ok in ((10, 1), (10, 1), (20, 1), (20, 1), (40, 1), (40, 0))
    ]
    assert longest_lag(records) == 20
    assert longest_lag(records[4:]) == 0


@pytest.mark.slow
def test_an_experiment_goes_on_where_it_stopped(tmp_path, capfd):
    command = [*FLAGS.split(), "--output", str(tmp_path)]
    assert main(command) == 0
    lines = (tmp_path / "runs.jsonl").read_bytes().splitlines(keepends=True)
    first = [json.loads(line) for line in lines]
    (tmp_path / "runs.jsonl").write_bytes(
        lines[0] + lines[1][:50]
    )  # killed in the middle of a line
    (tmp_path / "report.html").unlink()
    capfd.readouterr()
    assert main(command) == 0
    assert capfd.readouterr().out.count(", lag ") == sum(
        record["steps"] > 0 for record in first
    )
    again = [
        json.loads(line) for line in (tmp_path / "runs.jsonl").read_bytes().splitlines()
    ]
    for one, other in zip(first, again, strict=True):
        assert {**one, "seconds": 0} == {**other, "seconds": 0}
    page = (tmp_path / "report.html").read_text()
    assert page.count("<img") == 3 and "simple_rnn" in page
    assert len(list(tmp_path.glob("order_*.png"))) == 3


def test_the_order_of_trials():
    config = Config(
        cells=("gru",), lags=(10, 20), radii=(0.5, 1.5), clip_norms=(1.0, 0.0), seeds=2
    )
    every = list(trials(config))
    assert len(every) == len(set(every)) == 3 * (2 + 2 * 2 * 2)
    assert [(t.lag, t.steps > 0) for t in every[:4]] == [
        (20, False),
        (20, False),
        (10, True),
        (20, True),
    ]
    assert [t.radius for t in every[::10]] == [0.0, 0.5, 1.5]


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--cells", "gru,lsmt"], "--cells: expected one of"),
        (
            ["--problems", "subtracting"],
            "--problems: expected one of adding, copying, digits, order",
        ),
        (["--lags", "20,10"], "--lags: expected rising numbers; got 20,10"),
        (["--lags", "5"], "--lags: expected at least 10; got 5"),
        (["--seeds", "x"], "--seeds: expected a whole number"),
    ],
)
def test_unusable_flags(flags, message, capfd, tmp_path):
    assert main([*flags, "--output", str(tmp_path / "new")]) == 2
    assert message in capfd.readouterr().err
    assert keras.backend.backend() and not (tmp_path / "new").exists()
