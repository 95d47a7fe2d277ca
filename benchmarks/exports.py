"""Every kind of network in every format, beside Keras' `predict`, PyTorch and what tf2onnx makes of it.

    python -m benchmarks.exports [--rounds 7]       # ids in, one thread: milliseconds for 1 row and for 64
    python -m benchmarks.exports --texts [NAME ...]  # text in: `seqzoo export`, its proof, size and times

One process for each network or model, in which the ways take turns. Rows are equally long, random ids. Needs
`pip install -e ".[benchmark,export]"` and tf2onnx (`pip install --no-deps tf2onnx flatbuffers`).
"""

import argparse
import functools
import json
import tempfile
from pathlib import Path

import numpy as np

from benchmarks import tables

LENGTHS = {
    "sentiment-imdb": 200,
    "segmentation-peoples-daily": 40,
    "lm-ptb-small": 35,
    "characters-python": 200,
}
MODELS = ["sentiment-imdb", "segmentation-peoples-daily", "entities-peoples-daily", "translation-en-de",
          "lm-ptb-small", "characters-python"]  # fmt: skip
FORMATS = ("keras", "saved_model", "onnx", "litert")


def rows_of(network, rows: int, length: int) -> dict:
    """Inputs by name: random ids, states of zeros."""
    draw, vocabulary = np.random.default_rng(0), {}
    for layer in network.layers:
        if hasattr(layer, "input_dim"):
            vocabulary[layer.input.name] = layer.input_dim
    given = {}
    for x in network.inputs:
        if str(x.dtype) == "int32":
            given[x.name] = draw.integers(4, vocabulary[x.name], (rows, length)).astype(
                np.int32
            )
        else:
            given[x.name] = np.zeros((rows, x.shape[-1]), np.float32)
    return given


def recurrent(layers):
    """PyTorch's module with the weights of recurrent layers, one above the other."""
    import keras
    import torch

    from seqzoo.convert import to_torch
    from seqzoo.layers import GRU, LSTM, Bidirectional

    modules = []
    for layer in layers:
        two = isinstance(layer, keras.layers.Bidirectional)
        one = layer.forward_layer if two else layer
        kind = "GRU" if isinstance(one, keras.layers.GRU) else "LSTM"
        ours = {"GRU": GRU, "LSTM": LSTM}[kind](one.units, return_sequences=True)
        ours = Bidirectional(ours) if two else ours
        features = one.cell.kernel.shape[0]
        x = keras.Input((None, features))
        model = keras.Model(x, ours(x))
        ours.set_weights(layer.get_weights())
        module = getattr(torch.nn, kind)(
            features, one.units, batch_first=True, bidirectional=two
        )
        module.load_state_dict(
            {name: torch.tensor(value) for name, value in to_torch(model).items()}
        )
        modules.append(module)
    return modules


def pytorch(network):
    """The same network in PyTorch: a function of inputs by name."""
    import keras
    import torch

    layers = {layer.name: layer for layer in network.layers}
    tables_of = {
        layer.input.name: torch.tensor(np.array(layer.embeddings))
        for layer in network.layers
        if isinstance(layer, keras.layers.Embedding)
    }
    stack = recurrent(
        [
            x
            for x in network.layers
            if isinstance(x, keras.layers.RNN | keras.layers.Bidirectional)
        ]
    )
    dense = next(x for x in network.layers if isinstance(x, keras.layers.Dense))
    weight, bias = (torch.tensor(np.array(value)) for value in dense.get_weights())
    look = torch.nn.functional.embedding

    def run(given):
        with torch.no_grad():
            ids = {
                name: torch.from_numpy(each)
                for name, each in given.items()
                if each.dtype == np.int32
            }
            x = look(ids["tokens"], tables_of["tokens"])
            if (
                "bigrams" in ids
            ):  # of a character with the one before, and with the one behind
                pairs = look(ids["bigrams"], tables_of["bigrams"])
                x = torch.cat(
                    [x, pairs, torch.nn.functional.pad(pairs[:, 1:], (0, 0, 0, 1))], -1
                )
            for module in stack:
                x = module(x)[0]
            if "max_over_time" in layers:
                x = torch.cat([x.amax(1), x.mean(1)], -1)
            x = x @ weight + bias
            return (torch.softmax(x, -1) if "max_over_time" in layers else x).numpy()

    return run


def converted(network, main: str, path: Path):
    """What tf2onnx makes of stock Keras' network: a function from inputs by name to an output."""
    import onnxruntime
    import tensorflow as tf
    import tf2onnx

    from seqzoo.models.networks import called, exported_name, outputs_of

    signature = [tf.TensorSpec(x.shape, x.dtype, x.name) for x in network.inputs]
    names = [x.name for x in network.inputs]
    function = tf.function(
        lambda *given: called(network, dict(zip(names, given, strict=True))),
        input_signature=signature,
    )
    tf2onnx.convert.from_function(
        function, input_signature=signature, opset=17, output_path=str(path)
    )
    session = onnxruntime.InferenceSession(str(path), one_thread())
    inputs = dict(zip(names, [each.name for each in session.get_inputs()], strict=True))
    place = sorted(exported_name(name, network) for name in outputs_of(network)).index(main)
    return lambda given: session.run(None, {inputs[n]: given[n] for n in names})[place]


def one_thread():
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return options


def ways_of(name: str, folder: Path) -> tuple[dict, dict, object]:
    """Name -> function from inputs to the first output; name -> bytes; the stock network."""
    import onnxruntime
    import tensorflow as tf

    from seqzoo import zoo
    from seqzoo.export import formats
    from seqzoo.export.runtimes import keras as runtime_keras
    from seqzoo.export.runtimes import litert as runtime_litert
    from seqzoo.export.runtimes import saved_model as runtime_saved_model
    from seqzoo.layers import to_stock
    from seqzoo.models.networks import called, outputs_of

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    (ours,) = zoo.load(name).networks.values()
    network, sizes = to_stock(ours), {}
    outputs = outputs_of(network)
    main = "logits" if "logits" in outputs else next(iter(outputs))
    compiled = tf.function(lambda given: called(ours, given)[main], input_signature=[
        {x.name: tf.TensorSpec(x.shape, x.dtype) for x in network.inputs}])  # fmt: skip
    plain = len(network.inputs) == 1

    def predicted(given):
        found = network.predict(
            next(iter(given.values())) if plain else given, batch_size=64, verbose=0
        )
        return found[main] if isinstance(found, dict) else found

    ways = {"Keras, predict": predicted, "seqzoo": lambda given: compiled(given).numpy()}
    ways["PyTorch"] = pytorch(network)
    for format in FORMATS:
        written = formats.FORMATS[format].write(
            folder, f"{format}", network, (LENGTHS[name],)
        )
        sizes[format] = sum(path.stat().st_size for path in written)
    (folder / "signature.json").write_text('{"keras": {}}')
    runtimes = {
        "keras": runtime_keras,
        "saved_model": runtime_saved_model,
        "litert": runtime_litert,
    }
    for format, module in runtimes.items():
        runner = module.Network(folder, format)
        ways[format] = lambda given, runner=runner: runner.run(given)[main]
    session = onnxruntime.InferenceSession(folder / "onnx.onnx", one_thread())
    asked = {each.name for each in session.get_inputs()}
    ways["onnx"] = lambda given: session.run(
        [main], {n: x for n, x in given.items() if n in asked}
    )[0]
    ways["tf2onnx"] = converted(network, main, folder / "converted.onnx")
    sizes["tf2onnx"] = (folder / "converted.onnx").stat().st_size
    return ways, sizes, network


def measure(name: str, rounds: int) -> None:
    """Print a record of each way, as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        ways, sizes, network = ways_of(name, Path(folder))
        records = {way: {"name": name, "way": way, "bytes": sizes.get(way)} for way in ways}
        for rows in (1, 64):
            given = rows_of(network, rows, LENGTHS[name])
            expected = ways["Keras, predict"](given)
            for way, function in ways.items():
                apart = float(np.abs(function(given) - expected).max())
                records[way]["apart"] = max(apart, records[way].get("apart", 0.0))
            calls = {
                way: functools.partial(function, given) for way, function in ways.items()
            }
            for way, milliseconds in tables.alternate(calls, rounds, 0.3).items():
                records[way][str(rows)] = milliseconds
        for record in records.values():
            print(json.dumps(record), flush=True)


def networks(rounds: int) -> None:
    """The table of ids in."""
    lines = []
    for name, length in LENGTHS.items():
        for r in tables.child(1, "benchmarks.exports", "--one", name, "--rounds", rounds):
            size = f"{r['bytes'] / 1e6:.1f}" if r["bytes"] else ""
            lines.append([f"{name}, {length} tokens", r["way"], f"{r['apart']:.0e}", size,
                          f"{r['1']:.2f}", f"{r['64']:.1f}"])  # fmt: skip
    columns = ["network", "way", "largest difference", "MB", "1 row, ms", "64 rows, ms"]
    print(tables.markdown(columns, lines))


def texts(names: list[str]) -> None:
    """The table of text in: each export with its proof."""
    from seqzoo.export import export

    lines = []
    for name in names:
        for format in FORMATS:
            with tempfile.TemporaryDirectory() as folder:
                r = export(name, format, Path(folder) / "out")
            times = [
                r["milliseconds"][who][count]
                for count in ("1", "64")
                for who in ("export", "seqzoo")
            ]
            lines.append([name, format, str(r["texts"]), f"{r['difference']:.0e}", f"{r['bytes'] / 1e6:.1f}",
                          *(f"{ms:.2f}" for ms in times)])  # fmt: skip
            print(lines[-1], flush=True)
    columns = ["model", "format", "texts, all answers the same", "largest difference", "MB", "1 text, ms",
               "seqzoo", "64 texts, ms a text", "seqzoo"]  # fmt: skip
    print(tables.markdown(columns, lines))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--texts", nargs="*")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        measure(given.one, given.rounds)
    elif given.texts is not None:
        texts(given.texts or MODELS)
    else:
        networks(given.rounds)


if __name__ == "__main__":
    main()
