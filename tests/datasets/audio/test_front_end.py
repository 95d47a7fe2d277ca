"""Features of sound: against plain loops, against the files of AN4, and in pieces."""

import ast
import dataclasses
import json
import math
import wave
from pathlib import Path

import numpy as np
import pytest

from seqzoo.datasets.audio import front_end as module
from seqzoo.datasets.audio.front_end import BEFORE, MEMORY, FrontEnd, FrontEndStream

AN4 = Path(__file__).parents[4] / "shared/data/an4"
VARIANTS = [
    FrontEnd(normalize="none"),
    FrontEnd(normalize="running"),
    FrontEnd(rate=8000, deltas=0, normalize="none"),
    FrontEnd(kind="log_mel", filters=80, deltas=1, normalize="running"),
    FrontEnd(rate=22050, window=0.03, hop=0.03, normalize="running"),
    FrontEnd(deltas=0, normalize="running", means=(5.0,) * 13, deviations=(2.0,) * 13),
]
RUNNING = {"normalize": "running"}


def noise(samples: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(scale=0.1, size=samples)


def mel(hertz: float) -> float:
    return 2595 * math.log10(1 + hertz / 700)


def triangles(rate: int, points: int, filters: int, high: float) -> list[list[float]]:
    """The weight of every bin in every filter, by the definition."""
    step = rate / points
    edges = []
    for i in range(filters + 2):
        at = mel(130) + (mel(high) - mel(130)) * i / (filters + 1)
        edges.append(math.floor(700 * (10 ** (at / 2595) - 1) / step + 0.5) * step)
    weights = []
    for left, peak, right in zip(edges, edges[1:], edges[2:], strict=False):
        height = 2 / (right - left)
        row = []
        for bin_ in range(points // 2 + 1):
            hertz = bin_ * step
            if left < hertz <= peak:
                row.append(height * (hertz - left) / (peak - left))
            elif peak < hertz < right:
                row.append(height * (right - hertz) / (right - peak))
            else:
                row.append(0.0)
        weights.append(row)
    return weights


def cepstra(x: np.ndarray, rate: int, window: int, hop: int, points: int, high: float):
    """The Sphinx front end in plain loops: (log energies, cepstra), lists of lists."""
    x = [32768 * float(sample) for sample in x]
    frames = math.ceil((len(x) - window) / hop) + 1
    x += [0.0] * (hop * (frames - 1) + window - len(x))
    y = [x[0]] + [x[t] - 0.97 * x[t - 1] for t in range(1, len(x))]
    weights, logs, rows = triangles(rate, points, 40, high), [], []
    for t in range(frames):
        frame = [
            y[t * hop + k] * (0.54 - 0.46 * math.cos(2 * math.pi * k / (window - 1)))
            for k in range(window)
        ]
        power = []
        for bin_ in range(points // 2 + 1):
            turns = np.exp(-2j * math.pi * bin_ * np.arange(window) / points)
            power.append(abs(sum(turns * frame)) ** 2)
        energies = [sum(w * p for w, p in zip(row, power, strict=True)) for row in weights]
        log = [math.log(max(energy, 1e-4)) for energy in energies]
        row = []
        for k in range(13):
            value = log[0] * math.cos(math.pi * k / 80) / 2
            value += sum(
                log[i] * math.cos(math.pi * k * (i + 0.5) / 40) for i in range(1, 40)
            )
            row.append(value / 40)
        logs.append(log)
        rows.append(row)
    return logs, rows


@pytest.mark.parametrize(
    ("rate", "window", "hop", "points", "high"),
    [(16000, 410, 160, 512, 6800.0), (8000, 205, 80, 256, 3400.0)],
)
def test_it_is_the_sphinx_front_end_in_plain_loops(rate, window, hop, points, high):
    x = noise(window + hop + 7)
    x[hop:] = 0  # silence: the floor
    logs, rows = cepstra(x, rate, window, hop, points, high)
    base = FrontEnd(rate=rate).base(x)
    assert base.dtype == np.float32
    np.testing.assert_allclose(base, rows, atol=1e-5)
    mels = FrontEnd(rate=rate, kind="log_mel").base(x.astype(np.float32))
    np.testing.assert_allclose(mels, logs, atol=1e-3)  # samples rounded to float32


@pytest.mark.skipif(not AN4.is_dir(), reason="no ../shared/data/an4")
def test_the_cepstra_are_those_of_an4():
    paths = sorted((AN4 / "wav").glob("*.wav"))
    assert len(paths) == 51
    for path in paths:
        with wave.open(str(path)) as file:
            samples = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768
        name = f"{path.stem}.mfc"
        (cepstra_path,) = [
            AN4 / part / name for part in ("train", "test") if (AN4 / part / name).exists()
        ]
        expected = np.fromfile(cepstra_path, ">f4", offset=4).reshape(-1, 13)
        np.testing.assert_allclose(FrontEnd().base(samples), expected, atol=1e-5)


@pytest.mark.parametrize("samples", [0, 100, 409])
def test_less_than_a_window_is_no_frame(samples):
    assert FrontEnd().frames(samples) == 0
    assert FrontEnd()(noise(samples)).shape == (0, 39)


@pytest.mark.parametrize(
    ("samples", "frames"), [(410, 1), (411, 2), (570, 2), (571, 3), (16000, 99)]
)
def test_the_last_frame_is_filled_up(samples, frames):
    assert FrontEnd().frames(samples) == frames
    assert FrontEnd()(noise(samples)).shape == (frames, 39)


def test_slopes_are_regressions_over_five_frames():
    base = noise(3 * 9).reshape(9, 3)
    front_end = FrontEnd(coefficients=3, normalize="none")
    features = front_end.finished(base)
    padded = [base[min(max(t, 0), 8)] for t in range(-4, 13)]

    def slope(x, t):
        return sum(n * (x[t + n] - x[t - n]) for n in (1, 2)) / 10

    first = {t: slope(padded, t + 4) for t in range(-2, 11)}
    for t in range(9):
        np.testing.assert_allclose(features[t, :3], base[t], atol=1e-6)
        np.testing.assert_allclose(features[t, 3:6], first[t], atol=1e-6)
        np.testing.assert_allclose(features[t, 6:], slope(first, t), atol=1e-6)


def test_an_utterance_has_mean_0_and_variance_1():
    features = FrontEnd()(noise(16000))
    np.testing.assert_allclose(features.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(features.std(axis=0), 1, atol=1e-4)


def test_a_constant_feature_becomes_0():
    features = FrontEnd(kind="log_mel", filters=2, deltas=0).finished(np.full((5, 2), 7.0))
    np.testing.assert_array_equal(features, np.zeros((5, 2)))


def test_running_means_forget_and_know_no_future():
    base = noise(2 * 200).reshape(200, 2)
    front_end = FrontEnd(coefficients=2, deltas=0, normalize="running")
    features = front_end.finished(base)
    x = base.astype(np.float32).astype(float)
    for t in (1, 5, 63, 64, 199):
        weights = (1 - 1 / MEMORY) ** np.arange(t, -1, -1)[:, None] * np.ones((1, 2))
        mean = np.average(x[: t + 1], axis=0, weights=weights)
        variance = np.average((x[: t + 1] - mean) ** 2, axis=0, weights=weights)
        np.testing.assert_allclose(features[t], (x[t] - mean) / variance**0.5, atol=1e-5)
    changed = base.copy()
    changed[150:] += 5
    np.testing.assert_array_equal(front_end.finished(changed)[:150], features[:150])


def test_running_means_begin_with_those_of_the_training():
    means, deviations = (3.0, -1.0), (2.0, 0.5)
    plain = FrontEnd(coefficients=2, deltas=0, normalize="running")
    front_end = dataclasses.replace(plain, means=means, deviations=deviations)
    draw = np.random.default_rng(0)
    base = draw.normal(means, deviations, (4000, 2))
    features = front_end.finished(base)
    first = (base[0] + BEFORE * np.array(means)) / (BEFORE + 1)
    np.testing.assert_allclose(features[0], (base[0] - first) / deviations, rtol=0.02)
    # What was said before is forgotten in the end.
    assert np.abs(features[:5] - plain.finished(base)[:5]).max() > 0.3
    assert np.abs(features[3900:] - plain.finished(base)[3900:]).max() < 1e-2


@pytest.mark.parametrize("front_end", VARIANTS, ids=repr)
@pytest.mark.parametrize("samples", [0, 409, 410, 411, 900, 30000])
def test_a_stream_gives_the_features_of_the_whole(front_end, samples):
    random = np.random.default_rng(samples)
    x = noise(samples)
    whole = front_end(x)
    for pieces in (1, 2, 7, 40):
        cuts = np.sort(random.integers(0, samples + 1, pieces))
        stream = FrontEndStream(front_end)
        parts = [stream.feed(piece) for piece in np.split(x, cuts)]
        features = np.concatenate([*parts, stream.finish()])
        assert features.dtype == np.float32
        assert features.shape == whole.shape
        np.testing.assert_allclose(features, whole, atol=1e-5)


def test_a_streams_memory_does_not_grow():
    stream = FrontEndStream(FrontEnd(normalize="running"))
    sizes = set()
    for _ in range(50):
        stream.feed(noise(1600))
        arrays = [value for value in vars(stream).values() if isinstance(value, np.ndarray)]
        sizes.add(
            sum((array if array.base is None else array.base).nbytes for array in arrays)
        )
    assert max(sizes) < 16000 * 8


def test_a_stream_cannot_know_the_whole_utterance_and_ends_once():
    with pytest.raises(ValueError, match="'running' or 'none'; got 'utterance'"):
        FrontEndStream(FrontEnd())
    stream = FrontEndStream(FrontEnd(normalize="none"))
    stream.finish()
    for call in (stream.finish, lambda: stream.feed(noise(3))):
        with pytest.raises(ValueError, match="the stream is finished"):
            call()


def test_settings_travel_as_json():
    front_end = FrontEnd(kind="log_mel", rate=8000, filters=30, high=3000.0)
    value = json.loads(json.dumps(front_end.to_json()))
    assert FrontEnd.from_json(value) == front_end
    assert FrontEnd.from_json({}) == FrontEnd()
    begun = VARIANTS[-1]
    assert FrontEnd.from_json(json.loads(json.dumps(begun.to_json()))) == begun
    assert front_end.size == 90
    assert FrontEnd(deltas=1).size == 26


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([], "expected an object of settings"),
        ({"kinds": "cepstra"}, "expected settings of kind, rate.*; got 'kinds'"),
        ({"kind": "mfcc"}, "kind: expected one of cepstra, log_mel; got 'mfcc'"),
        ({"kind": None}, "kind: expected one of"),
        ({"normalize": "all"}, "normalize: expected one of"),
        ({"rate": 16000.0}, "rate: expected an integer from 4000 to 192000"),
        ({"rate": True}, "rate: expected an integer"),
        ({"filters": 1}, "filters: expected an integer from 2 to 512"),
        ({"coefficients": 41}, "coefficients: expected an integer from 1 to 40; got 41"),
        ({"deltas": 3}, "deltas: expected an integer from 0 to 2; got 3"),
        ({"hop": 0.03}, "hop: expected a number from 0.001 to 0.025625; got 0.03"),
        ({"window": math.nan}, "window: expected a number"),
        ({"rate": 8000, "high": 6800.0}, "high: expected a number from 0 to 4000"),
        ({"low": 7000.0}, "low: expected less than high, 6800 Hz; got 7000.0"),
        ({"low": 1000, "high": 1001}, "filters: expected fewer between 1000 and 1001 Hz"),
        ({"means": [1.0] * 39, "deviations": [1.0] * 39}, "means: expected none; got 39"),
        (RUNNING | {"means": [1.0]}, "means: expected none, or 39 numbers; got 1"),
        (RUNNING | {"means": [1.0] * 39}, "deviations: expected 39 numbers; got 0"),
        (
            RUNNING | {"means": [math.nan] * 39, "deviations": [1.0] * 39},
            "means: expected a number",
        ),
        (
            RUNNING | {"means": [1.0] * 39, "deviations": [0.0] * 39},
            "deviations: expected a number",
        ),
        (RUNNING | {"means": 3}, "means: expected a list"),
    ],
)
def test_wrong_settings_are_named(value, message):
    with pytest.raises(ValueError, match=message):
        FrontEnd.from_json(value)


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        (np.zeros(500, np.int16), r"expected floats \(samples,\) in \[-1, 1\); got int16"),
        (np.zeros((2, 500)), r"got float64 \(2, 500\)"),
        (np.full(500, np.nan), "expected finite values"),
    ],
)
def test_wrong_samples_are_refused(samples, message):
    with pytest.raises(ValueError, match=message):
        FrontEnd()(samples)
    with pytest.raises(ValueError, match=message):
        FrontEndStream(FrontEnd(normalize="none")).feed(samples)


def test_features_of_another_width_are_refused():
    with pytest.raises(
        ValueError, match=r"expected floats \(frames, 13\); got float64 \(5, 12\)"
    ):
        FrontEnd().finished(np.zeros((5, 12)))


def test_it_stands_alone():
    tree = ast.parse(Path(module.__file__).read_text("utf-8"))
    names = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    } | {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert names == {"dataclasses", "functools", "math", "numpy", "typing"}
    assert dataclasses.is_dataclass(FrontEnd)
