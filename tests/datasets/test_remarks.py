"""What is said once before training: of every text task, on the command line's own words."""

import pytest

from seqzoo.config import add_flags, from_flags
from seqzoo.errors import InputError
from seqzoo.recipes import (
    characters,
    entities,
    language_model,
    ratings,
    segmentation,
    sentiment,
    translation,
)
from seqzoo.system.command_line import Parser
from seqzoo.tasks.language import defaults

WORDS = ["story", "film", "plot", "scene", "actor", "music", "light", "end", "word"]
CHINESE = "今天天气很好我们去公园看花吧明天还要上班学习"


def config_of(recipe, *flags):
    parser = Parser("made")
    add_flags(parser, recipe.Config)
    return from_flags(recipe.Config, parser.parse_args(list(flags)))


def chinese(number):
    begin = number % 11
    return CHINESE[begin : begin + 8] + chr(0x4E00 + number % 97)


def texts(path, line):
    path.write_text("".join(line(n) + "\n" for n in range(200)), "utf-8")
    return path


TASKS = {
    "sentiment": (sentiment, lambda n: f"{'xy'[n % 2]}\t{chinese(n)}"),
    "ratings": (ratings, lambda n: f"{chinese(n)}\t{n % 7}" if n else "text\tnumber"),
    "language_model": (language_model, chinese),
}


@pytest.mark.parametrize("name", TASKS)
def test_texts_without_spaces_are_read_by_characters(name, tmp_path, capfd):
    recipe, line = TASKS[name]
    path = texts(tmp_path / "a.tsv", line)
    config = config_of(recipe, "--data", str(path))
    assert config.unit is None
    data = recipe.load(config, tmp_path / "auto")
    assert data.by_size(config)["unit"] == "character"
    again = recipe.load(config, tmp_path / "auto")  # as an interrupted run finds it
    assert again.by_size(config)["unit"] == "character"
    assert "without spaces" not in capfd.readouterr().out
    said = config_of(recipe, "--data", str(path), "--unit", "word", "--minimum-count", "1")
    data = recipe.load(said, tmp_path / "word")
    assert data.by_size(said)["unit"] == "word"
    out = capfd.readouterr().out
    assert "warning: 100% of the letters are of scripts without spaces" in out
    assert "% of the validation tokens are unknown, so that" in out


def test_texts_with_spaces_are_read_by_words(tmp_path, capfd):
    path = texts(
        tmp_path / "a.tsv", lambda n: f"{'xy'[n % 2]}\tthe {WORDS[n % 9]} {WORDS[n // 25]}"
    )
    config = config_of(sentiment, "--data", str(path))
    data = sentiment.load(config, tmp_path / "auto")
    assert data.by_size(config)["unit"] == "word"
    out = capfd.readouterr().out
    assert "unknown" not in out and "shortened" not in out


def test_long_texts_are_told(tmp_path, capfd):
    path = texts(
        tmp_path / "a.tsv", lambda n: f"{'xy'[n % 2]}\t{'word ' * (n % 5 + 1)} {n}"
    )
    sentiment.load(
        config_of(sentiment, "--data", str(path), "--max-length", "3"), tmp_path / "d"
    )
    out = capfd.readouterr().out
    assert (
        "warning: 60% of the texts have more than 3 tokens and are shortened; --max-length"
        in out
    )


def test_tags_are_surveyed(tmp_path, capfd):
    rows = [
        f"{chr(0x4E00 + n)}w O\nx {'B-per' if n % 20 == 0 else 'B-PER'}\n\n"
        for n in range(100)
    ]
    rows += ["same O\n\n", "same B-PER\n\n", "rare B-EVENT\n\n"]
    path = tmp_path / "a.bio"
    path.write_text("".join(rows), "utf-8")
    entities.load(
        config_of(entities, "--data", str(path), "--bigrams", "0"), tmp_path / "d"
    )
    out = capfd.readouterr().out
    assert (
        "labels that differ in case, width or spaces only are classes of their own: 'per' and 'PER'"
        in out
    )
    assert "1 of 3 labels of spans have fewer than 5 training examples" in out
    assert (
        "1 of 103 train examples repeat the text of another; 1 texts have different labels"
        in out
    )
    assert "% of the validation tokens are unknown, so that" in out


def test_long_pairs_are_told(tmp_path, capfd):
    path = texts(tmp_path / "a.tsv", lambda n: f"one {n}\t{'eins ' * (n % 4 * 9 + 1)} {n}")
    flags = (
        "--data",
        str(path),
        "--max-length",
        "12",
        "--unit",
        "word",
        "--vocabulary",
        "50",
    )
    translation.load(config_of(translation, *flags), tmp_path / "d")
    assert (
        "training pairs: a text of 12 pieces or more; --max-length"
        in capfd.readouterr().out
    )


def test_the_rarest_tokens_that_are_known_follow_from_the_text():
    assert defaults.minimum_count("character", 10_937_396) == 100
    assert defaults.minimum_count("character", 1_000_000) == 10
    assert defaults.minimum_count("character", 5_000) == 2
    assert defaults.minimum_count("word", 5_000) == 2
    assert defaults.minimum_count("word", 900_000) == 3
    assert characters.Config().minimum_count is None


IDLE = [
    (
        segmentation,
        "--bigrams 0 --bigram-dim 8",
        "--bigram-dim 8: with --bigrams 0 it plays no part",
    ),
    (
        entities,
        "--language de",
        "--language de: with --dataset peoples-daily it plays no part",
    ),
    (
        entities,
        "--data x --auxiliary 1",
        "--auxiliary 1.0 and --data x: expected one of them",
    ),
    (
        language_model,
        "--decay 0.7",
        "--decay 0.7: with --flat-epochs none it plays no part",
    ),
    (translation, "--alpha 0.2", "--alpha 0.2: with --variants 1 it plays no part"),
    (
        translation,
        "--attention none --input-feeding",
        "with --attention none it plays no part",
    ),
    (translation, "--share-embeddings", "with --joint false it plays no part"),
    (
        sentiment,
        "--pretrain-rate 0.1",
        "--pretrain-rate 0.1: with --pretrain 0 it plays no part",
    ),
]


@pytest.mark.parametrize("recipe, flags, message", IDLE)
def test_a_flag_without_effect_is_an_error(recipe, flags, message):
    with pytest.raises(InputError, match=message):
        config_of(recipe, *flags.split())
