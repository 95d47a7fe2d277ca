"""What a watched process did last is known, however it ends."""

import sys

import pytest

from tests.faults.children import watched

SETUP = "import json, os, sys, time\n"
TRY = "print(json.dumps({'case': %d}))\nprint(json.dumps({'case': %d, 'outcome': 'x'}))\n"


def run(code, patience=60.0):
    return watched([sys.executable, "-c", SETUP + code], "outcome", patience)


def test_all_lines_are_read_though_they_come_at_once():
    """The process stays: nothing but the lines themselves says that they are there."""
    code = "".join(TRY % (number, number) for number in range(9))
    found = run(code + "sys.stdout.flush()\ntime.sleep(60)", patience=3)
    assert [record["case"] for record in found.records] == [*range(9)]
    assert (found.begun, found.end) == (None, "hangs")


def test_a_process_that_finishes_has_begun_nothing_more():
    found = run(TRY % (1, 1) + TRY % (2, 2))
    assert [record["case"] for record in found.records] == [1, 2]
    assert (found.begun, found.code) == (None, 0)


@pytest.mark.parametrize(
    ("then", "end", "code"),
    [
        ("os.abort()", "process ended with -6", -6),
        ("os._exit(3)", "process ended with 3", 3),
        ("print('{\"case\"', end='', flush=True)\ntime.sleep(60)", "hangs", -9),
    ],
)
def test_what_a_process_dies_of_is_known(then, end, code):
    begin = TRY % (1, 1) + "print(json.dumps({'case': 2}), flush=True)\n"
    found = run(begin + then, patience=3)
    assert [record["case"] for record in found.records] == [1]
    assert found.begun == {"case": 2}
    assert (found.end, found.code) == (end, code)
