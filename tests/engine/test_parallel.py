"""Groups computed in several threads."""

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from seqzoo import InputError
from seqzoo.engine import for_each


@pytest.fixture(autouse=True)
def _threads(monkeypatch):
    monkeypatch.setenv("SEQZOO_THREADS", "3")


def test_results_stand_in_the_order_of_the_groups():
    assert for_each(lambda n: n * n, range(50)) == [n * n for n in range(50)]
    assert for_each(len, []) == []


def test_several_threads_work_at_once():
    together = threading.Barrier(3, timeout=60)
    for_each(lambda _: together.wait(), range(3))  # ends only if three wait at once


def test_no_more_threads_work_than_may(monkeypatch):
    monkeypatch.setenv("SEQZOO_THREADS", "1")
    assert set(for_each(lambda _: threading.get_ident(), range(9))) == {
        threading.get_ident()
    }
    monkeypatch.setenv("SEQZOO_THREADS", "none")
    with pytest.raises(InputError, match="SEQZOO_THREADS"):
        for_each(len, ["a", "b"])


def test_an_error_comes_out_and_the_rest_is_left_out():
    done = []

    def work(n):
        if n == 5:
            raise ValueError("five")
        done.append(n)

    with pytest.raises(ValueError, match="five"):
        for_each(work, range(100_000))
    assert len(done) < 99_999


def test_calls_inside_calls_and_from_many_threads_end():
    def inner(n):
        return sum(for_each(lambda k: n * k, range(10)))

    expected = [45 * n for n in range(20)]
    assert for_each(inner, range(20)) == expected
    with ThreadPoolExecutor(8) as pool:
        assert (
            list(pool.map(lambda _: for_each(inner, range(20)), range(16)))
            == [expected] * 16
        )


def test_a_process_that_forks_goes_on():
    code = """
import os, seqzoo
model = seqzoo.load("segmentation-peoples-daily")
texts = ["他们在北京大学读书。" * 9] * 200
before = model.predict(texts)
child = os.fork()
if child == 0:
    os._exit(0 if model.predict(texts) == before else 1)
assert os.waitpid(child, 0)[1] == 0
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120, env=os.environ)
