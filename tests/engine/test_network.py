"""Networks on the engine: they answer like Keras, alone and in batches, from any number of threads."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import onnx
import pytest

import seqzoo
from seqzoo import InputError, artifact, zoo
from seqzoo.artifact.graph_proof import made_inputs
from seqzoo.engine import GraphFile, Network, threads
from seqzoo.system.cores import cores
from seqzoo.training.running import KerasNetwork

NETWORKS = [
    (name, graph)
    for name, folder in zoo.pretrained().items()
    for graph in artifact.Artifact(folder).graphs
]
LONGEST, ROWS, STEPS = 9, 3, 7


def drawn(network, seed: int) -> dict[str, np.ndarray]:
    """Inputs of any values, padded ids among them, as a network takes them."""
    draw = np.random.default_rng(seed)
    real = np.arange(STEPS) < np.array([[STEPS], [3], [1]])
    given = {}
    for name, size in network.inputs.items():
        if name == "frames":
            given[name] = draw.normal(size=(ROWS, STEPS, size)).astype(np.float32)
        elif name == "points":
            given[name] = draw.normal(size=(ROWS, 1, size)).astype(np.float32)
        elif name == "lengths":
            given[name] = real.sum(axis=1).astype(np.int32)
        elif name == "mask":
            given[name] = real
        elif name == "token":
            given[name] = draw.integers(4, 100, (ROWS, 1)).astype(np.int32)
        elif name in ("keys", "memory"):
            given[name] = draw.normal(size=(ROWS, STEPS, size)).astype(np.float32)
        elif name.startswith("state"):
            given[name] = draw.normal(size=(ROWS, size)).astype(np.float32)
        else:
            ids = draw.integers(4, 100, (ROWS, STEPS))
            given[name] = (ids * real).astype(np.int32)
    return given


def given_of(model, graph, seed):
    """Inputs of a finished model's network; one of pictures has as many positions as its picture."""
    if "image" in model.READS:
        return made_inputs(model.networks[graph])
    return drawn(model.artifact.network(graph), seed)


@pytest.mark.parametrize(("name", "graph"), NETWORKS)
def test_finished_models_agree_with_keras(name, graph):
    model = seqzoo.load(name)
    engine, live = model.artifact.network(graph), KerasNetwork(model.networks[graph])
    assert engine.inputs == live.inputs
    given = given_of(model, graph, 0)
    ours, theirs = engine.run(given), live.run(given)
    assert ours.keys() == theirs.keys()
    for output in ours:
        assert ours[output].shape == theirs[output].shape
        # of a mask: padded steps are of no meaning, and differ
        np.testing.assert_allclose(
            _real(ours[output], given), _real(theirs[output], given), atol=2e-5, rtol=2e-5
        )


def _real(value, given):
    """What is no padding, of an output (batch, time, ...)."""
    if "lengths" in given and value.ndim == 3:
        stack = -(-STEPS // value.shape[1])  # frames of a step
        steps = stack * np.arange(value.shape[1])
        return value[steps < given["lengths"][:, None]]
    ids = given.get("tokens", given.get("source"))
    if ids is None or value.shape[:2] != ids.shape:
        return value
    return value[ids != 0]


def test_a_row_does_not_depend_on_the_rows_beside_it():
    network = artifact.Artifact(zoo.find("sentiment-imdb")).network("model")
    given = drawn(network, 1)["tokens"]
    together = network.run({"tokens": given})["label"]
    for row, answer in zip(given, together, strict=True):
        alone = network.run({"tokens": row[row != 0][None]})["label"][0]
        np.testing.assert_allclose(alone, answer, atol=1e-6)


def test_many_threads_get_the_answers_of_one():
    model = seqzoo.load("sentiment-imdb")
    texts = model.samples(64, 30)
    alone = [model.predict([text]) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda text: model.predict([text]), texts)) == alone


def test_threads_are_those_of_the_variable(monkeypatch):
    monkeypatch.delenv("SEQZOO_THREADS", raising=False)
    assert threads() == cores()
    monkeypatch.setenv("SEQZOO_THREADS", "0")
    assert threads() == cores()
    monkeypatch.setenv("SEQZOO_THREADS", "3")
    assert threads() == 3
    for wrong in ("many", "-1", "1.5", "²", "99999"):
        monkeypatch.setenv("SEQZOO_THREADS", wrong)
        with pytest.raises(InputError, match="SEQZOO_THREADS: expected a whole number"):
            threads()


def test_a_wrong_number_of_threads_is_not_told_as_a_fault_of_the_model(monkeypatch):
    monkeypatch.setenv("SEQZOO_THREADS", "-1")
    with pytest.raises(InputError, match=r"^SEQZOO_THREADS: expected"):
        seqzoo.load("sentiment-imdb").predict(["A wonderful film."])


def test_a_graph_that_the_runtime_refuses_prints_nothing(capfd):
    def change(proto):
        proto.graph.node[0].input[0] = "nowhere"

    with pytest.raises(InputError, match=r"^g: ONNX Runtime can't run it: "):
        changed(change)
    assert capfd.readouterr() == ("", "")


def changed(change) -> Network:
    """The network of a finished classifier, after `change(proto)`."""
    folder = zoo.find("sentiment-imdb")
    proto = onnx.load(folder / "model.onnx", load_external_data=False)
    change(proto)
    graph = GraphFile.parse(proto.SerializeToString().replace(b"nowhere", b"n\xffwhere"))
    return Network(graph, (folder / "model.keras").read_bytes(), "model.keras", "g")


def test_a_graph_that_fails_when_it_runs_is_named():
    def change(proto):
        softmax = next(node for node in proto.graph.node if node.op_type == "Softmax")
        # As many columns as the input has: ONNX Runtime finds out when it runs.
        nodes = [
            onnx.helper.make_node("Cast", ["tokens"], ["ids"], to=onnx.TensorProto.FLOAT),
            onnx.helper.make_node("Add", [softmax.input[0], "ids"], ["sum"]),
        ]
        softmax.input[0] = "sum"
        place = list(proto.graph.node).index(softmax)
        for node in reversed(nodes):
            proto.graph.node.insert(place, node)

    network = changed(change)
    with pytest.raises(InputError, match=r"^g: ONNX Runtime can't run it: .*Add"):
        network.run({"tokens": np.array([[4, 5, 6]], np.int32)})


def test_an_axis_of_bytes_that_are_no_text_is_named():
    def change(proto):
        proto.graph.output[0].type.tensor_type.shape.dim[0].dim_param = "nowhere"

    with pytest.raises(InputError, match=r"^g: a name of an axis in a graph"):
        changed(change)


def test_a_process_that_forks_goes_on_answering():
    code = """
import os, seqzoo
model = seqzoo.load("sentiment-imdb")
before = model.predict(["A wonderful film."])
child = os.fork()
if child == 0:
    os._exit(0 if model.predict(["A wonderful film."]) == before else 1)
assert os.waitpid(child, 0)[1] == 0
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120, env=os.environ)


def test_weights_that_do_not_fit_are_named():
    folder = zoo.find("sentiment-imdb")
    graph = GraphFile.parse((folder / "model.onnx").read_bytes())
    with pytest.raises(InputError, match=r"g: .*: model.keras has no weights of that name"):
        Network(graph, {}, "model.keras", "g")
    with pytest.raises(InputError, match=r"weights in 'model.keras'; expected other.keras"):
        Network(graph, {}, "other.keras")


def test_weights_at_no_place_of_the_file_are_named():
    folder = zoo.find("sentiment-imdb")
    graph = GraphFile.parse((folder / "model.onnx").read_bytes())
    half = (folder / "model.keras").read_bytes()[: 2**20]
    with pytest.raises(InputError, match=r"g: .*: bytes .*; the file has 1,048,576"):
        Network(graph, half, "model.keras", "g")


def test_a_finished_model_needs_no_hdf5():
    code = """
import sys
sys.modules["h5py"] = None
import seqzoo
print(seqzoo.load("sentiment-imdb").predict(["A wonderful film."])[0]["label"])
"""
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    assert done.stdout == "positive\n"


@pytest.mark.parametrize(("name", "graph"), NETWORKS)
def test_any_onnx_runtime_opens_the_files(name, graph):
    """The graph says in ONNX' own words where its weights are, so that it is of use without seqzoo."""
    import onnxruntime

    folder = zoo.find(name)
    plain = onnxruntime.InferenceSession(folder / f"{graph}.onnx")
    engine = artifact.Artifact(folder).network(graph)
    given = given_of(seqzoo.load(name), graph, 2)
    ours = engine.run(given)
    for output, theirs in zip(ours, plain.run(list(ours), given), strict=True):
        np.testing.assert_array_equal(ours[output], theirs)
