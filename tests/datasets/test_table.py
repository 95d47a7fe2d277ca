"""Tables by columns."""

from seqzoo.datasets.table import read_table


def test_a_quoted_cell_may_have_lines(tmp_path):
    (tmp_path / "a.csv").write_text('text,number\n"a\nb",1\n')
    assert list(read_table(tmp_path / "a.csv", ("number", "text"))) == [
        (f"{tmp_path / 'a.csv'}:3", ("1", "a\nb"))
    ]
