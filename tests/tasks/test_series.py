"""What the tasks on series of numbers share: tables as inputs, and flags on columns."""

import numpy as np
import pytest

from seqzoo.datasets.series import Columns, read_table
from seqzoo.errors import InputError
from seqzoo.tasks.series_input import checked, from_json

ROWS = [["2024-01-01", 1.5], ["2024-01-02", 2.5], ["2024-01-03", None]]
COLUMNS = {"day": [row[0] for row in ROWS], "load": [row[1] for row in ROWS]}


@pytest.mark.parametrize(
    "value",
    [
        COLUMNS,
        [{"day": day, "load": load} for day, load in ROWS],
        "day,load\n2024-01-01,1.5\n2024-01-02,2.5\n2024-01-03,\n",
    ],
)
def test_a_table_is_the_same_in_each_form(value):
    table = from_json(value, "inputs[0]")
    (series,) = read_table(table.data, Columns(time="day", target=("load",)))
    np.testing.assert_array_equal(series.values, np.float32([[1.5], [2.5], [np.nan]]))
    assert str(series.times[-1].astype("datetime64[D]")) == "2024-01-03"


def test_numbers_alone_have_no_names():
    assert from_json([1, 2, 3], "x").headless
    assert checked(np.ones((4, 2)), "x").headless


@pytest.mark.parametrize(
    "value, message",
    [
        ({}, "inputs\\[0\\]: expected series.*empty"),
        ({"a": [1], "b": [1, 2]}, "lists of one length"),
        ({"a": 1}, "a: expected a list of cells"),
        ([], "expected series"),
        ([[1], [1, 2]], "one number of columns each"),
        ("  ", "the string is empty"),
        (3, "got int"),
    ],
)
def test_what_is_no_table_is_told(value, message):
    with pytest.raises(InputError, match=message):
        from_json(value, "inputs[0]")


def test_arrays_of_texts_or_of_three_axes_are_no_series():
    for array in (np.array(["a"]), np.ones((2, 2, 2)), np.ones((0, 2))):
        with pytest.raises(InputError, match="expected numbers"):
            checked(array, "inputs[0]")
