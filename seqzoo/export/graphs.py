"""The graphs that the engine runs: ONNX, with the weights left in the `.keras` file beside each."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

import h5py
import keras
import numpy as np

from seqzoo.export.onnx.model import to_onnx
from seqzoo.layers import from_stock, to_stock


def write(folder: Path, networks: Mapping[str, keras.Model]) -> None:
    """Write `NAME.onnx` for each network, which takes its weights from `NAME.keras`.

    Args:
        folder: of the artifact; the `.keras` files need not be there yet.
        networks: functional models by name, without a CRF.

    Raises:
        InputError: on a layer that has no form in ONNX.
    """
    made = {name: graph(network, f"{name}.keras") for name, network in networks.items()}
    for name, content in made.items():
        (folder / f"{name}.onnx").write_bytes(content)


def graph(network: keras.Model, location: str) -> bytes:
    """A network's graph.

    Args:
        network: a functional model without a CRF.
        location: the name of the file with its weights.

    Raises:
        InputError: on a layer that has no form in ONNX.
    """
    stock = to_stock(network)
    twin = from_stock(stock)
    stored = list(zip(twin.weights, _places(stock), strict=True))
    return to_onnx(twin, stored=stored, location=location).SerializeToString()


def _places(stock: keras.Model) -> list[str]:
    """Where Keras saves each of a model's weights: names in an HDF5 file, in the order of `weights`.

    Keras tells no names, so each weight is filled with its number, saved, and looked for.
    """
    kept = stock.get_weights()
    numbered = [
        np.full(value.shape, number, value.dtype) for number, value in enumerate(kept)
    ]
    places = [""] * len(kept)

    def look(name: str, item: h5py.Dataset | h5py.Group) -> None:
        if isinstance(item, h5py.Dataset):
            places[int(item[()].flat[0])] = name

    try:
        stock.set_weights(numbered)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "numbered.weights.h5"
            stock.save_weights(path)
            with h5py.File(path) as file:
                file.visititems(look)
    finally:
        stock.set_weights(kept)
    return places
