"""Trainings that several processes or devices share."""

import json
import subprocess
import sys

import numpy as np
import pytest

from seqzoo.errors import InputError
from seqzoo.recipes import language_model, segmentation, sentiment, translation
from seqzoo.training import distribution
from seqzoo.training.run import train
from tests.faults import kill_worker


@pytest.mark.slow
def test_two_workers_equal_one_and_go_on_after_a_kill():
    result = kill_worker.run(kills=1, epochs=2, examples=800, window=0.5, compared=1)
    assert result["apart"] < 1e-5
    assert result["equal"]
    assert result["killed"][0]["code"] == 2
    assert "another worker is lost" in result["killed"][0]["said"][0]


def test_two_devices_equal_one(corpus, tmp_path):
    command = [sys.executable, "-m", "tests.training.mirrored", str(corpus), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    count, apart = done.stdout.splitlines()[-1].split()
    assert count == "2"
    assert float(apart) < 1e-5


def flagged(recipe, flags):
    """A recipe's configuration from command-line flags."""
    import argparse

    from seqzoo.config import add_flags, from_flags

    parser = argparse.ArgumentParser()
    add_flags(parser, recipe.Config)
    return from_flags(recipe.Config, parser.parse_args(flags))


CALM = {  # nothing that is drawn
    sentiment: ["--dropout", "0", "--embedding-dropout", "0", "--token-dropout", "0"],
    segmentation: ["--dropout", "0", "--unknown", "0", "--units", "4", "--batch-size", "7"],
    translation: ["--dropout", "0"],
    language_model: ["--dropout", "0"],
}


@pytest.mark.parametrize("count", [2, 3])
@pytest.mark.parametrize("recipe", CALM, ids=lambda recipe: recipe.TASK)
def test_the_workers_losses_sum_to_the_whole(recipe, count, request, tmp_path):
    flags = {
        sentiment: lambda: request.getfixturevalue("tiny_flags"),
        segmentation: lambda: ["--data", str(request.getfixturevalue("words_file"))],
        translation: lambda: request.getfixturevalue("translation_flags"),
        language_model: lambda: request.getfixturevalue("language_flags"),
    }[recipe]()
    config = flagged(recipe, [*flags, *CALM[recipe]])
    weights = None

    def losses(index, count):
        """Loss and weight of the first and last two batches of one worker."""
        nonlocal weights
        data = recipe.load(config, tmp_path / "data")
        if hasattr(data, "divide"):
            data.divide(index, count)
        model = recipe.build(config, data)
        weights = weights or [np.array(v.value) for v in model.trainable_variables]
        for variable, value in zip(model.trainable_variables, weights, strict=True):
            variable.assign(value)
        planned, real = data.shard(data.plan(0), index, count)
        for chosen, counts in zip(
            data.batches(planned[:2] + planned[-2:]), real[:2] + real[-2:], strict=True
        ):
            total, weight = recipe.loss(config, model, chosen)
            yield counts * float(total), counts * float(weight)

    whole = np.array(list(losses(0, 1)))
    parts = sum(np.array(list(losses(index, count))) for index in range(count))
    np.testing.assert_allclose(parts, whole, rtol=2e-5)


def test_a_batch_smaller_than_the_workers_counts_once():
    from seqzoo.pipeline.batches import shard

    rows = np.array([5, 3])
    assert [shard(rows, index, 3).tolist() for index in range(3)] == [[5], [3], [5]]


@pytest.mark.parametrize(
    "value",
    [None, "{", "{}", '{"cluster": {"worker": ["a:1"]}, "task": {"type": "worker", "index": 0}}',
     '{"cluster": {"worker": ["a:1", "b:1"]}, "task": {"type": "worker", "index": 2}}',
     '{"cluster": {"worker": ["a:1", "b:1"]}, "task": {"type": "ps", "index": 0}}'],
)  # fmt: skip
def test_a_cluster_that_is_none_is_refused(monkeypatch, tmp_path, corpus, value):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    if value is not None:
        monkeypatch.setenv("TF_CONFIG", value)
    with pytest.raises(InputError, match="expected TF_CONFIG="):
        train(
            sentiment,
            sentiment.Config(data=str(corpus)),
            tmp_path / "m",
            distribute="multi-worker",
        )
    assert not (tmp_path / "m").exists()


def test_other_names_and_too_few_devices_are_refused():
    with pytest.raises(InputError, match="did you mean 'mirrored'"):
        distribution.group("mirored")
    with pytest.raises(InputError, match="expected at least two GPUs; there are 0"):
        distribution.group("mirrored")


def test_states_are_not_mirrored(language_flags, tmp_path):
    data = language_model.load(flagged(language_model, language_flags), tmp_path / "data")
    mirrored = object.__new__(distribution.Mirrored)
    with pytest.raises(InputError, match="expected multi-worker"):
        mirrored.divide(data)
    with pytest.raises(InputError, match="a row a worker"):
        data.divide(0, 10_000)


def test_a_worker_on_a_machine_of_its_own_goes_on(monkeypatch, corpus, tmp_path):
    """Its output has nothing of the chief's, and is not taken for a folder of something else."""

    class Second(distribution.Alone):
        index, chief = 1, False

    monkeypatch.setattr(distribution, "group", lambda name: Second())
    config = sentiment.Config(
        data=str(corpus), epochs=1, minimum_count=1, units=4, embedding_dim=8
    )
    for _ in range(2):
        assert train(sentiment, config, tmp_path / "m", distribute="multi-worker") == {}
    assert [path.name for path in (tmp_path / "m").iterdir()] == ["worker-1"]


def test_a_worker_with_other_settings_is_refused():
    class Second(distribution.Alone):
        index = 1

        def share(self, value):
            return json.loads('[{"units": 8}, {"train": 3}]')

    Second().check([{"units": 8}, {"train": 3}])
    with pytest.raises(InputError, match="other settings or data than the chief"):
        Second().check([{"units": 9}, {"train": 3}])
