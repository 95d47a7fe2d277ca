"""Models that answer: from a file of dialogues to talks."""

import io
import json
import os
import select
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

import seqzoo
from seqzoo import InputError
from seqzoo.__main__ import main
from seqzoo.commands.chat import Talk
from seqzoo.datasets import dialogue
from seqzoo.recipes import dialogue as recipe
from seqzoo.system.files import read_json
from seqzoo.tasks.translation.decoding_settings import Search, kept_search, search_of
from seqzoo.tasks.translation.dialogue import diagnosis, naive
from seqzoo.tasks.translation.dialogue.measure import likelihood
from seqzoo.tasks.translation.dialogue.training import DialogueTexts
from seqzoo.text import turns
from seqzoo.text.turns import TURN
from seqzoo.text.vocabulary import UNK
from tests.conftest import ANIMALS, train
from tests.support.flags import changed

OPENING, ANSWER, ASKED = "i have a old small cow .", "a cow is nice .", "what is it ?"


@pytest.fixture(scope="module")
def model(talker):
    return seqzoo.load(talker)


@pytest.fixture(scope="module")
def reverse(tmp_path_factory, dialogue_flags):
    """The folder of a model of the same dialogues the other way round."""
    return train("dialogue", [*dialogue_flags, "--swap"], tmp_path_factory)


def test_it_answers_by_what_was_said_two_turns_before(model):
    for animal in ANIMALS:
        talk = [OPENING.replace("cow", animal), ANSWER.replace("cow", animal), ASKED]
        found = model.reply(talk, beam_size=3)
        assert found["answer"] == f"it is a {animal} ."
        assert model.predict("\t".join(talk), beam_size=3) == found
        # Of a longer talk the last turns are read.
        assert model.reply(["no !", *talk], beam_size=3)["answer"] == found["answer"]


def test_its_figures_stand_beside_naive_ones(talker, model):
    metrics = read_json(talker / "metrics.json")
    test = metrics["test"]
    assert 1 < test["perplexity"] < 4
    assert test["score"] == pytest.approx(-np.log(test["perplexity"]))
    assert test["decoding"] == "drawn with seed 0, temperature 0.8, top-p 0.9"
    assert 0 < test["commonest_share"] <= 1
    assert 0 < test["distinct_1"] <= test["distinct_2"] <= 1
    assert "bleu_2" not in metrics["validation"]
    data = DialogueTexts(talker / "state" / "data", 200, 0, 14, "nearest")
    again = recipe.evaluate(model.model, data, "test")
    for name, value in again.items():
        same = test[name] if isinstance(value, str) else pytest.approx(test[name], rel=1e-4)
        assert value == same, name
    answers = {each.name: each for each in data.naive_answers("test")}
    assert answers[naive.ALWAYS].figures["commonest_share"] == 1
    assert (
        answers[naive.NEAREST].figures["bleu_2"] > 90
    )  # the nearest talk is of that animal
    assert len(data.endings("test")) * 3 == len(list(data.pairs("test")))


def test_the_loss_is_that_of_the_answers_pieces(model, dialogues_file):
    pairs = [
        (each.source, each.target)
        for each in list(dialogue.replies(dialogue.read(dialogues_file), 3))[:7]
    ]
    total = count = 0
    for source, target in pairs:
        log_probs, _ = model.translating.score(
            model.translating.encode(source), model.translating.target.encode(target)
        )
        total, count = total - log_probs.sum(), count + len(log_probs)
    found = likelihood(model.translating, pairs)
    assert found["loss"] == pytest.approx(total / count)
    words = sum(len(target.split()) + 1 for _, target in pairs)
    assert found["word_perplexity"] == pytest.approx(np.exp(total / words))


def test_evaluate_measures_a_file_and_leaves_out_what_stands_in_another(
    talker, dialogues_file, tmp_path, capfd
):
    lines = dialogues_file.read_text("utf-8").splitlines()
    held, seen = tmp_path / "a.txt", tmp_path / "b.txt"
    held.write_text("\n".join([*lines[:5], "hi .\tit is nice ."]) + "\n")
    seen.write_text("\n".join(lines[:5]) + "\n")
    asked = ["evaluate", "--json", str(talker), "--data", str(held), "--beam-size", "2"]
    assert main(asked) == 0
    every = json.loads(capfd.readouterr().out)
    assert (every["dialogues"], every["examples"], every["answers"]) == (6, 16, 6)
    assert every["decoding"] == "beam 2"
    assert every["always_commonest_share"] == 1
    assert main([*asked, "--leave-out", str(seen)]) == 0
    apart = json.loads(capfd.readouterr().out)
    assert (apart["dialogues"], apart["examples"]) == (1, 1)
    assert (
        main(["evaluate", str(talker), "--data", str(seen), "--leave-out", str(seen)]) == 2
    )
    assert "all dialogues stand in" in capfd.readouterr().err


def test_draws_are_the_same_each_time_and_more_of_them_change_no_first(model):
    talk = [OPENING]
    one = model.reply(talk)
    assert one == model.reply(talk)
    many = model.reply(talk, n_best=6)
    assert many["answers"][0]["answer"] == one["answer"]
    assert len(many["answers"]) == 6
    assert model.reply(talk, n_best=3)["answers"] == many["answers"][:3]
    together = model.predict(["hi .", OPENING, "a\tb\tc"], n_best=3)
    assert together[1]["answers"] == many["answers"][:3]
    drawn = {model.reply(talk, seed=seed, temperature=3.0)["answer"] for seed in range(6)}
    assert len(drawn) > 1
    for each in many["answers"]:
        if each["answer"]:
            found = model.score(OPENING, each["answer"])
            assert found == pytest.approx(each["log_prob"], abs=1e-3)


def test_what_the_measured_search_says_holds_until_a_search_is_asked_for(model):
    assert model.search(model.options()) == Search(
        beam_size=5, min_length=1, temperature=0.8, top_p=0.9, seed=0
    )
    asked = model.options(beam_size=3)
    assert model.search(asked) == Search(beam_size=3, min_length=1)
    grouped = model.search(model.options(groups=2, n_best=3))
    assert (grouped.beam_size, grouped.groups, grouped.seed) == (6, 2, None)
    for given, message in (
        ({"groups": 2, "seed": 1}, "groups: a beam has them"),
        ({"diversity": 1.0}, "diversity: expected groups, too"),
        (
            {"groups": 2, "beam_size": 5},
            "groups: expected a divisor of beam_size, 5; got 2",
        ),
        ({"groups": 2, "coverage_penalty": 0.1}, "groups and coverage_penalty"),
        ({"candidates": 3}, "candidates: expected a reverse_model, too"),
        ({"reverse_weight": 0.3}, "reverse_weight: expected a reverse_model, too"),
        (
            {"reverse_model": "x", "candidates": 2, "n_best": 3},
            "candidates: expected at least",
        ),
        ({"beam_size": 2, "top_p": 0.5}, "top_p: expected a seed too"),
    ):
        with pytest.raises(InputError, match=message):
            model.options(**given)
    with pytest.raises(InputError, match="reverse_model: expected the folder of a model"):
        model.reply([OPENING], reverse_model="nowhere")


def test_settings_of_a_damaged_artifact_are_refused():
    for sound in ({}, {"seed": 0, "top_p": 0.9, "temperature": 1}, {"no_repeat_ngram": 3}):
        assert kept_search(sound)
    for search in (
        {"top_p": 0.9}, {"seed": -1}, {"seed": True}, {"seed": 0, "temperature": 0},
        {"repetition_penalty": 0.5}, {"groups": 2}, {"min_length": -1}, [],
    ):  # fmt: skip
        assert not kept_search(search)


def test_options_left_open_are_as_measured():
    measured = Search(
        beam_size=4, length_penalty=0.5, no_repeat_ngram=3, repetition_penalty=1.2
    )
    options = SimpleNamespace(
        beam_size=None, length_penalty=None, no_repeat_ngram=None, repetition_penalty=None,
        groups=1, diversity=None, seed=None, temperature=None, top_k=None, top_p=None,
        min_length=None, n_best=1,
    )  # fmt: skip
    assert search_of(options, measured, True) == measured


def test_mutual_information_ranks_by_both_models(model, reverse):
    """Each rank is that of the two models' own scores, in float64."""
    other = seqzoo.load(reverse)
    assert other.turns == 3
    talk, weight = [OPENING, ANSWER, ASKED], 0.7
    given = {"beam_size": 6, "n_best": 6}
    found = model.reply(
        talk, reverse_model=str(reverse), reverse_weight=weight, candidates=6, **given
    )["answers"]
    plain = model.reply(talk, **given)["answers"]
    expected = []
    for each in plain:
        behind = other.translating.score(
            other.translating.encode(each["answer"]), other.translating.target.encode(ASKED)
        )[0].sum(dtype="float64")
        expected.append(((1 - weight) * each["score"] + weight * behind, each["answer"]))
    expected = sorted(expected, key=lambda each: -each[0])
    assert [each["answer"] for each in found] == [answer for _, answer in expected]
    np.testing.assert_allclose(
        [each["score"] for each in found], [score for score, _ in expected], rtol=1e-5
    )
    forward = model.reply(
        talk, reverse_model=str(reverse), reverse_weight=0.0, candidates=6, **given
    )
    assert [each["answer"] for each in forward["answers"]] == [
        each["answer"] for each in plain
    ]


def test_a_model_that_answers_is_no_second_one(model, talker):
    with pytest.raises(InputError, match="trained with --swap; this one answers"):
        model.reply([OPENING], reverse_model=str(talker))


def test_a_talk_shows_no_alignments(talker, capsys):
    assert main(["chat", str(talker), "--alignments"]) == 2
    assert "--alignments: predict shows them" in capsys.readouterr().err


def test_a_translator_is_ranked_by_a_second_one_too(translator, model):
    first = seqzoo.load(translator)
    found = first.predict(
        "one two.", reverse_model=str(translator), candidates=4, n_best=2
    )["translations"]
    assert len(found) == 2
    assert found[0]["score"] >= found[1]["score"]
    assert all("reverse_log_prob" in each for each in found)


def test_repetition_and_blocking_hold_in_answers(model):
    for given in ({"beam_size": 4}, {"seed": 1, "temperature": 2.0}, {"groups": 2}):
        long = model.reply(
            [OPENING], no_repeat_ngram=1, min_length=6, max_length=8, **given
        )
        tokens = model.translating.target.encode(long["answer"]).tolist()
        assert len(tokens) == len(set(tokens))


def test_what_cannot_be_answered(model, trained):
    for talk, message in (
        ([], "turns: expected something said"),
        (["a", " "], "turns: expected something said"),
        (["☃☃"], "none of its characters is known"),
        ([TURN], "turns: expected something said"),
    ):
        with pytest.raises(InputError, match=message):
            model.reply(talk)
    with pytest.raises(InputError, match="expected a model that talks"):
        seqzoo.load(trained).reply(["a"])
    assert seqzoo.load(trained).turns == 0


def test_a_talk_keeps_the_last_turns_and_forgets_when_asked(model):
    talk = Talk(model, {"beam_size": 2})
    first = talk.answer(OPENING)
    assert talk.turns == [OPENING, first]
    second = talk.answer(ASKED)
    assert second == model.reply([OPENING, first, ASKED], beam_size=2)["answer"]
    assert talk.turns == [first, ASKED, second]
    why = talk.answer("/why").split("\n")
    assert why[:4] == [
        "turns that are read:",
        f"  1. {OPENING}",
        f"  2. {first}",
        f"  3. {ASKED}",
    ]
    assert why[5].startswith(f"{second}\t")
    assert talk.turns == [first, ASKED, second]
    assert talk.answer("  ") is None
    with pytest.raises(InputError, match="/what: expected one of /reset, /why, /quit"):
        talk.answer("/what")
    with pytest.raises(InputError, match="none of its characters"):
        Talk(model, {}).answer("☃☃")
    assert talk.answer("/reset") is None
    assert talk.turns == []
    with pytest.raises(InputError, match="/why: nothing has been answered yet"):
        talk.answer("/why")


class Piped(io.TextIOWrapper):
    """Standard input that is no terminal."""

    def isatty(self):
        return False


def chat(monkeypatch, capsys, content, *flags):
    monkeypatch.setattr(sys, "stdin", Piped(io.BytesIO(content)))
    code = main(["chat", *flags])
    return code, capsys.readouterr()


def test_chat_through_a_pipe(talker, trained, monkeypatch, capsys):
    asked = f"{OPENING}\n{ASKED}\n/quit\n{ASKED}\n".encode()
    code, said = chat(monkeypatch, capsys, asked, str(talker), "--beam-size", "2")
    assert (code, said.err, len(said.out.splitlines())) == (0, "", 2)
    # Without a line end, or a line, it ends in silence.
    for content, count in ((OPENING.encode(), 1), (b"", 0), (b"\n\n", 0)):
        code, said = chat(monkeypatch, capsys, content, str(talker))
        assert (code, said.err, len(said.out.splitlines())) == (0, "", count)
    code, said = chat(monkeypatch, capsys, "☃☃\nit\n".encode(), str(talker))
    assert (code, len(said.out.splitlines())) == (2, 1)
    assert said.err == "error: text: none of its characters is known to the model\n"
    code, said = chat(monkeypatch, capsys, b"\xff\n", str(talker))
    assert (code, said.err) == (2, "error: standard input, line 1: expected UTF-8\n")
    code, said = chat(monkeypatch, capsys, b"", str(trained))
    assert code == 2
    assert "expected a model that talks; it is one of classification" in said.err


def test_predict_reads_a_talk_a_line(talker, model, tmp_path, capfd):
    path = tmp_path / "talks.txt"
    path.write_text(f"{OPENING}\t{ANSWER}\t{ASKED}\nhi .\n", "utf-8")
    assert main(["predict", str(talker), str(path), "--plain"]) == 0
    expected = [
        model.reply([OPENING, ANSWER, ASKED])["answer"],
        model.reply(["hi ."])["answer"],
    ]
    assert capfd.readouterr().out.splitlines() == expected


def test_a_folder_comes_in_its_parts_and_repeats_are_said(dialogues_file, tmp_path, capsys):
    lines = dialogues_file.read_text("utf-8").splitlines()
    folder = tmp_path / "data"
    folder.mkdir()
    for name, part in (
        ("train", lines[:80]),
        ("validation", lines[80:90]),
        ("test", lines[:5]),
    ):
        (folder / f"{name}.txt").write_text("\n".join(part) + "\n")
    config = recipe.Config(data=str(folder), unit="word", vocabulary=60)
    data = recipe.load(config, tmp_path / "prepared")
    assert data.sizes()["test"] == 15
    assert len(data.endings("test")) == 5
    said = capsys.readouterr().out
    assert "note: 5 of 5 test dialogues stand in train, too" in said
    swapped = recipe.load(
        recipe.Config(data=str(folder), unit="word", vocabulary=60, swap=True),
        tmp_path / "swapped",
    )
    pairs, other = list(data.pairs("test")), list(swapped.pairs("test"))
    assert other == [(target, source.split(f" {TURN} ")[-1]) for source, target in pairs]
    with pytest.raises(
        InputError, match=r"--validation 0\.3: the data come with a validation part"
    ):
        recipe.load(recipe.Config(data=str(folder), validation=0.3), tmp_path / "none")


def test_the_sicknesses_of_answers_are_known(talker, dialogues_file, capsys):
    """Each finding of made answers, and none of varied ones."""
    (found,) = diagnosis.dull(["I don't know ."] * 9 + ["yes"])
    assert (found.severity, found.check) == ("warning", "answers")
    assert (
        '90% of 10 talks are answered by "I don\'t know .": one answer for all'
        in found.found
    )
    (found,) = diagnosis.dull([str(n) for n in range(10)])
    assert found.severity == "ok"
    assert list(diagnosis.dull(["yes"] * 3)) == []
    (found,) = diagnosis.loops(["a b c a b c", "fine"])
    assert "1 of 2 answers loop: 'a b c a b c'" in found.found
    assert list(diagnosis.loops(["a b c", "fine"])) == []
    sources = [f"x {TURN} it is {n} ." for n in range(10)]
    (found,) = diagnosis.echoes(sources, [f"It is {n}" for n in range(5)] + ["no"] * 5)
    assert "5 of 10 answers repeat the last turn" in found.found
    assert list(diagnosis.echoes(sources, ["no"] * 10)) == []
    assert main(["doctor", str(talker), "--data", str(dialogues_file), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)["findings"]
    (found,) = [each for each in said if "talks are answered by" in each["found"]]
    assert found["check"] == "answers"


def test_an_encoder_over_turns_answers_on_the_engine_as_in_keras(
    tmp_path_factory, dialogue_flags
):
    flags = changed(dialogue_flags, "--hierarchical", "--epochs", "6")
    folder = train("dialogue", flags, tmp_path_factory)
    model = seqzoo.load(folder)
    assert set(model.artifact.graphs) == {"encoder", "step"}
    assert model.arguments["turns"] == 3
    assert read_json(folder / "metrics.json")["test"]["perplexity"] < 1.6
    assert model.reply([OPENING, ANSWER, ASKED], beam_size=2)["answer"].startswith(
        "it is a"
    )
    data = DialogueTexts(folder / "state" / "data", 200, 0, 6, "none")
    pairs = list(data.pairs("test"))[:20]
    ours = likelihood(model.translating, pairs)["loss"]
    assert ours == pytest.approx(
        likelihood(data.infer(model.model), pairs)["loss"], rel=1e-4
    )


def test_evaluate_answers_as_predict_does_of_unknown_words_too(model, reverse):
    """What is measured is encoded already: its turns stay turns, for ranks and for unknown words."""
    talk = [f"{OPENING} zebra", "quagga ?", ASKED]
    raw = "\t".join(talk)
    items = [(raw, model.encode(raw, "text"))]
    read = [(turns.of_line(raw, 3), items[0][1])]
    for given in (
        {"seed": 4, "temperature": 5.0, "top_p": 1.0, "n_best": 20},
        {"reverse_model": str(reverse), "candidates": 4, "n_best": 4, "beam_size": 4},
    ):
        options = model.options(**given)
        assert model.best(read, options) == model.best(items, options)
    ids = model.translating.target.encode("it is a cow .").tolist()
    ids[3] = UNK
    (piece,) = model.translating._sources(read[0][0], read[0][1], ids)
    assert piece in {*raw.split(), TURN}


def test_chat_on_a_terminal(talker):
    """Prompts, answers, and an end by Ctrl+D that says nothing odd."""
    pty = pytest.importorskip("pty")
    parent, child = pty.openpty()
    command = [sys.executable, "-m", "seqzoo", "chat", str(talker), "--beam-size", "2"]
    process = subprocess.Popen(
        command, stdin=child, stdout=child, stderr=subprocess.PIPE, text=True
    )
    os.close(child)
    os.write(parent, f"{OPENING}\n/reset\n/what\n".encode())
    shown = ""
    while shown.count("> ") < 4:
        assert select.select([parent], [], [], 60)[0], shown
        shown += os.read(parent, 1000).decode()
    os.write(parent, b"\x04")
    assert process.wait(60) == 0
    said = process.stderr.read()
    os.close(parent)
    expected = seqzoo.load(talker).reply([OPENING], beam_size=2)["answer"]
    assert expected in shown
    assert said.startswith("/reset begins a new talk")
    assert "error: /what: expected one of" in said
    assert "Traceback" not in said
