"""Graphs with the weights in another file: they answer like Keras, whatever layers a model is of."""

import zipfile
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from seqzoo import InputError, models
from seqzoo.artifact import small, weights, writing
from seqzoo.artifact.places import with_places
from seqzoo.engine import GraphFile, Network
from seqzoo.export import graphs
from seqzoo.layers import CELLS, to_stock

IDS = np.array([[3, 4, 5, 6, 0, 0], [7, 3, 2, 1, 4, 9], [8, 0, 0, 0, 0, 0]], np.int32)


def written(model, folder) -> tuple[bytes, Path]:
    """A model's graph, and the file of its weights."""
    to_stock(model).save(folder / "model.keras")
    return graphs.graph(model, "model.keras"), folder / "model.keras"


def on_the_engine(model, folder) -> Network:
    content, saved = written(model, folder)
    return Network(GraphFile.parse(content), weights.arrays(saved), "model.keras")


def placed(content, saved) -> Network:
    """As an artifact has it: the graph says where its weights are."""
    graph = GraphFile.parse(with_places(content, saved))
    return Network(graph, saved.read_bytes(), "model.keras")


def shaken(model):
    """The model with weights none of which is 0, so that a confusion of any two shows."""
    draw = np.random.default_rng(0)
    model.set_weights([w + 0.3 * draw.normal(size=w.shape) for w in model.get_weights()])
    return model


@pytest.mark.parametrize("cell", CELLS)
def test_every_cell_answers_like_keras_in_half_precision_too(cell, tmp_path):
    model = shaken(models.classifier(12, 3, cell=cell, units=6, embedding_dim=5))
    content, saved = written(model, tmp_path)
    arrays = weights.arrays(saved)
    found = Network(GraphFile.parse(content), arrays, saved.name).run({"tokens": IDS})
    np.testing.assert_allclose(found["label"], model(IDS), atol=1e-6)
    again = placed(content, saved).run({"tokens": IDS})
    np.testing.assert_array_equal(found["label"], again["label"])

    small.store_small(saved, saved)
    half = placed(content, saved).run({"tokens": IDS})
    model.set_weights([w.astype(np.float16) for w in model.get_weights()])
    np.testing.assert_allclose(half["label"], model(IDS), atol=2e-6)


@pytest.mark.parametrize("pooling", models.POOLINGS)
@pytest.mark.parametrize("bidirectional", [False, True])
def test_every_pooling_answers_like_keras(pooling, bidirectional, tmp_path):
    model = shaken(
        models.classifier(
            12,
            3,
            pooling=pooling,
            bidirectional=bidirectional,
            units=[4, 6],
            embedding_dim=5,
        )
    )
    found = on_the_engine(model, tmp_path).run({"tokens": IDS})["label"]
    np.testing.assert_allclose(found, model(IDS), atol=1e-6)


@pytest.mark.parametrize("cell", CELLS)
def test_weights_are_stored_once(cell):
    """No array of the model's own is in the graph, and all of them are named."""
    model = models.classifier(12, 3, cell=cell, units=20, embedding_dim=5)
    content = graphs.graph(model, "model.keras")
    tensors = onnx.load_from_string(content).graph.initializer
    inside = [numpy_helper.to_array(t) for t in tensors if not t.external_data]
    # Gates that a cell does without have weights of 0 and biases of one size.
    assert all(len(np.unique(array)) <= 3 for array in inside)
    assert len(GraphFile.parse(content).stored) == len(to_stock(model).weights)


def test_tables_in_half_precision_stay_so(tmp_path):
    """The one array that is large is neither copied nor made wider."""
    model = shaken(models.classifier(500, 3, units=6, embedding_dim=5))
    graph, saved = written(model, tmp_path)
    small.store_small(saved, saved)
    content = with_places(graph, saved)
    proto = onnx.load_from_string(content)
    shapes = {tensor.name: tuple(tensor.dims) for tensor in proto.graph.initializer}
    widened = {node.input[0] for node in proto.graph.node if node.op_type == "Cast"}
    stored = GraphFile.parse(content).stored
    assert all(each.dtype is np.float16 for each in stored.values())
    assert [shapes[name] for name in stored if name not in widened] == [(500, 5)]
    network = placed(graph, saved)
    rounded = [w.astype(np.float16).astype(np.float32) for w in model.get_weights()]
    model.set_weights(rounded)
    np.testing.assert_allclose(network.run({"tokens": IDS})["label"], model(IDS), atol=1e-6)


def test_views_of_a_file_are_its_arrays(tmp_path):
    import keras

    model = shaken(models.classifier(12, 3, units=6, embedding_dim=5))
    to_stock(model).save(tmp_path / "model.keras")
    found = sorted(w.tobytes() for w in weights.arrays(tmp_path / "model.keras").values())
    expected = keras.saving.load_model(tmp_path / "model.keras").get_weights()
    assert found == sorted(w.tobytes() for w in expected)


def test_a_model_with_a_layer_that_has_no_form_runs_on_keras(
    trained, tmp_path, capsys, monkeypatch
):
    """Nothing is left of its graphs, and its answers are those of Keras."""
    from seqzoo import InputError, load
    from seqzoo.tasks import task_of

    def none(*_, **__):
        raise InputError("ONNX: no such layer")

    monkeypatch.setattr(graphs, "to_onnx", none)
    found = load(trained)
    target = tmp_path / "staged"
    target.mkdir()
    writing.write_graphs(target, found.model, task_of("classification"))
    assert (
        "runs on Keras alone, not on the engine: ONNX: no such layer"
        in capsys.readouterr().out
    )
    assert not list(target.iterdir())


def test_weights_that_are_compressed_have_no_place(tmp_path):
    model = models.classifier(12, 3, units=6, embedding_dim=5)
    to_stock(model).save(tmp_path / "plain.keras")
    with (
        zipfile.ZipFile(tmp_path / "plain.keras") as plain,
        zipfile.ZipFile(tmp_path / "model.keras", "w", zipfile.ZIP_DEFLATED) as dense,
    ):
        for name in plain.namelist():
            dense.writestr(name, plain.read(name))
    with pytest.raises(InputError, match="compressed; expected it as it is"):
        with_places(graphs.graph(model, "model.keras"), tmp_path / "model.keras")
