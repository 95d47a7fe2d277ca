"""A graph that does not answer like its network is found when it is written."""

from types import SimpleNamespace

import numpy as np
import onnx
import pytest

from seqzoo import InputError, models, zoo
from seqzoo.artifact import Artifact, graph_proof, writing
from seqzoo.artifact.places import place
from seqzoo.export import graphs
from seqzoo.layers import to_stock


@pytest.fixture
def written(tmp_path):
    model = models.classifier(12, 3, units=6, embedding_dim=5)
    draw = np.random.default_rng(0)
    model.set_weights([w + draw.normal(0, 0.3, w.shape) for w in model.get_weights()])
    to_stock(model).save(tmp_path / "model.keras")
    graphs.write(tmp_path, {"model": model})
    place(tmp_path / "model.onnx")
    return tmp_path / "model.onnx", model


def changed(path, change):
    proto = onnx.load(path, load_external_data=False)
    change(proto.graph)
    path.write_bytes(proto.SerializeToString())


def test_a_right_graph_is_proved(written):
    graph_proof.prove(*written)


def test_the_graph_of_a_finished_network_holds():
    """Of several layers; tests of the engine compare every finished network with Keras."""
    found = Artifact(zoo.find("translation-en-de"))
    _, networks = found.load()
    graph_proof.prove(found.path("encoder.onnx"), networks["encoder"])


def other_weights(graph):
    """The kernels of both directions change places."""
    kernels = [t for t in graph.initializer if t.name.endswith("ward_layer/cell/vars/0")]
    first, second = kernels
    first.name, second.name = second.name, first.name


def other_operator(graph):
    next(node for node in graph.node if node.op_type == "Softmax").op_type = "LogSoftmax"


def no_mask(graph):
    """Padding counts as real: 0 is no longer compared with."""
    node = next(node for node in graph.node if node.op_type == "Equal")
    node.input[1] = node.input[0]


@pytest.mark.parametrize("change", [other_weights, other_operator, no_mask])
def test_a_wrong_graph_is_not(written, change):
    path, model = written
    changed(path, change)
    with pytest.raises(InputError, match=r"model.onnx: "):
        graph_proof.prove(path, model)


def test_a_model_whose_graph_is_wrong_stays_on_keras(tmp_path, capfd):
    model = models.classifier(12, 3, units=6, embedding_dim=5)
    to_stock(model).save(tmp_path / "model.keras")

    def write_graphs(folder, model):
        graphs.write(folder, {"model": model})
        changed(folder / "model.onnx", other_operator)

    writing.write_graphs(tmp_path, model, SimpleNamespace(write_graphs=write_graphs))
    assert not list(tmp_path.glob("*.onnx"))
    assert (
        "runs on Keras alone, not on the engine: model.onnx: label"
        in capfd.readouterr().out
    )


def test_lengths_are_drawn_up_to_the_time_of_the_values():
    network = models.forecaster(
        2, 4, mode="segments", look_back=8, segment=4, units=3, linear=True
    )
    given = graph_proof.made_inputs(network)
    assert given["values"].shape[1:] == (8, 2)
    assert ((given["lengths"] >= 1) & (given["lengths"] <= 8)).all()
    assert given["lengths"].ndim == 1
