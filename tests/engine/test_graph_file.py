"""What is read of an ONNX file, against the `onnx` package, and what is refused."""

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from seqzoo import InputError, models, zoo
from seqzoo.engine import GraphFile, graph_file
from seqzoo.export import graphs

GRAPHS = sorted(zoo.PRETRAINED.glob("*/*.onnx"))


@pytest.mark.parametrize("path", GRAPHS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_all_that_the_onnx_package_finds_is_found(path):
    content = path.read_bytes()
    proto = onnx.load_from_string(content)
    found = GraphFile.parse(content)
    assert found.inputs == [value.name for value in proto.graph.input]
    assert found.outputs == [value.name for value in proto.graph.output]
    elsewhere = [tensor for tensor in proto.graph.initializer if tensor.external_data]
    assert list(found.stored) == [tensor.name for tensor in elsewhere]
    for tensor in elsewhere:
        stored = found.stored[tensor.name]
        assert stored.shape == tuple(tensor.dims)
        assert np.dtype(stored.dtype) == helper.tensor_dtype_to_np_dtype(tensor.data_type)
        said = {entry.key: entry.value for entry in tensor.external_data}
        assert said["location"] == stored.location == f"{path.stem}.keras"
        assert (said["offset"], said["length"]) == (str(stored.offset), str(stored.length))
    assert found.placed


def test_nodes_of_loops_are_counted_too():
    model = models.classifier(6, 2, cell="mogrifier_lstm", units=3, embedding_dim=2)
    content = graphs.graph(model, "model.keras")
    proto = onnx.load_from_string(content)
    bodies = [a.g for node in proto.graph.node for a in node.attribute if a.HasField("g")]
    assert bodies
    count = len(proto.graph.node) + sum(len(body.node) for body in bodies)
    assert GraphFile.parse(content).nodes == count


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_a_damaged_graph_is_read_or_refused(data):
    content = bytearray(GRAPHS[0].read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] ^= data.draw(st.integers(1, 255))
    cut = data.draw(st.integers(0, len(content)))
    for changed in (bytes(content), bytes(content[:cut])):
        try:
            GraphFile.parse(changed)
        except InputError:
            continue


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_bytes_of_any_kind_are_refused(content):
    with pytest.raises(InputError):
        GraphFile.parse(content)


def test_whole_numbers_of_any_size_are_read():
    for number in (0, 1, 127, 128, 300, 2**31, 2**63, 2**64 - 1):
        raw = bytes(_varint(number))
        assert graph_file._varint(raw, 0) == (number, len(raw))
    with pytest.raises(ValueError, match="64 bits"):
        graph_file._varint(b"\xff" * 12, 0)


def _varint(number: int):
    while number > 127:
        yield number & 127 | 128
        number >>= 7
    yield number


def test_every_operator_that_seqzoo_writes_is_allowed():
    found = set()
    for path in GRAPHS:
        found |= {
            node.op_type for node in onnx.load(path, load_external_data=False).graph.node
        }
    assert found <= graph_file.OPERATORS


def test_a_graph_larger_than_any_is_refused_before_it_is_read():
    with pytest.raises(InputError, match="expected 16,777,216 at most"):
        GraphFile.parse(bytes(graph_file.LARGEST + 1))


def test_arrays_of_types_that_no_network_has_are_refused():
    tensor = TensorProto(name="texts", data_type=TensorProto.STRING, dims=[1])
    graph = helper.make_graph([], "g", [], [], [tensor])
    with pytest.raises(InputError, match="ONNX' type 8"):
        GraphFile.parse(helper.make_model(graph).SerializeToString())


def with_numbers(tensor: TensorProto) -> bytes:
    """A graph that has an array in itself."""
    value = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])
    graph = helper.make_graph([], "g", [], [value], [tensor])
    return helper.make_model(graph).SerializeToString()


@pytest.mark.parametrize("dtype", [np.int32, np.int64])
@pytest.mark.parametrize("numbers", [[2**21], [-(2**21)], [0, 2**30, 1]])
def test_sizes_that_no_answer_needs_are_refused(numbers, dtype):
    tensor = numpy_helper.from_array(np.array(numbers, dtype), "shape")
    with pytest.raises(InputError, match="shape: numbers that are no sizes in a graph"):
        GraphFile.parse(with_numbers(tensor))


def test_usual_sizes_are_read():
    for numbers in ([], [0, -1, 3 * 2**18], [2**20], [1, 2**63 - 1], list(range(1000))):
        tensor = numpy_helper.from_array(np.array(numbers, np.int64), "sizes")
        GraphFile.parse(with_numbers(tensor))


@pytest.mark.parametrize("kind", [TensorProto.INT32, TensorProto.INT64])
def test_sizes_that_are_not_looked_at_are_refused(kind):
    tensor = helper.make_tensor("shape", kind, [1], [2**30])
    assert not tensor.raw_data
    with pytest.raises(InputError, match="in a form that seqzoo never writes"):
        GraphFile.parse(with_numbers(tensor))


PLACES = {  # what a graph says of an array in another file -> what is said of that
    (("location", "a"), ("checksum", "0")): "elsewhere with 'checksum'",
    (("location", "a"), ("location", "b")): "lies in two places",
    (("location", "a"), ("offset", "-1"), ("length", "4")): "with the offset '-1'",
    (("location", "a"), ("offset", "²"), ("length", "4")): "with the offset '²'",
    (("location", "a"), ("offset", "9" * 40), ("length", "4")): "with the offset",
    (("location", "a"), ("offset", "0")): "expected both",
}


@pytest.mark.parametrize(("said", "message"), PLACES.items(), ids=PLACES.values())
def test_a_place_that_none_can_be_is_refused(said, message):
    tensor = TensorProto(name="x", data_type=TensorProto.FLOAT, dims=[1])
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in said:
        tensor.external_data.add(key=key, value=value)
    graph = helper.make_graph([], "g", [], [], [tensor])
    with pytest.raises(InputError, match=message):
        GraphFile.parse(helper.make_model(graph).SerializeToString())


def test_a_view_is_the_bytes_at_its_place():
    numbers = np.arange(6, dtype=np.float32)
    content = b"abc" + numbers.tobytes() + b"de"
    stored = graph_file.Stored((2, 3), np.float32, "x", 3, 24)
    np.testing.assert_array_equal(stored.view(content), numbers.reshape(2, 3))
    for offset, length in ((6, 24), (3, 23), (3, 25), (None, None), (2**40, 24)):
        with pytest.raises(InputError, match=r"expected 24 bytes|the file has 29"):
            graph_file.Stored((2, 3), np.float32, "x", offset, length).view(content)
