"""A decoder's step follows its rows, wherever a search moves them."""

import numpy as np
import pytest

from seqzoo.engine.search import StepNetworks
from seqzoo.errors import InputError

BATCH, SOURCE, SIZE, TOKENS = 3, 4, 2, 5


class Network:
    """A made-up network; `outputs` as the engine's tell them."""

    def __init__(self, inputs, outputs, run):
        self.where = "made"
        self.inputs, self.outputs = dict.fromkeys(inputs), outputs
        self.run = run


def encoder(more=()):
    random = np.random.default_rng(0)
    arrays = {
        "memory": random.normal(size=(BATCH, SOURCE, SIZE)),
        "state_1": random.normal(size=(BATCH, SIZE)),
    }
    sizes = {"memory": SIZE, "state_1": SIZE, **dict.fromkeys(more)}
    return Network(["source"], sizes, lambda given: arrays)


def step(inputs=("token", "memory", "state_1"), log_probs=TOKENS):
    """Its log-probabilities are sums of all it was given; its state counts up."""

    def run(given):
        sums = given["memory"].sum((1, 2)) + given["state_1"].sum(1) + given["token"][:, 0]
        return {
            "log_probs": np.tile(sums[:, None], (1, TOKENS)),
            "next_state_1": given["state_1"] + 1,
        }

    return Network(inputs, {"log_probs": log_probs, "next_state_1": SIZE}, run)


def test_rows_may_be_repeated_moved_and_dropped():
    networks = StepNetworks(encoder(), step())
    begun = networks.start({"source": np.ones((BATCH, SOURCE), np.int32)})
    memory = begun.encoded["memory"].sum((1, 2))
    state_1 = begun.encoded["state_1"]
    state, expected = begun.state, state_1
    examples = np.arange(BATCH)
    for rows in ([0, 0, 1, 1, 2, 2], [1, 0, 3, 3, 4, 5], [4, 5, 0, 0], [3, 0], [1, 1, 1]):
        state = [array[rows] for array in state]
        examples, expected = examples[rows], expected[rows]
        tokens = np.arange(len(rows), dtype=np.int32)
        log_probs, state, alignments = begun.step(tokens, state)
        np.testing.assert_allclose(
            log_probs[:, 0], memory[examples] + expected.sum(1) + tokens
        )
        expected = expected + 1
        assert alignments is None


def test_networks_that_do_not_fit_are_refused():
    for made, message in (
        (step(["token", "memory", "other"]), "expected inputs of"),
        (step(["memory", "state_1"]), "expected inputs of"),
        (step(log_probs=None), "expected an output log_probs"),
    ):
        with pytest.raises(InputError, match=message):
            StepNetworks(encoder(), made)


def test_numbers_that_overflow_are_an_error():
    made = step()
    run = made.run
    made.run = lambda given: {**run(given), "log_probs": np.full((BATCH, TOKENS), np.nan)}
    begun = StepNetworks(encoder(), made).start({})
    with pytest.raises(InputError, match="made: its numbers overflow"):
        begun.step(np.zeros(BATCH, np.int32), begun.state)
