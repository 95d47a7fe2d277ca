"""Names and tables whose things are imported when they are first asked for."""

import importlib
import subprocess
import sys

import pytest

import seqzoo
from seqzoo import layers, lazy, models

HOOKED = """
import importlib.util, sys
import seqzoo.layers, seqzoo.optimizers
assert importlib.util.find_spec("keras") and "keras" not in sys.modules
import keras
assert keras.saving.get_registered_object("seqzoo>LazyAdam")
assert keras.saving.get_registered_object("seqzoo>CRF")
assert type(keras.__spec__.loader).__module__ == "_frozen_importlib_external"
"""


@pytest.mark.parametrize("package", [layers, models], ids=lambda p: p.__name__)
def test_every_public_name_is_there(package):
    every = importlib.import_module(f"{package.__name__}.every")
    for name in package.__all__:
        assert getattr(package, name) is getattr(every, name)
    assert set(package.__all__) <= set(dir(package))


@pytest.mark.parametrize("package", [seqzoo, layers, models], ids=lambda p: p.__name__)
def test_dir_shows_the_public_names_alone(package):
    shown = [name for name in dir(package) if not name.startswith("__")]
    assert shown == sorted(package.__all__)
    for name in shown:
        assert getattr(package, name) is not None


def test_a_name_that_is_none_is_an_attribute_error():
    with pytest.raises(
        AttributeError, match=r"'seqzoo\.models' has no attribute 'nothing'"
    ):
        models.nothing  # noqa: B018


def test_a_module_hides_no_function_of_its_name(monkeypatch):
    function = models.tagger
    monkeypatch.delitem(sys.modules, "seqzoo.models.tagger")
    importlib.import_module("seqzoo.models.tagger")
    assert models.tagger is function


def test_a_table_tells_names_before_it_imports():
    table = lazy.Table({"here": "math:pi", "nowhere": "no_such_module:x"})
    assert list(table) == ["here", "nowhere"]
    assert table["here"] > 3
    with pytest.raises(ModuleNotFoundError):
        table["nowhere"]
    with pytest.raises(KeyError):
        table["other"]


def test_keras_knows_all_layers_by_name_in_whatever_order_they_are_imported():
    subprocess.run([sys.executable, "-c", HOOKED], check=True, capture_output=True)
