"""`seqzoo info`."""

import json

import pytest

from seqzoo import zoo
from seqzoo.__main__ import main
from seqzoo.system.files import read_json
from tests.support.command_line import failure


@pytest.mark.parametrize("name", [*zoo.pretrained()])
def test_it_shows_what_the_files_say(name, capsys):
    folder = zoo.pretrained()[name]
    assert main(["info", name]) == 0
    text = capsys.readouterr().out
    config, metrics = read_json(folder / "config.json"), read_json(folder / "metrics.json")
    assert text.startswith(f"{name}: {config['task']}, ")
    assert config["description"] in text
    assert f"parameters: {metrics['parameters']:,}" in text
    assert f"score {metrics['test']['score']:.4f}" in text.split("\ntest: ")[1]

    assert main(["info", name, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["settings"] == config["config"]
    assert found["scores"]["test"]["score"] == metrics["test"]["score"]
    size = sum(path.stat().st_size for path in folder.iterdir())
    assert found["megabytes"] == pytest.approx(size / 1e6, abs=0.01)


def test_many_labels_are_cut(trained, capsys):
    assert main(["info", str(trained)]) == 0
    assert "labels: bad, good\n" in capsys.readouterr().out


def test_no_such_model_is_an_error(capfd):
    error = failure(capfd, main(["info", "sentiment-imbd"]))
    assert "did you mean 'sentiment-imdb'?" in error
