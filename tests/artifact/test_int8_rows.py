"""Tables of whole numbers: small, close, the same on the engine as in Keras, and in every export."""

import csv
import io
import json
import shutil
from pathlib import Path

import h5py
import numpy as np
import onnx
import pytest

import seqzoo
from seqzoo import InputError, artifact, export, models
from seqzoo.__main__ import main
from seqzoo.artifact import int8_graph, int8_rows, small, weights
from seqzoo.artifact.places import with_places
from seqzoo.engine import GraphFile, Network
from seqzoo.export import graphs, web
from seqzoo.layers import to_stock
from seqzoo.system.files import sha256
from seqzoo.tasks import task_of

IDS = np.array([[3, 4, 5, 6, 0, 0], [7, 3, 2, 1, 4, 9], [8, 0, 0, 0, 0, 0]], np.int32)
VERDICTS = Path(__file__).parents[1] / "tasks" / "short_verdicts.tsv"


@pytest.fixture(scope="module")
def packed(trained, tmp_path_factory):
    folder = tmp_path_factory.mktemp("int8") / "packed"
    assert main(["pack", str(trained), str(folder), "--tables", "int8"]) == 0
    return folder


@pytest.fixture
def copy(packed, tmp_path):
    shutil.copytree(packed, tmp_path / "copy")
    return tmp_path / "copy"


def test_a_row_is_kept_to_half_a_step_of_its_scale():
    table = np.random.default_rng(0).normal(size=(50, 8)).astype("float32")
    table[3] = 0
    table[4] *= 1e-6
    table[5] = -table[6]
    rows, scales = int8_rows.quantized(table)
    assert rows.dtype == np.int8
    assert rows.min() == -127
    assert rows.max() == 127
    apart = np.abs(int8_rows.widened(rows, scales) - table)
    assert (apart <= scales * 0.5 * (1 + 1e-5)).all()
    assert not rows[3].any()
    np.testing.assert_array_equal(rows[5], -rows[6])


def test_what_is_kept_so_is_kept_again_as_it_is():
    table = np.random.default_rng(0).normal(size=(200, 16)).astype("float32")
    rows, scales = int8_rows.quantized(table)
    again, _ = int8_rows.quantized(int8_rows.widened(rows, scales))
    np.testing.assert_array_equal(rows, again)


@pytest.mark.parametrize(
    "settings",
    [
        {"embedding_dim": 5},
        {"cell": "forget_lstm", "embedding": "one_hot", "near_units": 7},
        {"cell": "forget_lstm", "embedding": "one_hot", "bigrams": 31, "pooling": "max"},
        {"bidirectional": False, "num_layers": 2, "pooling": "attention"},
    ],
)
def test_the_engine_answers_like_keras(settings, tmp_path):
    model = models.classifier(40, 3, **{"units": 6, "embedding_dim": 6} | settings)
    draw = np.random.default_rng(0)
    model.set_weights([w + 0.3 * draw.normal(size=w.shape) for w in model.get_weights()])
    stock, saved = to_stock(model), tmp_path / "model.keras"
    stock.save(saved)
    graph = graphs.graph(model, saved.name)
    (tmp_path / "model.onnx").write_bytes(graph)
    names = int8_graph.narrowable(tmp_path / "model.onnx")
    small.store_small(saved, saved, names)

    placed = GraphFile.parse(with_places(graph, saved))
    kinds = [each.dtype for each in placed.stored.values()]
    tables = 2 if {"near_units", "bigrams"} & settings.keys() else 1
    assert kinds.count(np.int8) == len(names) == tables
    found = Network(placed, saved.read_bytes(), saved.name).run({"tokens": IDS})["label"]

    before = stock.get_weights()
    weights.assign(saved, weights.floats(saved), stock)
    model.set_weights(stock.get_weights())
    changed = [
        not np.array_equal(a, b) for a, b in zip(before, stock.get_weights(), strict=True)
    ]
    assert any(changed)
    np.testing.assert_allclose(found, model(IDS), atol=1e-5)


def test_a_packed_model_is_the_same_in_keras(packed):
    own = artifact.Artifact(packed)
    model, _ = own.load()
    found = own.network("model").run({"tokens": IDS})["label"]
    np.testing.assert_allclose(found, model(IDS), atol=1e-5)


def test_a_model_of_format_2_is_packed_so_too(trained, tmp_path):
    from tests.commands.test_pack import earlier

    old = earlier(trained, tmp_path / "old")
    artifact.pack(old, tmp_path / "new", task_of("classification"), "int8")
    assert any(int8_rows.tables(weights.arrays(tmp_path / "new" / "model.keras")))
    own = artifact.Artifact(tmp_path / "new")
    found = own.network("model").run({"tokens": IDS})["label"]
    np.testing.assert_allclose(found, own.load()[0](IDS), atol=1e-5)


def test_keras_alone_says_that_it_lacks_the_table(packed):
    import keras

    with pytest.raises(ValueError, match="embedding"):
        keras.saving.load_model(packed / "model.keras")


def test_the_finished_model_answers_alike_from_fewer_bytes(tmp_path):
    """Sixty sentences: no verdict changes, no probability by as much as a hundredth."""
    with VERDICTS.open(encoding="utf-8", newline="") as file:
        texts = [row["text"] for row in csv.DictReader(file, delimiter="\t")]
    assert main(["pack", "sentiment-imdb", str(tmp_path / "int8"), "--tables", "int8"]) == 0
    finished = seqzoo.load("sentiment-imdb")
    size = (tmp_path / "int8" / "model.keras").stat().st_size
    numbers = sum(
        array.size for array in weights.arrays(tmp_path / "int8" / "model.keras").values()
    )
    assert size < 1.25 * numbers
    before, after = finished.predict(texts), seqzoo.load(tmp_path / "int8").predict(texts)
    assert [each["label"] for each in before] == [each["label"] for each in after]
    for old, new in zip(before, after, strict=True):
        assert new["probabilities"] == pytest.approx(old["probabilities"], abs=0.01)


@pytest.mark.parametrize("format", ["keras", "saved_model", "onnx", "wheel"])
def test_exports_answer_like_the_packed_model(packed, format, tmp_path):
    """`export` asks both the same texts, and refuses to write what answers otherwise."""
    report = export.export(seqzoo.load(packed), format, tmp_path / "out")
    assert report["format"] == format


def test_an_onnx_file_has_the_tables_as_they_are_kept(packed, tmp_path):
    export.export(seqzoo.load(packed), "onnx", tmp_path / "out")
    proto = onnx.load(tmp_path / "out" / "model.onnx")
    kinds = [tensor.data_type for tensor in proto.graph.initializer]
    assert onnx.TensorProto.INT8 in kinds
    size = (tmp_path / "out" / "model.onnx").stat().st_size
    assert size < 1.2 * (packed / "model.keras").stat().st_size


def test_a_model_of_halves_is_exported_in_full(averaged, tmp_path):
    export.export(seqzoo.load(averaged), "onnx", tmp_path / "out")
    proto = onnx.load(tmp_path / "out" / "model.onnx")
    assert {tensor.data_type for tensor in proto.graph.initializer} >= {
        onnx.TensorProto.FLOAT
    }
    assert onnx.TensorProto.INT8 not in [t.data_type for t in proto.graph.initializer]


def test_a_page_has_the_tables_as_they_are_kept(packed, tmp_path):
    own = artifact.Artifact(packed)
    web._write_network(tmp_path, own, "model")  # it compares the graphs' answers itself
    page = (tmp_path / "model.onnx").stat().st_size
    assert page < 1.2 * (packed / "model.keras").stat().st_size


def test_a_packed_model_stays_so_and_gets_no_bits_back(packed, tmp_path):
    task = task_of("classification")
    for tables in (None, "int8"):
        artifact.pack(packed, tmp_path / str(tables), task, tables)
        first, second = (
            weights.arrays(f / "model.keras") for f in (packed, tmp_path / str(tables))
        )
        for name, array in first.items():
            np.testing.assert_array_equal(array, second[name])
        assert artifact.Artifact(tmp_path / str(tables)).network("model")
    with pytest.raises(InputError, match=r"--tables half: .*: its tables are int8"):
        artifact.pack(packed, tmp_path / "half", task, "half")
    assert not (tmp_path / "half").exists()


def test_a_model_without_tables_is_refused(forecaster, tmp_path):
    with pytest.raises(InputError, match=r"--tables int8: .*: expected an embedding"):
        artifact.pack(forecaster, tmp_path / "out", task_of("forecasting"), "int8")
    with pytest.raises(
        InputError, match="--tables: expected one of half, int8; got 'int4'"
    ):
        artifact.pack(forecaster, tmp_path / "out", task_of("forecasting"), "int4")


def test_tables_that_are_no_numbers_are_refused():
    with pytest.raises(
        InputError, match=r"model\.keras: a weight that is no finite number"
    ):
        small._small("table", np.full((2, 8), np.nan, "float32"), "model.keras", {"table"})


def damaged(copy: Path, change) -> None:
    """Change the HDF5 file of a packed model, and its hash."""
    content = io.BytesIO(weights.read(copy / "model.keras"))
    with h5py.File(content, "r+") as file:
        change(file, next(int8_rows.tables(weights.arrays(copy / "model.keras"))))
    texts = {
        n: weights.text(copy / "model.keras", n) for n in (weights.CONFIG, weights.METADATA)
    }
    import zipfile

    with zipfile.ZipFile(copy / "model.keras", "w") as archive:
        for name, text in texts.items():
            archive.writestr(name, text)
        archive.writestr(weights.MEMBER, content.getvalue())
    manifest = json.loads((copy / artifact.MANIFEST).read_text())
    manifest["sha256"]["model.keras"] = sha256(copy / "model.keras")
    (copy / artifact.MANIFEST).write_text(json.dumps(manifest))


def without_scales(file, name):
    del file[int8_rows.names(name)[1]]


def short_scales(file, name):
    _, scales = int8_rows.names(name)
    kept = file[scales][:-1]
    del file[scales]
    file[scales] = kept


def wide_rows(file, name):
    rows, _ = int8_rows.names(name)
    kept = file[rows][()].astype("float32")
    del file[rows]
    file[rows] = kept


def twice(file, name):
    file[name] = np.zeros((2, 2), "float32")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (without_scales, "expected float32 .*; got none"),
        (short_scales, r"expected float32 \(\d+, 1\); got float32"),
        (wide_rows, r"expected int8 \(rows, width\); got float32"),
        (twice, "kept twice"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(copy, change, message):
    damaged(copy, change)
    with pytest.raises(InputError, match=rf"model\.keras: .*{message}"):
        artifact.Artifact(copy).load()


def test_its_card_says_what_reads_it(packed):
    card = (packed / "README.md").read_text("utf-8")
    assert "`model.keras` alone loads" not in card
    assert f"`seqzoo export path/to/{packed.name} --format keras` loads" in card
