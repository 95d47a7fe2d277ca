"""Verse: what the network reads, what it writes under demands, and what is measured of it."""

import itertools
import json
import re
import shutil

import numpy as np
import pytest

import seqzoo
from seqzoo.__main__ import main
from seqzoo.datasets.reading.settings import Form
from seqzoo.datasets.verse import parts
from seqzoo.datasets.verse.poem import Poem
from seqzoo.errors import InputError
from seqzoo.recipes import verse
from seqzoo.tasks.language.inference import losses_of
from seqzoo.tasks.language.verse import diagnosis, losses, sounds, text, tones, writing
from seqzoo.tasks.language.verse.freely import figures_of
from seqzoo.tasks.language.verse.naive import count
from seqzoo.text.vocabulary import EOS, UNK, Vocabulary
from seqzoo.training.command import run_recipe
from tests.support.flags import changed

LINES = ("床前明月光", "疑是地上霜", "举头望明月", "低头思故乡")
READINGS = {
    "光": "guang1", "霜": "shuang1", "乡": "xiang1", "月": "yue4", "上": "shang4", "天": "tian1",
}  # fmt: skip


@pytest.fixture(scope="module")
def model(verse_model):
    return seqzoo.load(verse_model)


def test_a_poem_stands_behind_its_form_and_title():
    poem = Poem(LINES, "静夜思", "李白", "Tang")
    assert text.text_of(poem) == (
        "唐五绝：静夜思\n床前明月光，疑是地上霜。举头望明月，低头思故乡。"
    )
    bare = text.Condition("4x5")
    assert text.text_of(poem, bare).startswith("五绝：\n床")
    assert list(text.poems_of(f"{text.text_of(poem)}</s>")) == [list(LINES)]
    with pytest.raises(InputError, match="form: expected one of"):
        text.Condition("3x5").check()


def test_characters_of_lines_alone_are_counted():
    poem = Poem(LINES, "月光，思", "", "Tang")
    whole = text.text_of(poem)
    characters = list(whole)
    vocabulary = Vocabulary([*sorted(set(characters) - {"\n", "床"}), "\\n"])
    tokens = ["\\n" if c == "\n" else c for c in characters]
    ids = vocabulary.encode([*tokens, "</s>"] * 2)
    mask = text.is_character(ids, vocabulary)
    assert mask.sum() == 40
    assert (ids[mask] == UNK).sum() == 2  # an unknown character counts, too
    assert not mask[ids == EOS].any()


def test_the_5_gram_knows_where_lines_end():
    """Its probabilities of characters alone sum to 1."""
    generator = np.random.default_rng(0)
    vocabulary = Vocabulary([*"abcd", "，", "。", "：", "\\n"])
    stream = generator.choice(np.arange(3, len(vocabulary)), 500).astype(np.int32)
    single, several = count(stream, vocabulary)
    before = stream[:7]
    for each in (single, several):
        total = 0.0
        for id in (0, 1, 2, *vocabulary.ids("abcd")):
            found = each.losses(np.array([*before, id], np.int32))
            total += float(np.exp(-found[-1]))
        assert total == pytest.approx(1.0)


def test_regulated_verse_has_four_patterns():
    assert tones.kinds_of(4) == ["AbBa", "abBa", "BaAb", "baAb"]
    assert tones.kinds_of(8)[1] == "abBaAbBa"
    for lines, width in itertools.product((4, 8), (5, 7)):
        for pattern in tones.patterns(lines, width):
            assert len(pattern) == lines and {len(line) for line in pattern} == {width}
            ends = [line[-1] for line in pattern]
            assert ends[1::2] == [tones.LEVEL] * (lines // 2)
            assert ends[2::2] == [tones.OBLIQUE] * (lines // 2 - 1)
            # The second place of couplets alternates, and neighbours across couplets agree (粘对).
            seconds = [line[1] for line in pattern]
            assert all(a != b for a, b in zip(seconds[::2], seconds[1::2], strict=True))
            assert all(a == b for a, b in zip(seconds[1::2], seconds[2::2], strict=False))


def test_a_famous_quatrain_keeps_a_pattern():
    level, oblique = tones.LEVEL, tones.OBLIQUE
    # 白日依山尽，黄河入海流。欲穷千里目，更上一层楼。 in the tones of the Tang
    marks = ["仄仄平平仄", "平平仄仄平", "仄平平仄仄", "仄仄仄平平"]
    poem = [[level if mark == "平" else oblique for mark in line] for line in marks]
    assert tones.share_kept(poem, 4, 5) == 1
    poem[3][4] = oblique
    assert tones.share_kept(poem, 4, 5) == pytest.approx(19 / 20)


def test_sounds_are_of_mandarin_or_of_a_table(tmp_path):
    heard = sounds.Sounds(READINGS)
    assert heard.shared("光霜乡") == "唐平"
    assert heard.shared("光上") is None  # level and oblique do not rhyme
    assert heard.names_of("无") == [] and heard.tones("无") == 0
    assert heard.among("唐") == heard.rhymes("光") | heard.rhymes("上")
    with pytest.raises(InputError, match=r"rhyme_group: expected one of .*'阳'"):
        heard.among("阳")
    table = tmp_path / "rhymes.txt"
    table.write_text("光 阳\n天 先\n月 月\n月 阳\n", "utf-8")
    own = sounds.of_table(table, READINGS)
    assert own.shared("光月") == "阳" and own.shared("天月") is None
    table.write_text("光阳\n", "utf-8")
    with pytest.raises(
        InputError, match=r"rhymes.txt:1: expected a character and the name"
    ):
        sounds.of_table(table, READINGS)


def test_figures_of_poems_are_those_worked_out_by_hand():
    heard = sounds.Sounds(READINGS)
    poems = [list(LINES), ["天天天天天", "月月月月光", "天天天天天", "天天天天天"]]
    found = figures_of(poems, heard, {"天天天天天"})
    assert found["rhyme"] == found["rhyme_4x5"] == 0.5
    assert found["distinct_lines"] == 6 / 8
    assert found["copied_lines"] == 3 / 8
    assert figures_of([], heard, None) == {}


def words(poem):
    return [re.sub("[，。]", "", line) for line in poem.lines]


def test_every_demand_is_met_in_every_poem(model):
    asked = {"form": "8x7", "acrostic": "春江花月夜山水云", "rhyme": True, "tones": True,
             "repeat": False, "forbid": "千万"}  # fmt: skip
    # Of 40 characters 56 cannot be different.
    with pytest.raises(InputError, match="no repeat"):
        list(model.poems(**asked))
    asked |= {"form": "4x7", "acrostic": "春江花月", "n": 40, "seed": 3}
    heard = sounds.Sounds(model.readings)
    for poem in model.poems(**asked):
        assert poem.has_form
        assert "".join(line[0] for line in poem.lines) == "春江花月"
        everything = "".join(poem.lines)
        assert len(set(everything)) == 28 and not set("千万") & set(everything)
        assert heard.shared([line[-1] for line in poem.lines[1::2]])
        marks = [[heard.tones(each) for each in line] for line in poem.lines]
        assert tones.share_kept(marks, 4, 7) == 1
        if heard.tones(poem.lines[0][-1]) == tones.LEVEL:  # then the first line rhymes, too
            assert heard.shared([poem.lines[0][-1], poem.lines[1][-1]])


def test_rhymes_are_of_the_group_and_of_different_characters(model):
    for poem in model.poems(form="8x5", rhyme_group="唐平", n=20, seed=0):
        feet = [line[-1] for line in poem.lines[1::2]]
        assert len(set(feet)) == 4
        assert set(feet) <= set("光霜乡阳香塘江")


def test_lines_are_held_and_others_written(model):
    held = "春江花月夜,?,山水云风雨,?光"
    with pytest.raises(InputError, match=r"lines: \?"):
        list(model.poems(form="4x5", lines=held))
    held = "春江花月夜,?,山水云风雨,????光"
    found = list(model.poems(form="4x5", lines=held, n=5, seed=0))
    for poem in found:
        assert poem.lines[0] == "春江花月夜" and poem.lines[2] == "山水云风雨"
        assert poem.lines[3][-1] == "光"
    assert len({poem.lines[1] for poem in found}) > 1


def test_first_keyword_and_pattern(model):
    for poem in model.poems(form="4x5", first="秋来", keyword="明月", n=5, seed=0):
        assert poem.text.startswith("秋来") and "明月" in poem.text
    # Beside an acrostic, the first line holds what is asked for.
    for poem in model.poems(form="4x5", first="秋", acrostic="春江", n=5, seed=0):
        assert "秋" in poem.lines[0] and poem.lines[0][0] == "春"
    for poem in model.poems(form="4x5", pattern=".*[，。]春风.*", n=3, seed=0):
        assert re.search("[，。]春风", poem.text)


def test_a_seed_gives_the_same_poems_and_a_beam_the_likeliest(model):
    one = [poem.text for poem in model.poems(n=3, seed=5, rhyme=True)]
    assert one == [poem.text for poem in model.poems(n=3, seed=5, rhyme=True)]
    assert one != [poem.text for poem in model.poems(n=3, seed=6, rhyme=True)]
    # What is written does not depend on how many are.
    assert one[:2] == [poem.text for poem in model.poems(n=2, seed=5, rhyme=True)]
    best = list(model.poems(n=2, beam=4, rhyme=True))
    drawn = max(poem.log_prob for poem in model.poems(n=20, seed=0, rhyme=True))
    assert best[0].log_prob >= best[1].log_prob
    assert best[0].log_prob > drawn


def test_the_likelihood_is_the_network_s(model):
    (poem,) = model.poems(n=1, seed=0, title="秋夜")
    condition = text.Condition("4x7", "秋夜", model.dynasties[0]).text
    ids = model.vocabulary.encode([*model.unit.tokens(condition + poem.text), "</s>"])
    start = len(model.unit.tokens(condition))
    found = model.reading.texts([ids])[0][start:]
    outputs, _ = model.reading.run(
        np.concatenate([[EOS], ids[:-1]])[None].astype(np.int32),
        model.reading.first_states(1),
    )
    again = losses_of(outputs["logits"], ids[None])[0][start:]
    assert found.sum() == pytest.approx(float(again.sum()), rel=1e-5)
    assert poem.log_prob == pytest.approx(-float(found.sum()), rel=1e-4)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"form": "5x5"}, "form: expected one of 4x5, 4x7, 8x5, 8x7"),
        ({"acrostic": "春江花月夜"}, "acrostic: expected at most 4 for this form; got 5"),
        ({"acrostic": "猫"}, "acrostic: 猫: the model does not know this character"),
        ({"first": "春" * 40}, "first: expected at most 28"),
        (
            {"first": "春秋", "lines": "秋??????,?,?,?"},
            "first 春秋, lines 秋: cannot be met",
        ),
        (
            {"keyword": "光", "forbid": "光"},
            "keyword 光, forbid 光: cannot be met together",
        ),
        ({"rhyme_group": "阳"}, "rhyme_group: expected one of"),
        ({"dynasty": "Ming"}, "dynasty: expected one of Song, Tang, auto"),
        ({"pattern": "("}, "pattern: "),
        ({"pattern": "春+"}, "form, the pattern '春[+]': cannot be met together"),
        ({"n": 5, "beam": 2}, "n: expected at most beam, 2; got 5"),
        ({"free": True, "rhyme": True}, "rhyme: beside free it plays no part"),
        ({"title": "a\nb"}, "title: expected a single line"),
        ({"title": "秋" * 31}, "title: expected at most 30 characters; got 31"),
        ({"acrostic": ""}, "acrostic: expected characters; got none"),
        ({"first": "，"}, "first: expected characters; got '，'"),
        ({"rhymes": "no"}, "rhymes: expected rhyme, rhyme_group or json, too"),
        ({"beam": 2, "seed": 0}, "seed: beside beam it plays no part"),
        ({"beam": 2, "temperature": 0.8}, "temperature: beside beam it plays no part"),
        ({"temperature": 0}, "temperature: expected at least"),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_before_anything_is_written(model, asked, message):
    with pytest.raises(InputError, match=message):
        list(model.poems(**asked))


def test_the_command_writes_lines_or_json(verse_model, capsys):
    name = str(verse_model)
    flags = "--form 4x7 --first 秋 --rhyme --tones --acrostic 春江花月 --n 3 --seed 3"
    assert main(["generate", name, *flags.split()]) == 0
    written = capsys.readouterr().out
    poems = written.strip().split("\n\n")
    assert len(poems) == 3
    for poem in poems:
        assert re.fullmatch("春.{6}，江.{6}。\n花.{6}，月.{6}。", poem)
        assert "秋" in poem[:7]
    assert main(["generate", name, *flags.split(), "--json"]) == 0
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [record["text"] for record in records] == [p.replace("\n", "") for p in poems]
    first = records[0]
    assert first["has_form"] and len(first["rhyme"]) == 2
    heard = first["characters"][0][0]
    assert heard == {"character": "春", "reading": "chun1", "tone": "平", "rhyme": "文平"}
    assert main(["generate", name, "--prompt", "春"]) == 2
    assert "first says what a poem begins with" in capsys.readouterr().err
    assert main(["generate", name, "--length", "3"]) == 2
    assert main(["generate", name, "--acrostic", "春", "--forbid", "春"]) == 2
    assert "acrostic 春, forbid 春: cannot be met" in capsys.readouterr().err


def test_what_of_a_title_is_unknown_is_said(verse_model, capsys):
    flags = ["--title", "秋 猫 ok 猫", "--seed", "1"]
    assert main(["generate", str(verse_model), *flags]) == 0
    assert capsys.readouterr().err.startswith("--title: read as <unk>: ' ', 猫, o, k\n")


def test_poems_come_as_they_are_written_however_many(model):
    many = model.poems(n=10**9, seed=5, rhyme=True)
    first = [poem.text for poem in itertools.islice(many, 40)]
    assert first == [poem.text for poem in model.poems(n=40, seed=5, rhyme=True)]


def test_hidden_files_of_a_folder_are_not_read(poems_file, tmp_path):
    shutil.copy(poems_file, tmp_path / "poems.jsonl")
    (tmp_path / ".hidden").write_text("no poem", "utf-8")
    (tmp_path / "tang300.dat").write_bytes(b"\xff\x00")  # a table of `fortune`
    assert len(parts.whole(tmp_path)) == len(parts.whole(poems_file))


def test_free_poems_are_measured(verse_model, poems_file, capsys):
    flags = ["--data", str(poems_file), "--train", str(poems_file), "--json"]
    # All lines stand in what is measured: nothing is left to count.
    assert main(["evaluate", str(verse_model), *flags]) == 2
    assert "none is left" in capsys.readouterr().err
    flags = ["--data", str(poems_file), "--write", "12", "--json"]
    assert main(["evaluate", str(verse_model), *flags]) == 0
    said = capsys.readouterr()
    idle = [*flags[:2], "--temperature", "0.5"]
    assert main(["evaluate", str(verse_model), *idle]) == 2
    assert "temperature: expected write, too" in capsys.readouterr().err
    figures = json.loads(said.out)
    assert figures["poems"] == 240 and figures["written"]["poems"] == 12
    assert 0 <= figures["written"]["form"] <= 1


def test_perplexity_is_of_characters_by_dynasty(model, poems_file, capsys):
    task = model.task
    measure = getattr(task.module("measure"), task.measure)
    figures = measure(model, poems_file, task.measure_options(write=8), print)
    assert figures["characters"] == 60 * (20 + 28 + 40 + 56)
    dynasties = figures["by_dynasty"]
    assert list(dynasties) == ["Song", "Tang"]
    logs = [np.log(each["perplexity"]) * each["characters"] for each in dynasties.values()]
    assert np.log(figures["perplexity"]) * figures["characters"] == pytest.approx(sum(logs))
    assert figures["real"]["rhyme"] == 1.0
    assert figures["written"]["poems"] == 8
    other = measure(model, poems_file, task.measure_options(titles=False), print)
    assert other["perplexity"] != figures["perplexity"]


def test_the_5_gram_is_counted_on_poems_of_the_training(model, poems_file, tmp_path):
    lines = poems_file.read_text("utf-8").splitlines(keepends=True)
    (tmp_path / "test.jsonl").write_text("".join(lines[:40]), "utf-8")
    task = model.task
    measure = getattr(task.module("measure"), task.measure)
    options = task.measure_options(train=str(poems_file), write=8)
    figures = measure(model, tmp_path / "test.jsonl", options, print)
    assert 1 < figures["ngram_perplexity"] < 100
    assert "copied_lines" in figures["written"] or figures["written"]["form"] == 0


def test_settings_that_are_none_are_refused(poems_file, tmp_path, capsys):
    for flags, message in (
        (["--unit", "word"], "--unit: expected one of character"),
        (["--simplified", "magic"], "--simplified: expected one of none, opencc, zhconv"),
        (["--data", str(tmp_path / "no")], "no such file or folder"),
    ):
        every = changed(["--data", str(poems_file)], *flags)
        assert run_recipe(verse, [*every, "--output", str(tmp_path / "m")]) == 2
        assert message in capsys.readouterr().err


def test_readings_come_from_the_artifact(verse_model, tmp_path):
    folder = tmp_path / "m"
    shutil.copytree(verse_model, folder)
    readings = (folder / "readings.tsv").read_text("utf-8")
    assert "秋\tqiu1\n" in readings


def test_the_doctor_finds_copies_and_loops(verse_model, poems_file, tmp_path, capsys):
    assert main(["doctor", str(verse_model), "--data", str(poems_file), "--json"]) == 0
    said, told = capsys.readouterr()
    assert told.count(" poems; left out: ") == 1
    found = [each for each in json.loads(said)["findings"] if each["check"] == "answers"]
    by_words = {
        words: each["severity"]
        for each in found
        for words in ("word for word", "come twice", "miss the form")
        if words in each["found"]
    }
    assert len(by_words) == 3 and by_words["word for word"] == "ok"

    # A file with all that is written: everything is copied.
    model = seqzoo.load(verse_model)
    draws = writing.Draws(temperature=diagnosis.TEMPERATURE, seed=diagnosis.SEED)
    forms = [text.Condition(form, "", model.dynasties[0]) for form in text.NAMES] * 12
    lines = {line for poem in model.writer.poems(forms, draws) for line in poem.lines}
    copied = tmp_path / "copied.jsonl"
    every = [line for line in sorted(lines) if len(line) in (5, 7)]
    fours = [[line] * 4 for line in every]
    rows = [json.dumps({"lines": four}, ensure_ascii=False) for four in fours]
    assert rows, "the model writes no line of 5 or 7 characters"
    copied.write_text("\n".join(rows), "utf-8")
    first = next(diagnosis.findings(model, parts.whole(copied)))
    assert first.severity == "warning" and "word for word" in first.found


def test_the_doctor_reads_poems_in_their_encoding(verse_model, poems_file, tmp_path):
    file = tmp_path / "poems.jsonl"
    file.write_bytes(poems_file.read_text("utf-8").encode("gb18030"))
    model, asked = seqzoo.load(verse_model), Form(encoding="gb18030")
    assert model.batch(file, asked)["tokens"].any()
    assert model.sicknesses(file, asked)


def test_repeated_characters_areloops():
    assert diagnosis.loops(["月月月光光", "月月光月月", "光月月月月"]) == 2


def test_each_poem_is_read_by_itself(model, poems_file):
    """What a poem scores does not depend on those before it."""
    texts = [text.text_of(poem) for poem in parts.whole(poems_file)[:6]]
    ids = [model.vocabulary.encode([*model.unit.tokens(t), "</s>"]) for t in texts]
    together = np.concatenate(ids)
    again = losses.poems_in(together)
    assert [each.tolist() for each in again] == [each.tolist() for each in ids]
    for one, other in zip(
        losses.losses_of(model.reading, again), losses.losses_of(model.reading, ids[::-1])[::-1],
        strict=True,
    ):  # fmt: skip
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)
