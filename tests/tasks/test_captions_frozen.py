"""Captioners whose pictures a frozen network of `keras.applications` sees."""

import keras
import numpy as np
import pytest
from PIL import Image

import seqzoo
from seqzoo import export
from seqzoo.__main__ import main
from seqzoo.datasets.pictures.pixels import fitted
from seqzoo.errors import InputError
from seqzoo.tasks.captions.frozen import ABOUT, MODULES, WEIGHTS, Frozen

FLAGS = "--image-size 64 --units 8 --embedding-dim 8 --channels 8 --batch-size 20 --epochs 1 --average 1"


@pytest.fixture(scope="module")
def folder(tmp_path_factory, pictures_folder):
    folder = tmp_path_factory.mktemp("frozen") / "model"
    flags = ["--data", str(pictures_folder), *FLAGS.split(), "--encoder", "MobileNet"]
    assert main(["train", "captions", *flags, "--output", str(folder)]) == 0
    return folder


def test_every_encoder_is_keras():
    for name, module in MODULES.items():
        assert hasattr(keras.applications, name)
        assert hasattr(getattr(keras.applications, module), "preprocess_input")


def test_its_model_answers_from_pictures_as_it_was_measured(folder, pictures_folder):
    model = seqzoo.load(folder)
    pixels = np.asarray(Image.open(pictures_folder / "test0.png"))
    answer = model.predict(pixels, alignments=True)
    assert len(answer["alignments"][0]) == 4  # of 2 by 2 positions
    network = keras.applications.MobileNet(
        weights=None, include_top=False, input_shape=(64, 64, 3)
    )
    sizes = [each.size for each in network.get_weights()]
    numbers = np.split(np.load(folder / WEIGHTS), np.cumsum(sizes)[:-1])
    network.set_weights(
        [n.reshape(w.shape) for n, w in zip(numbers, network.get_weights(), strict=True)]
    )
    given = keras.applications.mobilenet.preprocess_input(
        fitted(pixels, 64)[None].astype(np.float32)
    )
    expected = np.asarray(network(given, training=False)).reshape(4, -1)
    np.testing.assert_allclose(model.frozen([fitted(pixels, 64)])[0], expected, atol=1e-4)


def test_a_damaged_file_of_weights_is_told(folder, tmp_path):
    found = seqzoo.load(folder).artifact
    (tmp_path / ABOUT).write_bytes(found.path(ABOUT).read_bytes())
    np.save(tmp_path / WEIGHTS, np.zeros(7, np.float32))

    class Folder:
        path = staticmethod(lambda name: tmp_path / name)

    with pytest.raises(InputError, match=r"frozen\.npy: expected [\d,]+ finite numbers"):
        Frozen.load(Folder)


def test_weights_of_a_file_are_taken(tmp_path):
    keras.utils.set_random_seed(5)
    other = keras.applications.MobileNet(
        weights=None, include_top=False, input_shape=(32, 32, 3)
    )
    path = tmp_path / "a.weights.h5"
    other.save_weights(path)
    found = Frozen.made("MobileNet", 32, str(path), seed=0)
    for one, same in zip(found.network.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(one, same)
    path.write_bytes(b"no weights")
    with pytest.raises(InputError, match="expected weights of MobileNet"):
        Frozen.made("MobileNet", 32, str(path), seed=0)


def test_the_doctor_looks_at_it(folder, pictures_folder, capfd):
    assert main(["doctor", str(folder), "--data", str(pictures_folder)]) in (0, 1)
    assert "nats a token" in capfd.readouterr().out


@pytest.mark.parametrize("format", ["onnx", "wheel"])
def test_it_has_no_export_and_that_is_told(format, folder, tmp_path):
    with pytest.raises(InputError, match="MobileNet sees has no export"):
        export.export(seqzoo.load(folder), format, tmp_path / "out")


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        ("--encoder MobileNet --shift 0.1", "--shift 0.1: with --encoder mobilenet it plays no part"),
        ("--encoder MobileNet --residual-blocks 1", "--residual-blocks 1: with"),
        ("--encoder-weights a.h5", "--encoder-weights a.h5: with --encoder convolution it plays no part"),
        ("--encoder MobileNet --encoder-weights a.h5", "a.h5: no such file; expected the weights of Mobile"),
        ("--encoder MobileNet --image-size 16", "image_size: expected 32 or more"),
        ("--encoder ResNet", "--encoder: expected one of"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told(flags, told, pictures_folder, tmp_path, capfd):
    command = ["train", "captions", "--data", str(pictures_folder)]
    assert main([*command, *flags.split(), "--output", str(tmp_path / "m")]) == 2
    said = capfd.readouterr().err
    assert told in said and said.count("\n") == 1
