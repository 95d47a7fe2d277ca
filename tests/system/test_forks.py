"""A process that has used TensorFlow and forks: the child says at once that it cannot compute."""

import os
import subprocess
import sys

import pytest

CODE = """
import os, signal, sys
signal.alarm(100)  # a child that waits for ever is ended by it
import numpy as np
from seqzoo import models
from seqzoo.errors import InputError
from seqzoo.training.running import KerasNetwork

model = models.classifier(10, 3, units=4, embedding_dim=5)
ids = {"tokens": np.array([[3, 5, 2, 0]], np.int32)}
network = KerasNetwork(model)
network.run(ids)

def refused(compute, kind):
    try:
        compute()
    except kind as error:
        assert "forked from one that had used TensorFlow" in str(error), error
        return
    raise SystemExit(3)

child = os.fork()
if not child:
    signal.alarm(60)
    refused(lambda: network.run(ids), InputError)
    refused(lambda: model.get_layer("bidirectional_lstm_1")(np.zeros((1, 3, 5), "float32")), RuntimeError)
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
network.run(ids)  # the parent goes on
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_child_of_tensorflow_says_so():
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]


def test_a_child_of_a_process_without_tensorflow_computes():
    from seqzoo.system import forks

    code = """
import os
from seqzoo.system import forks
if not os.fork():
    forks.check_not_forked()
    os._exit(0)
assert os.wait()[1] == 0
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
    forks.check_not_forked()
