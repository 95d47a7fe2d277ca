"""Groups computed in several threads."""

import itertools
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from seqzoo import InputError
from seqzoo.engine import for_each, for_groups


@pytest.fixture(autouse=True)
def _threads(monkeypatch):
    monkeypatch.setenv("SEQZOO_THREADS", "3")


def test_results_stand_in_the_order_of_the_groups():
    assert for_each(lambda n: n * n, range(50)) == [n * n for n in range(50)]
    assert for_each(len, []) == []


def test_several_threads_work_at_once():
    together = threading.Barrier(3, timeout=60)
    for_each(lambda _: together.wait(), range(3))  # ends only if three wait at once


class OnEngine:
    inner = 1


class InKeras:
    inner = None


@pytest.mark.parametrize("count", [0, 1, 2, 7, 100])
@pytest.mark.parametrize("network", [OnEngine, InKeras])
def test_every_row_is_in_one_group_of_like_lengths(network, count):
    lengths = [(7 * row) % 31 + 1 for row in range(count)]
    made: list[list[int]] = []
    for_groups(network, made.append, lengths, 5, 20, tokens=90)
    assert sorted(row for rows in made for row in rows) == list(range(count))
    for rows in made:
        assert len(rows) <= (5 if network is OnEngine else 20)
        assert len(rows) * max(lengths[row] for row in rows) <= 90 or len(rows) == 1
    ordered = sorted(made, key=lambda rows: -lengths[rows[0]])
    for longer, shorter in itertools.pairwise(ordered):
        assert min(lengths[row] for row in longer) >= max(lengths[row] for row in shorter)


def test_few_rows_are_shared_by_all_threads():
    made: list[list[int]] = []
    for_groups(OnEngine, made.append, [4] * 6, 8)
    assert sorted(map(len, made)) == [2, 2, 2]


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
