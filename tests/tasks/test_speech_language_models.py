"""Searches of transcripts with trained language models, of characters and of words."""

import numpy as np
import pytest

import seqzoo
from seqzoo import InputError
from seqzoo.__main__ import main
from seqzoo.tasks.speech import language_models
from tests.decoding.test_prefix_beam import said_by

SIGNS = ["", " ", *"abcdeghiklmnoprstuw"]


@pytest.fixture(scope="module")
def characters(tmp_path_factory, spoken):
    """A language model of the characters of the transcripts."""
    folder = tmp_path_factory.mktemp("characters")
    rows = [line.split("\t") for line in (spoken / "train.tsv").read_text().splitlines()]
    place = rows[0].index("transcript")
    (folder / "lines.txt").write_text("".join(f"{row[place]}\n" for row in rows[1:]))
    flags = "--unit character --units 16 --num-layers 1 --epochs 2 --dropout 0 --batch-size 4 --steps 16"
    given = ["--data", str(folder / "lines.txt"), "--output", str(folder / "model")]
    assert main(["train", "language_model", *given, *flags.split()]) == 0
    return folder / "model"


def labels_of(text):
    return tuple(SIGNS.index(sign) for sign in text)


def test_a_model_of_characters_says_what_it_says_of_the_line_itself(characters):
    model = seqzoo.load(characters)
    scorer = language_models.opened(str(characters)).scorer(SIGNS, 1.0, 0.0)
    for line in ("pira lemo", "a"):
        text = f"{line}\n"
        ids = model.encode(text, "text")
        losses = model.reading.texts([np.concatenate([model.encode("\n", "text"), ids])])
        wanted = -float(losses[0][1:].sum())  # behind the end of another line
        assert said_by(scorer, labels_of(line)) == pytest.approx(wanted, abs=1e-4)


def test_a_model_of_words_says_what_it_says_of_the_line_itself(language_model):
    model = seqzoo.load(language_model)
    scorer = language_models.opened(str(language_model)).scorer(SIGNS, 1.0, 0.0)
    line = "the small cat sleeps"
    wanted = -float(model.reading.texts([model.encode(line, "text")])[0].sum())
    assert said_by(scorer, labels_of(line)) == pytest.approx(wanted, abs=1e-4)


def test_a_search_takes_the_folder_of_a_language_model(recognizer, characters, spoken):
    paths = sorted(spoken.glob("test*.wav"))[:3]
    model = seqzoo.load(recognizer)
    plain = model.predict(paths, beam_size=8, language_weight=0.0, word_bonus=0.0)
    settings = {"language_model": str(characters), "word_bonus": 0.0}
    same = model.predict(paths, beam_size=8, language_weight=0.0, **settings)
    assert [each["transcript"] for each in same] == [each["transcript"] for each in plain]
    heard = model.predict(paths, beam_size=8, language_weight=2.0, **settings)
    scorer = language_models.opened(str(characters)).scorer(model.symbols, 1.0, 0.0)

    def likelihood(answers):
        texts = [each["transcript"] for each in answers]
        return sum(
            said_by(scorer, [model.symbols.index(sign) for sign in text]) for text in texts
        )

    assert likelihood(heard) >= likelihood(plain)


def test_predict_and_evaluate_take_it_from_the_command_line(
    recognizer, characters, spoken, capsys
):
    flags = ["--beam-size", "4", "--language-model", str(characters)]
    assert main(["predict", str(recognizer), str(spoken / "test0.wav"), *flags]) == 0
    assert main(["evaluate", str(recognizer), "--data", str(spoken), *flags]) == 0
    assert "wer" in capsys.readouterr().out


def test_what_is_no_language_model_is_named(recognizer, tmp_path, spoken):
    with pytest.raises(InputError, match=r"expected a language model; it is one of speech"):
        language_models.opened(str(recognizer))
    with pytest.raises(InputError, match=r"no such folder either.*got 'nothing'"):
        language_models.opened("nothing")
    with pytest.raises(InputError, match=r"none\.arpa"):
        language_models.opened(str(tmp_path / "none.arpa"))


def test_a_model_of_words_needs_a_space_among_the_symbols(language_model, characters):
    with pytest.raises(InputError, match="expected a network with a space"):
        language_models.opened(str(language_model)).scorer(["", "a"], 1.0, 0.0)
    scorer = language_models.opened(str(characters)).scorer(["", "a"], 1.0, 0.0)
    assert said_by(scorer, [1]) < 0
