"""Spaces: a recipe's own, a file's, and how both become settings."""

import dataclasses
import importlib
import types
from pathlib import Path

import pytest

from seqzoo import config as configs
from seqzoo import recipes
from seqzoo.datasets.reading.settings import FormSettings
from seqzoo.errors import InputError
from seqzoo.recipes import sentiment
from seqzoo.sweep import space, trials
from seqzoo.sweep.spaces import configured, defaults
from seqzoo.tasks.classification.defaults import by_size
from seqzoo.tasks.speech.defaults import by_size as of_speech
from seqzoo.training.by_size import filled
from tests.sweep.files import names, written

TRAINED = [name for name in recipes.names() if name != "long_memory"]


@pytest.mark.parametrize("name", TRAINED)
def test_a_recipe_s_space_holds_its_own_settings(name):
    recipe = trials.module_of(name)
    chosen = by_size(texts=7_000, tokens=140_000)
    if name == "speech":
        chosen = of_speech(utterances=848)
    own = filled(recipe.Config(), chosen)
    found = space(recipe, own, fixed=[])
    assert configured(own, defaults(found)) == own
    fields = [field.name for field in dataclasses.fields(recipe.Config)]
    assert set(names(found)) <= set(fields)


@pytest.mark.parametrize("name", TRAINED)
def test_data_depend_on_no_unmarked_setting(name, tmp_path):
    """Loading reads, besides what is marked, only what shapes batches."""
    recipe, read = trials.module_of(name), set()
    config = recipe.Config()

    class Noting:
        def __getattr__(self, field):
            value = getattr(config, field)  # one of another recipe's is none here
            read.add(field)
            return value

    class Read(Exception):
        pass

    def stop(*_, **__):
        raise Read

    module = importlib.import_module(f"{recipe.TASK.package}.training")
    kinds = [value for value in vars(module).values() if isinstance(value, type)]
    prepared = next(kind for kind in kinds if hasattr(kind, "prepare"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prepared, "prepare", stop)
        # Debian's poems, which are not on every machine.
        (tmp_path / "tang300").write_text("\u9759\u591c\u601d\n", "utf-8")
        patch.setattr("seqzoo.tasks.language.verse.corpora.PLACES", [str(tmp_path)])
        with pytest.raises(Read):
            recipe.load(Noting(), Path())
    harmless = {"batch_size", "steps", "vary_steps", "batch_tokens", "epochs", "unknown"}
    checked = {
        "units",
        "num_layers",
        "cutoffs",
        "tie_embeddings",
        "optimizer",
    }  # by language models' load
    read = {name for name in read if not name.startswith("__")}
    assert read - set(configs.preparing(config)) <= harmless | checked
    # Those of a file's form are read all at once: `Form.of`.
    form = {field.name for field in dataclasses.fields(FormSettings)}
    columns = {name for name in configs.preparing(config) if name.endswith("_column")}
    of_some_corpora = {"language", "name", "pattern"} | form | columns
    assert set(configs.preparing(config)) - of_some_corpora <= read


def test_a_file_narrows_widens_and_fixes(tmp_path):
    path = written(
        tmp_path,
        'cell = ["gru", "nas"]\nunits = [64, "32,16"]\nbidirectional = [true, false]\nresidual = false\n'
        "dropout = { min = 0.1, max = 0.3, step = 0.1 }\n"
        "clip_norm = { min = 0.1, max = 10, sampling = 'log' }\nlimit = [100, 'none']\n",
    )
    found = space(sentiment, sentiment.Config(), path, fixed=["pooling"])
    kinds = {each.name: each for each in found.space}
    assert kinds["cell"].values == ["gru", "nas"]
    assert kinds["units"].values == ["64", "32,16"]
    assert "pooling" not in kinds
    assert kinds["learning_rate"].max_value == 1e-2  # the recipe's own, still there
    values = {
        "units": "32,16",
        "bidirectional": False,
        "limit": "none",
        "clip_norm": 0.123456789,
    }
    config = configured(sentiment.Config(), values)
    assert (config.units, config.bidirectional, config.limit) == ((32, 16), False, None)
    assert config.clip_norm == 0.123457


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sell = ['gru']", "did you mean 'cell'"),
        ("cell = ['gru', 'grew']", "cell: cell: expected one of"),
        ("units = []", "units: an empty list"),
        ("dropout = {min = 0.5, max = 0.5}", "an empty range: min 0.5, max 0.5"),
        ("dropout = {min = 0.5, max = 1.0}", "expected less than 1"),
        ("dropout = {min = 0.5}", "expected min and max"),
        ("dropout = {min = 0.1, max = 0.2, steps = 3}", "did you mean 'step'"),
        ("dropout = {min = 0.0, max = 0.2, sampling = 'log'}", "expected a min above 0"),
        ("dropout = {min = 0.1, max = 0.2, step = 3}", "step: expected a number up to"),
        ("cell = {min = 1, max = 2}", "cell: expected one of"),
        ("units = [8, 8]", "a value twice"),
        ("units = [[8], [9]]", "expected one value"),
        ("epochs = [1, 2]", "epochs"),
        ("units = [8.5]", "expected a whole number"),
        ("units = 8 9", "cannot be read"),
    ],
)
def test_a_wrong_space_is_refused(tmp_path, text, message):
    with pytest.raises(InputError, match=r"space\.toml") as error:
        space(sentiment, sentiment.Config(), written(tmp_path, text))
    assert message in str(error.value)


def test_the_first_trial_is_the_recipes_own_where_the_space_has_it(tmp_path):
    text = (
        "units = ['8,8', '16']\ndropout = { min = 0.2, max = 0.6, step = 0.2 }\n"
        "learning_rate = { min = 0.001, max = 0.1, step = 10, sampling = 'log' }\n"
    )
    base = sentiment.Config(batch_size=8)
    first = defaults(space(sentiment, base, written(tmp_path, text)))
    assert (first["units"], first["dropout"], first["learning_rate"]) == ("8,8", 0.2, 0.001)
    assert first["cell"] == base.cell  # the recipe's own space has it
    assert not {"num_layers", "batch_size"} & set(
        first
    )  # the units tell the one, the configuration the other


def test_nothing_to_vary_is_refused(tmp_path):
    recipe = types.SimpleNamespace(__name__="mine", Config=sentiment.Config)
    with pytest.raises(InputError, match="no search_space"):
        space(recipe, sentiment.Config())
    with pytest.raises(InputError, match="nothing to vary"):
        space(recipe, sentiment.Config(), written(tmp_path, "cell = 'gru'"))
