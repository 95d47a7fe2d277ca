import pytest

from seqzoo.metrics import accuracy, confusion_matrix, macro_f1


def test_worked_out_by_hand():
    matrix = confusion_matrix([0, 0, 1, 1, 2], [0, 1, 1, 1, 0], 3)
    assert matrix.tolist() == [[1, 1, 0], [0, 2, 0], [1, 0, 0]]
    assert accuracy(matrix) == 3 / 5
    # F1: class 0 precision 1/2, recall 1/2; class 1 precision 2/3, recall 1; class 2 never right
    assert macro_f1(matrix) == pytest.approx((0.5 + 0.8 + 0) / 3)
