"""The beam of exported readers is that of `seqzoo.decoding`."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from seqzoo import decoding, export
from seqzoo.text.vocabulary import BOS, EOS

SIZE, LIMIT = 9, 6  # tokens there are; of a sequence at most


def table_of(seed):
    """Log-probabilities of a token behind another, the end the likeliest at the beginning."""
    logits = np.random.default_rng(seed).normal(size=(SIZE, SIZE)) * 2
    logits[BOS, EOS] = 9.0
    return (logits - np.log(np.exp(logits).sum(1, keepdims=True))).astype(np.float32)


@pytest.fixture
def beam(monkeypatch):
    """`Beam` of the exported file, whose networks read a table: `beam(table, *arguments)`."""
    tables = []

    class Network:
        def __init__(self, folder, name):
            self.name = name

        def run(self, given):
            if self.name == "encoder":
                return {"memory": np.zeros((1, 1), np.float32)}
            return {"log_probs": tables[-1][given["token"][:, 0]]}

    module = ModuleType("runtime")
    module.Network = Network
    monkeypatch.setitem(sys.modules, "runtime", module)
    path = Path(export.__file__).parent / "runtimes" / "beam.py"
    spec = importlib.util.spec_from_file_location("exported_beam", path)
    exported = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(exported)

    def made(table, *arguments):
        tables.append(table)
        return exported.Beam(Path(), *arguments)

    return made


@pytest.mark.parametrize("shortest", [0, 1, 3])
@pytest.mark.parametrize("penalty", [0.0, 0.6])
@pytest.mark.parametrize("size", [1, 4])
def test_it_finds_what_the_models_own_search_finds(size, penalty, shortest, beam):
    for seed in range(10):
        table = table_of(seed)
        found = decoding.beam_search(
            lambda tokens, state, table=table: (table[tokens], state, None),
            [np.zeros((1, 1))],
            decoding.Rules(LIMIT, shortest),
            beam_size=size,
            length_penalty=penalty,
        )
        expected = [int(id) for id in found.tokens[0, 0] if id][:-1]
        score, ids, _ = beam(table, size, penalty, shortest).best({}, LIMIT)
        assert ids == expected and shortest <= len(ids) <= LIMIT
        assert score == pytest.approx(float(found.scores[0, 0]), abs=1e-5)
