"""Readers of series: tables, archives, what packages ship, and what they refuse."""

import sys
import warnings
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from seqzoo.datasets.reading.settings import Form
from seqzoo.datasets.series import (
    Columns,
    Series,
    made,
    read_archive,
    read_table,
    refuse_overlap,
    repeated,
    shipped,
    tell_constant,
)
from seqzoo.datasets.series.numbers import numbers_of
from seqzoo.errors import InputError

SHARED = Path(__file__).parents[4] / "shared/data/series"
NAN = float("nan")
WIDE = """date,load,price,holiday
2024-01-01 00:00,1.5,10,1
2024-01-01 01:00,,11,1
2024-01-01 02:00,2.5,12,0
"""
LONG = """shop;Day;sold;size;kind
a;20240101;1;9.5;big
b;20240101;7;2;small
a;20240102;2;9.5;big
b;20240103;8;2;small
"""


def written(path, text):
    path.write_text(text, "utf-8")
    return path


def test_a_wide_table_has_a_channel_a_column(tmp_path):
    path = written(tmp_path / "load.csv", WIDE)
    columns = Columns("DATE", target=("load",), features=("price",), known=("holiday",))
    (series,) = read_table(path, columns)
    assert series.names == ("load", "price", "holiday")
    assert series.values.dtype == np.float32
    np.testing.assert_array_equal(series.values, [[1.5, 10, 1], [NAN, 11, 1], [2.5, 12, 0]])
    assert series.times.tolist() == [datetime(2024, 1, 1, hour) for hour in range(3)]
    assert (series.id, series.where) == ("load", f"{path}:2")
    assert series.target_channels.tolist() == [0]
    assert series.known_channels.tolist() == [2]


def test_without_a_target_all_columns_are_targets(tmp_path):
    (series,) = read_table(written(tmp_path / "a.csv", WIDE), Columns(time="date"))
    assert series.names == ("load", "price", "holiday")
    assert series.target_channels.tolist() == [0, 1, 2]


def test_a_long_table_has_several_series_with_static_features_and_labels(tmp_path):
    path = written(tmp_path / "shops.csv", LONG)
    columns = Columns("Day", ("sold",), series_id="shop", static=("size",), label="kind")
    first, second = read_table(path, columns)
    assert [each.values.ravel().tolist() for each in (first, second)] == [[1, 2], [7, 8]]
    assert (first.id, first.label, first.static.tolist()) == ("a", "big", [9.5])
    assert (second.id, second.label, second.where) == ("b", "small", f"{path}:3")
    assert second.times.tolist() == [datetime(2024, 1, 1), datetime(2024, 1, 3)]


def test_tables_of_other_forms_are_equal(tmp_path):
    pandas = pytest.importorskip("pandas")
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    path = written(tmp_path / "load.csv", WIDE)
    columns = Columns("date")
    (expected,) = read_table(path, columns)
    frame = pandas.read_csv(path, parse_dates=["date"])
    parquet.write_table(pyarrow.Table.from_pandas(frame), tmp_path / "load.parquet")
    tsv = written(tmp_path / "load.tsv", WIDE.replace(",", "\t"))
    bare = written(tmp_path / "bare.csv", WIDE.partition("\n")[2])
    forms = {
        "frame": lambda: read_table(frame, columns),
        "index": lambda: read_table(frame.set_index("date")),
        "parquet": lambda: read_table(tmp_path / "load.parquet", columns),
        "tsv": lambda: read_table(tsv, columns),
        "bare": lambda: read_table(
            bare, columns, Form(columns=("date", "load", "price", "holiday"))
        ),
    }
    for name, read in forms.items():
        (found,) = read()
        np.testing.assert_array_equal(found.values, expected.values, name)
        np.testing.assert_array_equal(found.times, expected.times, name)
        assert found.names == expected.names, name


def test_a_frame_of_polars(tmp_path):
    polars = pytest.importorskip("polars")
    path = written(tmp_path / "load.csv", WIDE)
    (expected,) = read_table(path, Columns("date"))
    (found,) = read_table(polars.read_csv(path, try_parse_dates=True), Columns("date"))
    np.testing.assert_array_equal(found.values, expected.values)
    np.testing.assert_array_equal(found.times, expected.times)


@pytest.mark.parametrize(
    "cell, form, expected",
    [
        ("1700", None, "1700-01-01"),
        ("2016-07", None, "2016-07-01"),
        ("20160701", None, "2016-07-01"),
        ("2016-07-01T02:00:00.5+02:00", None, "2016-07-01T00:00:00.5"),
        ("01/07/2016 00:00", "%d/%m/%Y %H:%M", "2016-07-01"),
        ("1467331200.25", "unix", "2016-07-01T00:00:00.25"),
    ],
)
def test_times_are_read(cell, form, expected, tmp_path):
    path = written(tmp_path / "a.csv", f"t,x\n{cell},1\n")
    (series,) = read_table(path, Columns("t", time_format=form))
    assert series.times[0] == np.datetime64(expected)


@pytest.mark.parametrize(
    "text, columns, message",
    [
        (WIDE.replace("10", "ten"), {}, "a.csv:2, column 'price': expected a number"),
        (WIDE.replace("10", '"1,5"'), {}, "got '1,5'; decimals stand behind a point"),
        (WIDE.replace("10", "1_0"), {}, "a.csv:2, column 'price': expected a number"),
        (WIDE.replace("12", "inf"), {}, "a.csv:4, column 'price': expected a number"),
        (WIDE.replace("12", "1e31"), {}, "a.csv:4, column 'price': expected a number"),
        (WIDE.replace("11,", ""), {}, "a.csv:3: expected 4 columns; got 3"),
        (
            WIDE.replace("01:00", "03:00"),
            {},
            "a.csv:4, column 'date': the time 2024-01-01 02:00:00 stands after",
        ),
        (
            WIDE.replace("01:00", "00:00"),
            {},
            "a.csv:3, column 'date': the time 2024-01-01 00:00:00 is repeated",
        ),
        (
            WIDE.replace("2024-01-01 01", "1.1.2024 01"),
            {},
            "a.csv:3, column 'date': expected a time like",
        ),
        (WIDE, {"target": ("lod",)}, "a.csv: column: .*did you mean 'load'"),
        (WIDE, {"target": ("load",), "known": ("load",)}, "'load' is to play two parts"),
        (WIDE, {"label": "price"}, "a.csv:3, column 'price': expected '10', as in the"),
        (WIDE.replace("price", "load"), {}, "two columns have the name 'load'"),
        (WIDE.partition("\n")[0], {}, "expected rows below the header"),
        ("", {}, "the file is empty"),
        ("date\n2024-01-01\n", {}, "no column is left for the target"),
    ],
)
def test_errors_of_tables_name_file_line_and_column(text, columns, message, tmp_path):
    path = written(tmp_path / "a.csv", text)
    with pytest.raises(InputError, match=message):
        read_table(path, Columns(**{"time": "date"} | columns))


def test_columns_without_a_part_are_told(tmp_path):
    lines = []
    path = written(tmp_path / "a.csv", WIDE)
    read_table(path, Columns("date", ("load",)), tell=lines.append)
    assert lines == [f"{path}: these columns play no part: price, holiday"]


@pytest.mark.parametrize(
    "cells, told",
    [
        (["2024-01-01", "2024-01-02"], True),
        (["2024-01-01 03:00", ""], True),
        (["2024-W01-1", "2024-W01-2"], True),
        (["2024", "2025"], False),  # numbers, too
        (["20240101", "20240102"], False),
        (["2024-01-01", "soon"], False),
        (["", ""], False),
    ],
)
def test_a_column_of_times_that_nobody_named_is_told(cells, told, tmp_path):
    lines = []
    rows = [f"{cell},{number}" for number, cell in enumerate(cells)]
    path = written(tmp_path / "a.csv", "\n".join(["when,load", *rows]) + "\n")
    (series,) = read_table(
        path, Columns(target=("load",)), tell=lines.append, find_times=True
    )
    np.testing.assert_array_equal(series.values[:, 0], range(len(cells)))
    hint = f"{path}: the column 'when' has times; --time when reads them"
    assert (hint in lines) == told
    lines.clear()
    read_table(path, Columns(target=("load",)), tell=lines.append)
    assert hint not in lines, "a model that reads no times needs none"


def test_times_that_would_be_a_target_are_told_before_the_error(tmp_path):
    lines = []
    path = written(tmp_path / "a.csv", "when,load\n2024-01-01,3\n")
    with pytest.raises(InputError, match="column 'when': expected a number"):
        read_table(path, tell=lines.append, find_times=True)
    assert lines == [f"{path}: the column 'when' has times; --time when reads them"]


def test_constant_channels_are_told():
    values = np.array([[1, 2, NAN], [1, 3, NAN]], np.float32)
    series = Series(values, ("a", "b", "c"), where="x.csv:2")
    lines = []
    tell_constant([series], lines.append)
    assert lines == [f"x.csv:2, column '{n}': the channel is constant" for n in "ac"]
    with pytest.warns(UserWarning, match="'[ac]': the channel is constant"):
        tell_constant([series])
    other = Series(values + 1, series.names)  # constant in each, but not the same
    tell_constant([series, other], lines.append)
    assert len(lines) == 3 and "'c'" in lines[2]


def test_a_test_that_overlaps_the_training_is_refused():
    values = np.random.default_rng(0).normal(size=(100, 2)).astype(np.float32)
    values[45, 0] = NAN
    times = np.datetime64("2024-01-01", "us") + np.arange(100) * np.timedelta64(1, "h")
    whole = Series(values, ("a", "b"), where="whole.csv:2")
    timed = Series(values, ("a", "b"), times, where="whole.csv:2")
    for series in (whole, timed):
        refuse_overlap([series.part(slice(0, 60))], [series.part(slice(60, 100))])
        with pytest.raises(InputError, match="overlaps the training"):
            refuse_overlap([series.part(slice(0, 60))], [series.part(slice(40, 100))])
    constant = Series(np.ones((100, 1), np.float32), ("a",))
    refuse_overlap([constant], [constant])  # nothing can be told of it
    assert repeated([whole, timed], [whole, constant]) == 1


TS = """# comment
@problemName Two
@timeStamps false
@univariate false
@dimensions 2
@equalLength false
@classLabel true up down
@data
1,2,3:4,5,?:up
-1.5,2e1:0,0:down
"""
ARFF = """% comment
@relation One
@attribute a0 numeric
@attribute a1 numeric
@attribute a2 numeric
@attribute target {1,2}
@data
1,2,3,1
4,5,?,2
"""
RELATIONAL = """@relation Two
@attribute two relational
@attribute t0 numeric
@attribute t1 numeric
@end two
@attribute class {up,down}
@data
'1,2,3\\n4,5,?',up
"-1.5,2e1\\n0,0",down
"""
TWO = [([[1, 4], [2, 5], [3, NAN]], "up"), ([[-1.5, 0], [20, 0]], "down")]
ONE = [([[1], [2], [3]], "1"), ([[4], [5]], "2")]


@pytest.mark.parametrize(
    "name, text, expected",
    [
        ("a.ts", TS, TWO),
        ("a.arff", RELATIONAL, TWO),
        ("b.arff", ARFF, ONE),
        ("a.tsv", "1\t1\t2\t3\n2\t4\t5\tNaN\n", ONE),
    ],
)
def test_archives_give_values_and_labels(name, text, expected, tmp_path):
    found = read_archive(written(tmp_path / name, text))
    assert [each.label for each in found] == [label for _, label in expected]
    for series, (values, _) in zip(found, expected, strict=True):
        np.testing.assert_array_equal(series.values, np.array(values, np.float32))
    assert [each.id for each in found] == ["1", "2"]


@pytest.mark.parametrize(
    "name, text, message",
    [
        ("a.ts", TS.replace(":down", ":left"), "a.ts:10: expected a label of @classLabel"),
        (
            "a.ts",
            TS.replace("2e1", "x"),
            "a.ts:10, column 'dimension 0': expected a number",
        ),
        ("a.ts", TS.replace("0,0:", ""), "a.ts:10: expected 2 dimensions; got 1"),
        ("a.ts", TS.replace("0,0", "0"), "a.ts:10: expected channels of one length"),
        ("a.ts", TS.replace("@data", ""), "a.ts:9: expected a line with @, or @data"),
        ("a.ts", TS.replace("timeStamps false", "timeStamps true"), "a.ts:3: series with"),
        ("a.arff", ARFF.replace("@data", ""), "a.arff:8: expected @attribute or @data"),
        ("a.arff", ARFF.partition("@data")[0] + "@data\n", "expected series"),
        ("a.tsv", "1\n", "a.tsv:1: expected a label, a tab and values"),
        ("a.txt", "1\n", "expected a file ending in .ts, .arff"),
    ],
)
def test_errors_of_archives_name_file_and_line(name, text, message, tmp_path):
    with pytest.raises(InputError, match=message):
        read_archive(written(tmp_path / name, text))


def test_npz_of_plain_arrays(tmp_path):
    path = tmp_path / "a.npz"
    values = np.arange(12).reshape(2, 3, 2)
    np.savez(path, values=values, labels=["up", "down"], lengths=[3, 2], names=["x", "y"])
    first, second = read_archive(path)
    np.testing.assert_array_equal(second.values, values[1, :2])
    assert (first.label, second.label, first.names) == ("up", "down", ("x", "y"))
    np.savez(path, values=values[:, :, 0], labels=[3, 1])
    assert [(len(each), each.label) for each in read_archive(path)] == [(3, "3"), (3, "1")]


@pytest.mark.parametrize(
    "arrays, message",
    [
        ({"values": np.array([{}, 1], object)}, "plain arrays: it holds objects"),
        ({"labels": np.arange(2)}, "expected an array `values`"),
        ({"values": np.ones(3)}, r"\(series, time\) or \(series, time, channels\)"),
        ({"values": np.ones((2, 3)), "labels": np.ones(3)}, "labels: expected 2; got 3"),
        ({"values": np.ones((2, 3)), "lengths": np.array([0, 3])}, "whole numbers from 1"),
        ({"values": np.ones((2, 3)), "targets": np.ones(2)}, "lengths, names; got targets"),
        ({"values": np.full((2, 3), np.inf)}, "expected finite numbers or NaN"),
    ],
)
def test_npz_that_fits_no_series_is_refused(arrays, message, tmp_path):
    path = tmp_path / "a.npz"
    np.savez(path, **arrays)
    with pytest.raises(InputError, match=message):
        read_archive(path)


@pytest.mark.skipif(not SHARED.is_dir(), reason="no ../shared/data/series")
def test_real_tables():
    for name, load in (("ETTh1", 5.827), ("ETTh2", 41.130001)):
        (series,) = read_table(SHARED / f"{name}.csv.gz", Columns("date"))
        assert series.values.shape == (17420, 7)
        assert series.names == ("HUFL", "HULL", "MUFL", "MULL", "LUFL", "LULL", "OT")
        assert series.values[0, 0] == np.float32(load)
        ends = series.times[[0, -1]].tolist()
        assert ends == [datetime(2016, 7, 1), datetime(2018, 6, 26, 19)]
        assert not np.isnan(series.values).any()
    (rates,) = read_table(SHARED / "exchange_rate.csv.gz")
    assert rates.values.shape == (7588, 8) and rates.times is None
    np.testing.assert_allclose(rates.values[-1, [0, 7]], [0.720825, 0.690942])


def test_shipped_series_or_the_line_that_installs_them(monkeypatch):
    sizes = {
        "ItalyPowerDemand": (67, 1029, 24, 1, 2),
        "JapaneseVowels": (270, 370, 29, 12, 9),
    }
    try:
        for name, (train, test, longest, channels, classes) in sizes.items():
            parts = [shipped.labelled(name, part) for part in shipped.PARTS]
            assert [len(part) for part in parts] == [train, test]
            assert max(map(len, parts[0] + parts[1])) == longest
            assert {each.values.shape[1] for each in parts[0]} == {channels}
            assert len({each.label for each in parts[0]}) == classes
        co2, sunspots = map(shipped.forecasting, ("co2", "sunspots"))
        assert (len(co2), int(np.isnan(co2.values).sum())) == (2284, 59)
        assert sunspots.times[[0, -1]].tolist() == [
            datetime(1700, 1, 1),
            datetime(2008, 1, 1),
        ]
    except InputError as error:
        assert 'pip install "seqzoo[series]"' in str(error)
        pytest.skip(str(error))
    assert not {"sktime", "statsmodels"} & sys.modules.keys()


def test_names_of_shipped_series_that_are_none():
    for call in (
        lambda: shipped.labelled("GunPiont", "train"),
        lambda: shipped.labelled("GunPoint", "tset"),
        lambda: shipped.forecasting("co3"),
    ):
        with pytest.raises(InputError, match="did you mean"):
            call()


def test_made_series_follow_from_their_seed():
    first, again, other = (made.pendulum(500, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.values, again.values)
    assert (first.values != other.values).any()
    assert first.target_channels.tolist() == [0] and first.known == ("push",)
    series = made.pendulums(30, 50, seed=1)
    assert [each.label for each in series[:3]] == ["light", "medium", "strong"]
    assert 30 <= min(map(len, series)) < max(map(len, series)) <= 50
    for call in (lambda: made.pendulum(0), lambda: made.pendulums(0)):
        with pytest.raises(InputError, match="expected at least 1"):
            call()


def test_a_pendulum_without_noise_and_push_keeps_its_period():
    """Small swings of a pendulum of 1 m last 2 pi sqrt(1 / 9.81) s, and shrink as exp(-c t / 2)."""
    state, damping = (0.01, 0.0), 0.12
    angles = []
    for _ in range(400):
        angles.append(state[0])
        state = made.ahead(state, 1.0, damping)
    time = made.STEP * np.arange(400)
    speed = np.sqrt(made.GRAVITY - damping**2 / 4)
    swing = np.cos(speed * time) + damping / 2 / speed * np.sin(speed * time)
    expected = 0.01 * np.exp(-damping * time / 2) * swing
    np.testing.assert_allclose(angles, expected, atol=2e-5)


def test_a_series_whose_parts_do_not_fit_is_refused():
    values = np.ones((3, 2), np.float32)
    for arguments, message in (
        ({"names": ("a",)}, "values"),
        ({"times": np.zeros(2, "datetime64[us]")}, "times"),
        ({"static_names": ("a",)}, "static"),
        ({"names": ("a", "a")}, "names"),
        ({"targets": ("a",), "known": ("a",)}, "a target is not known"),
        ({"targets": ("c",)}, "channel: expected one of"),
    ):
        with pytest.raises(ValueError, match=message):
            Series(values, **{"names": ("a", "b")} | arguments)


def test_nothing_warns_on_good_data(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read_table(written(tmp_path / "a.csv", WIDE), Columns("date"))


def test_a_comma_of_decimals_is_told_and_no_other_word_is():
    for cell, told in (("53,471", True), ("-0,5", True), ("a,b", False), ("1,2,3", False)):
        with pytest.raises(InputError) as found:
            numbers_of([cell], ["x:1"])
        assert ("not a comma" in str(found.value)) == told


def test_a_frame_without_columns_is_told():
    pandas = pytest.importorskip("pandas")
    with pytest.raises(InputError, match="expected columns; there are none"):
        read_table(pandas.DataFrame(), Columns(time="date"))
