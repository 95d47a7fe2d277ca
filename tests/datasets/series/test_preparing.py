"""Series made ready: gaps, times as features, parts, windows, scaling."""

import dataclasses
import json
from datetime import datetime

import numpy as np
import pytest

from seqzoo.datasets.series import (
    Scaler,
    Series,
    Windows,
    batches,
    calendar,
    chronological,
    continued,
    filled,
    spacing,
    time_steps,
)
from seqzoo.errors import InputError

NAN = float("nan")


def series_of(values, times=None, **others):
    values = np.array(values, np.float32)
    names = tuple("abcdefgh"[: values.shape[1]])
    if times is not None:
        times = np.array(times, "datetime64[us]")
    return Series(values, names, times, where="x.csv:2", **others)


def hours(count):
    return np.datetime64("2024-01-01", "us") + np.arange(count) * np.timedelta64(1, "h")


def random_series(steps, channels=2, seed=0, **others):
    values = np.random.default_rng(seed).normal(3, 2, (steps, channels))
    return series_of(values, hours(steps), **others)


GAPS = [[NAN, 1], [2, NAN], [NAN, NAN], [8, 5]]


@pytest.mark.parametrize(
    "missing, times, expected",
    [
        ("mask", None, [[0, 1], [2, 0], [0, 0], [8, 5]]),
        ("interpolate", None, [[2, 1], [2, 1 + 4 / 3], [5, 1 + 8 / 3], [8, 5]]),
        # A day, then a day, then four: the line follows time, not steps.
        (
            "interpolate",
            ["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-07"],
            [[2, 1], [2, 1 + 4 / 6], [2 + 6 / 5, 1 + 8 / 6], [8, 5]],
        ),
    ],
)
def test_gaps_are_masked_or_interpolated(missing, times, expected):
    series = series_of(GAPS, times)
    found, observed = filled(series, missing)
    np.testing.assert_allclose(found.values, expected, rtol=1e-6)
    np.testing.assert_array_equal(observed, ~np.isnan(series.values))
    assert np.isnan(series.values).sum() == 4  # what came in is as it was


def test_a_series_without_gaps_is_not_copied():
    series = random_series(5)
    found, observed = filled(series, "error")
    assert found.values is series.values and observed.all()


@pytest.mark.parametrize(
    "missing, values, message",
    [
        ("error", GAPS, r"x.csv:2, column 'a': the value of step 1 is missing, 4 in all"),
        ("interpolate", [[1, NAN], [2, NAN]], "column 'b': no value to interpolate"),
        ("interpolat", GAPS, "did you mean 'interpolate'"),
    ],
)
def test_gaps_that_cannot_be_filled_are_refused(missing, values, message):
    with pytest.raises(InputError, match=message):
        filled(series_of(values), missing)


@pytest.mark.parametrize(
    "times, step, regular, ahead",
    [
        (["2024-02-27", "2024-02-28"], "D", True, ["2024-02-29", "2024-03-01"]),
        (["2024-01-31", "2024-02-29", "2024-03-31"], None, False, None),
        (["2024-11-01", "2024-12-01"], None, True, ["2025-01-01", "2025-02-01"]),
        (["2019-01-01", "2020-01-01"], None, True, ["2021-01-01", "2022-01-01"]),
        (
            ["2024-01-01", "2024-01-02", "2024-01-04", "2024-01-05"],
            "D",
            False,
            ["2024-01-06"],
        ),
    ],
)
def test_future_times_follow_the_spacing(times, step, regular, ahead):
    times = np.array(times, "datetime64[us]")
    found = spacing(times)
    assert found.regular == regular
    if step is not None:
        assert found.step == np.timedelta64(1, step)
    if ahead is not None:
        assert continued(times, len(ahead)).tolist() == [
            datetime.fromisoformat(t) for t in ahead
        ]


def test_the_time_difference_is_a_feature():
    times = np.array(["2024-01-01", "2024-01-02", "2024-01-04T12:00"], "datetime64[us]")
    assert time_steps(times, np.timedelta64(1, "D")).tolist() == [[1], [1], [2.5]]


@pytest.mark.parametrize(
    "time, shares",
    [
        # 1 January 2024 was a Monday.
        ("2024-01-01T00:00", (0, 0, 0, 0)),
        ("2024-01-07T06:00", (1 / 4, 6 / 7, 0, 6 / 366)),
        ("2023-12-31T12:30", (12.5 / 24, 6 / 7, 11 / 12, 364 / 365)),
        ("1969-07-20T20:17", ((20 + 17 / 60) / 24, 6 / 7, 6 / 12, 200 / 365)),
    ],
)
def test_calendar_features_worked_out_by_hand(time, shares):
    cycles = ("hour", "weekday", "month", "day_of_year")
    names, values = calendar(np.array([time], "datetime64[us]"), cycles)
    assert names[:3] == ("hour_sine", "hour_cosine", "weekday_sine")
    expected = [f(2 * np.pi * share) for share in shares for f in (np.sin, np.cos)]
    np.testing.assert_allclose(values[0], expected, atol=1e-6)


def test_calendar_features_suit_the_spacing():
    for step, expected in (
        (np.timedelta64(1, "h"), {"hour", "weekday", "month", "day_of_year"}),
        (np.timedelta64(1, "D"), {"weekday", "month", "day_of_year"}),
        (np.timedelta64(7, "D"), {"month", "day_of_year"}),
        (np.timedelta64(365, "D"), set()),
    ):
        names, values = calendar(np.datetime64("2024-01-01", "us") + np.arange(9) * step)
        assert {name.rpartition("_")[0] for name in names} == expected
        assert values.shape == (9, len(names))
    with pytest.raises(InputError, match="did you mean 'weekday'"):
        calendar(hours(3), ["wekday"])


def test_added_channels_are_no_targets():
    series = random_series(4)
    timed = series.with_channels(*calendar(series.times, ["hour"]), known=True)
    assert timed.known == ("hour_sine", "hour_cosine")
    past = timed.with_channels(["lag"], np.ones((4, 1)), known=False)
    assert past.names == ("a", "b", "hour_sine", "hour_cosine", "lag")
    for each in (series, timed, past):
        assert each.target_channels.tolist() == [0, 1]
    with pytest.raises(InputError, match="there is a channel 'a' already"):
        series.with_channels(["a"], np.ones((4, 1)), known=False)


@pytest.mark.parametrize(
    "borders, expected",
    [
        ({}, (70, 80, 100)),
        ({"validation": 0.2, "test": 0.25}, (55, 75, 100)),
        ({"validation": 10, "test": 15, "end": 60}, (35, 45, 60)),
        ({"validation": "2024-01-02", "test": "2024-01-03 12:00"}, (24, 60, 100)),
        ({"validation": 10, "test": np.datetime64("2024-01-03T12:30")}, (51, 61, 100)),
        ({"validation": 0.2, "test": 10, "end": "2024-01-03"}, (29, 38, 48)),
    ],
)
def test_parts_are_in_the_order_of_time(borders, expected):
    parts = chronological(random_series(100), **borders)
    assert (parts.train.start, parts.train.stop) == (0, expected[0])
    assert (parts.validation.start, parts.validation.stop) == expected[:2]
    assert (parts.test.start, parts.test.stop) == expected[1:]


@pytest.mark.parametrize(
    "borders, message",
    [
        (
            {"validation": 0.5, "test": 0.5},
            "x.csv:2: expected training, validation and test",
        ),
        ({"validation": "2024-01-04", "test": "2024-01-02"}, "they begin at 0, 72 and 24"),
        ({"validation": "tomorrow"}, "validation: expected a time like"),
        ({"test": "2034"}, "expected training, validation and test"),
    ],
)
def test_parts_without_a_step_are_refused(borders, message):
    with pytest.raises(InputError, match=message):
        chronological(random_series(100), **borders)
    timeless = dataclasses.replace(random_series(100), times=None)
    with pytest.raises(InputError, match="has no times; give a share or steps"):
        chronological(timeless, validation="2024-01-02")


@pytest.mark.parametrize("stride", [1, 3])
@pytest.mark.parametrize("within", [False, True])
@pytest.mark.parametrize("part", [slice(0, 30), slice(30, 40), None])
def test_windows_are_the_slices_of_each_origin_and_share_memory(part, within, stride):
    values = np.arange(80).reshape(40, 2)
    windows = Windows(values, 4, 3, part, stride, within)
    begin, end, _ = (part or slice(None)).indices(40)
    first = begin + 4 if within or begin == 0 else begin
    assert windows.origins.tolist() == list(range(first, end - 2, stride))
    for place, origin in enumerate(windows.origins):
        np.testing.assert_array_equal(windows.inputs[place], values[origin - 4 : origin])
        np.testing.assert_array_equal(windows.targets[place], values[origin : origin + 3])
    assert len(windows) == len(windows.inputs) == len(windows.targets)
    assert np.shares_memory(windows.inputs, values)
    assert np.shares_memory(windows.targets, values)
    assert np.shares_memory(windows.batch(slice(0, 2))[0], values)


def test_windows_of_a_long_series_take_no_memory():
    values = np.broadcast_to(np.float32(0), (10_000_000, 1))  # 4 bytes
    windows = Windows(values, 96, 96)
    assert len(windows) == 9_999_809
    assert windows.batch([0, 9_999_808])[0].shape == (2, 96, 1)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ((8, 3, slice(0, 10)), "expected 8 steps before and 3 from an origin on"),
        ((0, 3), "look_back: expected at least 1"),
        ((8, 0), "horizon: expected at least 1"),
    ],
)
def test_parts_without_a_window_are_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        Windows(np.ones((20, 1)), *arguments)


@pytest.mark.parametrize("seed", [None, 0])
def test_batches_hold_each_window_once(seed):
    values = [
        np.arange(20.0)[:, None],
        100 + np.arange(9.0)[:, None],
        np.arange(7.0)[:, None],
    ]
    windows = [Windows(each, 4, 2) for each in values]
    seen = []
    for batch in batches(windows, 5, seed):
        assert len(batch.inputs) <= 5
        for place, (owner, origin) in enumerate(
            zip(batch.series, batch.origins, strict=True)
        ):
            whole = values[owner]
            np.testing.assert_array_equal(batch.inputs[place], whole[origin - 4 : origin])
            np.testing.assert_array_equal(batch.targets[place], whole[origin : origin + 2])
            seen.append((int(owner), int(origin)))
    every = [(n, int(o)) for n, each in enumerate(windows) for o in each.origins]
    assert sorted(seen) == every and (seen == every) == (seed is None)


@pytest.mark.parametrize("kind", ["standard", "robust", "none"])
@pytest.mark.parametrize("scope", ["all", "series"])
def test_scaling_is_fitted_on_what_is_given_and_leaves_nan(kind, scope):
    train = [random_series(50, seed=n, id=f"s{n}") for n in range(2)]
    train[1].values[3, 1] = NAN
    scaler = Scaler.fit(train, kind, scope)
    for each in train:
        own = [each] if scope == "series" else train
        values = np.concatenate([one.values for one in own]).astype(np.float64)
        low, middle, high = np.nanquantile(values, (0.25, 0.5, 0.75), axis=0)
        center, scale = {
            "standard": (np.nanmean(values, axis=0), np.nanstd(values, axis=0)),
            "robust": (middle, high - low),
            "none": (0, 1),
        }[kind]
        scaled = scaler.transform(each.values, each.id)
        assert scaled.dtype == np.float32
        np.testing.assert_allclose(
            scaled, (each.values - center) / scale, rtol=1e-5, atol=1e-6
        )
        back = scaler.inverse(scaled, each.id)
        np.testing.assert_allclose(back, each.values, rtol=1e-5, atol=1e-6)
        one = scaler.inverse(scaled[:, 1:], each.id, [1])
        np.testing.assert_array_equal(one, back[:, 1:])
        wide = scaler.inverse_deviation(np.ones(2), each.id)
        np.testing.assert_allclose(
            wide, scaler.inverse(np.ones(2), each.id) - scaler.inverse(np.zeros(2), each.id)
        )


def test_a_scaler_survives_json_to_the_last_bit():
    for scope in ("all", "series"):
        scaler = Scaler.fit([random_series(50, id="站点")], "robust", scope)
        again = Scaler.from_json(scaler.to_json())
        assert again.to_json() == scaler.to_json()
        values = random_series(9).values
        np.testing.assert_array_equal(
            scaler.transform(values, "站点"), again.transform(values, "站点")
        )
    good = json.loads(scaler.to_json())
    for bad in (
        "[]",
        "{",
        "{}",
        json.dumps(good | {"kind": "x"}),
        json.dumps(good | {"names": ["a"]}),
    ):
        with pytest.raises(InputError, match=r"expected what Scaler\.to_json writes"):
            Scaler.from_json(bad)


def test_channels_of_one_value_and_far_from_zero_scale():
    values = np.stack([np.full(9, 0.1), 1e7 + np.arange(9), [0] * 8 + [9]], axis=1)
    train = [series_of(values)]
    scaled = Scaler.fit(train).transform(train[0].values)
    np.testing.assert_array_equal(scaled[:, 0], 0)
    np.testing.assert_allclose(
        scaled[:, 1], (np.arange(9) - 4) / np.arange(9).std(), rtol=1e-6
    )
    robust = Scaler.fit(train, "robust").transform(train[0].values)
    assert robust[-1, 2] == pytest.approx(9 / values[:, 2].std())


def test_a_new_series_gets_a_scale_of_its_own():
    known, other = random_series(9, id="known"), random_series(9, seed=1, id="other")
    scaler = Scaler.fit([known], scope="series")
    with pytest.raises(InputError, match="series with a scale: expected one of known"):
        scaler.transform(other.values, "other")
    more = scaler.with_series(other)
    alone = Scaler.fit([other])
    np.testing.assert_array_equal(
        more.transform(other.values, "other"), alone.transform(other.values)
    )


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: Scaler.fit([random_series(3)], "standart"), "did you mean 'standard'"),
        (lambda: Scaler.fit([random_series(3)], scope="one"), "scope of the scaling"),
        (
            lambda: Scaler.fit([random_series(3), random_series(3, 1)]),
            "expected the channels a, b",
        ),
        (
            lambda: Scaler.fit([random_series(3)] * 2, scope="series"),
            "two series have the id",
        ),
        (lambda: Scaler.fit([series_of([[NAN], [NAN]])]), "column 'a': no value to fit"),
    ],
)
def test_scaling_that_cannot_be_is_refused(call, message):
    with pytest.raises(InputError, match=message):
        call()
