"""HDF5 files that point elsewhere, or stand for more than they hold."""

import io
import zipfile
from pathlib import Path

import h5py
import numpy as np

from tests.faults.hostile.files import case, rewritten


def spoil_weights(folder: Path, change) -> None:
    """The weights' file with `change(file)` made to it."""
    path = folder / "model.keras"
    with zipfile.ZipFile(path) as archive:
        buffer = io.BytesIO(archive.read("model.weights.h5"))
    with h5py.File(buffer, "r+") as file:
        change(file)
    rewritten(path, **{"model.weights.h5": buffer.getvalue()})


def first_array(file) -> str:
    found = []
    file.visititems(
        lambda name, item: found.append(name) if isinstance(item, h5py.Dataset) else None
    )
    return found[0]


def in_place_of_an_array(folder: Path, put) -> None:
    """The weights' file with its first array gone, and what `put(file, name)` makes instead."""

    def change(file):
        name = first_array(file)
        del file[name]
        put(file, name)

    spoil_weights(folder, change)


@case
def external_link(trap, folder):
    with h5py.File(trap.secret, "w") as other:
        other["x"] = np.ones(3)
    link = h5py.ExternalLink(str(trap.secret), "x")
    in_place_of_an_array(folder, lambda file, name: file.__setitem__(name, link))


@case
def external_link_to_a_group(trap, folder):
    def change(file):
        with h5py.File(trap.secret, "w") as other:
            other["vars/0"] = np.ones(3)
        name = first_array(file).split("/")[0]
        del file[name]
        file[name] = h5py.ExternalLink(str(trap.secret), "/")

    spoil_weights(folder, change)


@case
def array_kept_in_another_file(trap, folder):
    def change(file):
        name = first_array(file)
        shape, dtype = file[name].shape, file[name].dtype
        del file[name]
        size = int(np.prod(shape)) * dtype.itemsize
        trap.secret.write_bytes(bytes(size))
        file.create_dataset(name, shape, dtype, external=[(str(trap.secret), 0, size)])

    spoil_weights(folder, change)


@case
def virtual_array_of_another_file(trap, folder):
    def change(file):
        name = first_array(file)
        shape = file[name].shape
        with h5py.File(trap.secret, "w") as other:
            other["x"] = np.ones(shape, "float32")
        layout = h5py.VirtualLayout(shape, "float32")
        layout[...] = h5py.VirtualSource(str(trap.secret), "x", shape)
        del file[name]
        file.create_virtual_dataset(name, layout)

    spoil_weights(folder, change)


@case
def soft_links_in_a_circle(trap, folder):
    def put(file, name):
        file[name] = h5py.SoftLink("/around")
        file["around"] = h5py.SoftLink(f"/{name}")

    in_place_of_an_array(folder, put)


@case
def hard_links_in_a_circle(trap, folder):
    spoil_weights(folder, lambda file: file["layers"].__setitem__("again", file["layers"]))


@case
def array_of_a_trillion_that_nobody_wrote(trap, folder):
    in_place_of_an_array(
        folder, lambda file, name: file.create_dataset(name, (10**6, 10**6), "float32")
    )


@case
def array_that_blows_up(trap, folder):
    zeros = np.zeros((2**14, 2**14), "float32")
    in_place_of_an_array(
        folder, lambda file, name: file.create_dataset(name, data=zeros, compression="gzip")
    )


@case
def array_of_another_shape(trap, folder):
    in_place_of_an_array(
        folder,
        lambda file, name: file.create_dataset(name, data=np.ones((3, 1, 4), "float32")),
    )


@case
def array_of_strings(trap, folder):
    kind = h5py.string_dtype()
    in_place_of_an_array(
        folder, lambda file, name: file.create_dataset(name, data=["x"] * 10, dtype=kind)
    )


@case
def array_of_references(trap, folder):
    in_place_of_an_array(
        folder, lambda file, name: file.create_dataset(name, (4,), dtype=h5py.ref_dtype)
    )


@case
def group_in_place_of_an_array(trap, folder):
    in_place_of_an_array(folder, lambda file, name: file.create_group(name))


@case
def groups_a_thousand_deep(trap, folder):
    spoil_weights(folder, lambda file: file.create_group("/".join(["g"] * 1000)))


@case
def weights_that_are_none(trap, folder):
    rewritten(
        folder / "model.keras",
        **{"model.weights.h5": b"\x89HDF\r\n\x1a\n" + bytes(range(256)) * 64},
    )


@case
def weights_cut_off(trap, folder):
    path = folder / "model.keras"
    with zipfile.ZipFile(path) as archive:
        content = archive.read("model.weights.h5")
    rewritten(path, **{"model.weights.h5": content[: len(content) // 2]})


@case
def weights_that_are_no_numbers(trap, folder):
    def change(file):
        file[first_array(file)][...] = np.nan

    spoil_weights(folder, change)
