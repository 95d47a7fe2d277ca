"""A table of many rows takes no more memory than one of few."""

import pytest

from tests.faults.many_rows import measure


@pytest.mark.slow
def test_the_memory_of_predict_does_not_grow_with_the_rows():
    few, many = (measure(rows) for rows in (10_000, 200_000))
    assert (few["lines"], many["lines"]) == (10_001, 200_001)
    assert many["peak_mib"] < 1.1 * few["peak_mib"] + 10
