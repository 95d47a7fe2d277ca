"""`evaluate` on the command line."""

import json

from seqzoo.__main__ import main
from tests.support.command_line import failure


def test_evaluate_measures_a_file(trained, corpus, tmp_path, capfd):
    assert main(["evaluate", str(trained), "--data", str(corpus)]) == 0
    measured = json.loads(capfd.readouterr().out)
    assert measured["examples"] == 200
    assert measured["accuracy"] > 0.8
    (tmp_path / "other.tsv").write_text("fine\tgreat\n")
    error = failure(
        capfd, main(["evaluate", str(trained), "--data", str(tmp_path / "other.tsv")])
    )
    assert "other.tsv:1: label: expected one of bad, good; got 'fine'" in error


def test_evaluate_entities(entity_tagger, names_file, capfd):
    assert main(["evaluate", str(entity_tagger), "--data", str(names_file)]) == 0
    measured = json.loads(capfd.readouterr().out)
    assert measured["f1"] > 0.95
    assert set(measured["types"]) == {"person", "place"}
