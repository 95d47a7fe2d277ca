"""Questions about stories: data, training with a linear start, answers, exports, doctor."""

import json
import subprocess
import sys

import numpy as np
import pytest

import seqzoo
from seqzoo import export as exporting
from seqzoo.__main__ import main
from seqzoo.datasets.stories.made import made_stories
from seqzoo.datasets.stories.story import Story
from seqzoo.errors import InputError
from seqzoo.recipes import stories as recipe
from seqzoo.tasks.stories import naive
from seqzoo.tasks.stories.corpora import names_of
from seqzoo.tasks.stories.scores import scores
from seqzoo.tasks.stories.text import Text

STORY = {
    "story": ["Mary went to the kitchen.", "John moved to the office."],
    "question": "Where is Mary?",
}


@pytest.fixture(scope="module")
def reader(story_reader):
    return seqzoo.load(story_reader)


def told(*sentences, question="Where is Mary?", answer="kitchen", task=""):
    return Story(sentences, question, answer, "x:1", "x", task)


def test_ids_have_the_latest_sentence_first_and_no_punctuation():
    text = Text.of([told("Mary went home.", "John sat.")], "word")
    names = text.vocabulary.tokens
    story = text.story(["Mary went home.", "John sat, quickly!"])
    assert [[names[word] for word in row] for row in story] == [
        ["john", "sat", "<unk>"],
        ["mary", "went", "home"],
    ]
    assert text.unknown(["John sat, quickly!"]) == ["quickly"]
    # What has no word is an unknown one, and no padding.
    assert text.story(["..."]).tolist() == [[1]] and text.question("?").tolist() == [1]


def test_kinds_are_named_by_numbers_or_names():
    assert names_of("1, qa2,other") == ("qa1", "qa2", "other")
    assert names_of(None) == names_of("") == ()


def test_scores_are_of_all_and_of_each_kind():
    found = scores([True, False, True, True], ["qa10", "qa10", "qa2", "qa2"])
    assert found["accuracy"] == 0.75 and found["mean_error"] == pytest.approx(0.25)
    assert list(found["by_task"].items()) == [("qa2", 1.0), ("qa10", 0.5)]
    assert found["failed"] == 1
    assert scores([True, False], ["", ""]) == {"score": 0.5, "accuracy": 0.5}


def test_the_naive_answers():
    stories = [
        told("Mary went to the kitchen.", "John went to the office."),
        told("Mary sat.", answer="garden"),
        told("It rained in the kitchen."),
    ]
    text = Text.of([*stories, told("a", answer="office")], "word")
    assert naive.most_frequent(stories) == "kitchen"
    assert [naive.latest(each, text, "garden") for each in stories] == [
        "office",
        "garden",
        "kitchen",
    ]
    majority, latest = naive.answers(stories, "kitchen", text)
    assert majority.figures["accuracy"] == pytest.approx(2 / 3)
    assert latest.figures["accuracy"] == pytest.approx(1 / 3)


def test_questions_about_one_story_fall_into_the_same_part(stories_file):
    from seqzoo.tasks.stories import corpora

    config = recipe.Config(data=str(stories_file), validation=0.3, test=0.3)
    parts = corpora.load(config).parts
    groups = [{story.text for story in part} for part in parts.values()]
    assert all(groups) and not groups[0] & groups[1] and not groups[1] & groups[2]
    assert sum(map(len, parts.values())) == 200


def test_the_linear_start_is_another_loss_of_the_same_weights(stories_file, tmp_path):
    config = recipe.Config(
        data=str(stories_file), linear_epochs=1, blanks=0.0, batch_size=8
    )
    data = recipe.load(config, tmp_path / "data")
    model = recipe.build(config, data)
    for weight in model.weights:
        if "seed" not in weight.path:
            weight.assign(np.random.default_rng(1).normal(size=weight.shape))
    first, last = data.plan(0)[0], data.plan(1)[0]._replace(rows=data.plan(0)[0].rows)
    assert first.linear and not last.linear
    losses = []
    for each in (first, last):
        total, count = recipe.loss(config, model, data.arrays(each))
        assert float(count) == 8
        losses.append(float(total))
    assert abs(losses[0] - losses[1]) > 0.1
    story, question, target, _ = data.arrays(last)
    logits = np.asarray(model([story, question])["answer"], np.float64)
    shares = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    expected = -np.log(shares[np.arange(8), target]).sum()
    assert losses[1] == pytest.approx(expected, rel=1e-4)


def test_it_learns_to_find_the_sentence(tmp_path):
    path = tmp_path / "train.jsonl"
    names, places = ("Mary", "John", "Tom"), ("home", "away", "out", "up", "down")
    random = np.random.default_rng(0)
    with path.open("w") as file:
        for _ in range(300):
            went = [places[i] for i in random.permutation(5)[:3]]
            told = [f"{name} is {place}." for name, place in zip(names, went, strict=True)]
            story = [told[i] for i in random.permutation(3)]
            asked = int(random.integers(3))
            record = {
                "story": story,
                "question": f"Where is {names[asked]}?",
                "answer": went[asked],
            }
            file.write(json.dumps(record) + "\n")
    flags = "--hops 1 --embedding-dim 12 --epochs 25 --learning-rate 0.02 --patience 25 --batch-size 16"
    folder = tmp_path / "model"
    assert (
        main(
            [
                "train",
                "stories",
                "--data",
                str(path),
                *flags.split(),
                "--output",
                str(folder),
            ]
        )
        == 0
    )
    reader = seqzoo.load(folder)
    item = {
        "story": ["John is home.", "Tom is out.", "Mary is away."],
        "question": "Where is Tom?",
    }
    (answer,) = reader.predict([item], attention=True)
    assert answer["answer"] == "out" and answer["prob"] > 0.5
    # The hop read the sentence about Tom, the oldest first.
    assert int(np.argmax(answer["attention"][0])) == 1


def test_an_answer_tells_what_it_did_not_read(reader):
    (answer,) = reader.predict([STORY], n_best=2, attention=True)
    assert set(answer) == {"question", "answer", "prob", "answers", "story", "attention"}
    assert answer["question"] == "Where is Mary?" and len(answer["answers"]) == 2
    shares = np.array(answer["attention"])
    assert shares.shape == (2, 2)
    np.testing.assert_allclose(shares.sum(1), 1, atol=1e-3)
    long = {"story": [*STORY["story"] * 4, "Zelda slept."], "question": "Where is Zelda?"}
    (answer,) = reader.predict([long])
    assert answer["unknown"] == ["zelda", "slept"] and answer["unread"] == 3
    # What is not read plays no part.
    assert (
        answer["prob"] == reader.predict([long | {"story": long["story"][3:]}])[0]["prob"]
    )
    best = reader.predict([STORY], n_best=100)[0]["answers"]
    assert sum(each["prob"] for each in best) == pytest.approx(1)


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ("Where?", r"inputs\[0\]: expected an object with story, question"),
        ({"story": ["A."]}, "expected 'question'"),
        ({"story": [], "question": "A?"}, "expected a sentence before the question"),
        ({"story": [" "], "question": "A?"}, "expected a sentence"),
        ({"story": "A.", "question": "A?"}, "story: expected a list of sentences"),
        (
            {"story": ["A."] * 10_001, "question": "A?"},
            "at most 10,000 sentences; got 10,001",
        ),
        ({"story": ["A."], "question": "A?", "hint": 1}, "hint: expected story, question"),
    ],
)
def test_what_is_no_story_is_refused(item, message, reader):
    with pytest.raises(InputError, match=message):
        reader.predict([item])


@pytest.mark.parametrize("format", exporting.FORMATS)
def test_an_export_answers_as_the_model_does(format, reader, few, tmp_path):
    report = exporting.export(reader, format, tmp_path / "out", texts=[STORY] * 3)
    assert report["difference"] < 1e-4


def test_the_reader_needs_no_seqzoo(reader, few, tmp_path):
    folder = tmp_path / "out"
    exporting.export(reader, "onnx", folder)
    program = (
        "import sys, runpy; sys.modules |= dict.fromkeys(['seqzoo', 'keras', 'tensorflow']); "
        f"sys.path.insert(0, {str(folder)!r}); runpy.run_path('{folder}/reader.py', run_name='__main__')"
    )
    lines = [
        json.dumps(STORY),
        json.dumps({"story": ["Zelda ran, quickly."] * 9, "question": "?"}),
        "{}",
    ]
    done = subprocess.run(
        [sys.executable, "-c", program],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    *answers, error = [json.loads(line) for line in done.stdout.splitlines()]
    assert "expected an object with story" in error["error"]
    for line, answer in zip(lines, answers, strict=False):
        (expected,) = reader.predict([json.loads(line)])
        assert answer["answer"] == expected["answer"]
        assert answer["prob"] == pytest.approx(expected["prob"], abs=1e-5)


def test_a_picture_shows_what_was_read(story_reader, tmp_path):
    asked, picture = tmp_path / "a.jsonl", tmp_path / "a.png"
    asked.write_text(json.dumps(STORY) + "\n", "utf-8")
    flags = ["--attention", "--plot", str(picture)]
    assert main(["predict", str(story_reader), str(asked), *flags]) == 0
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_doctor_tells_one_answer_for_all_and_a_memory_without_a_part(reader, tmp_path):
    from seqzoo.tasks.stories import diagnosis

    given = np.zeros(20, int)
    assert diagnosis.varied(given, ["yes", "no"], 2).severity == "warning"
    assert diagnosis.varied(np.arange(20) % 2, ["yes", "no"], 2).severity == "ok"
    assert diagnosis.varied(given[:3], ["yes", "no"], 2).severity == "note"
    assert diagnosis.remembered(given, given).severity == "warning"
    assert diagnosis.remembered(given, 1 - given).severity == "ok"


def test_evaluate_reads_some_kinds(story_reader, tmp_path, capfd):
    folder = tmp_path / "babi"
    folder.mkdir()
    for task in ("qa1", "qa15"):
        for part in ("train", "test"):
            with (folder / f"{task}_x_{part}.txt").open("w") as file:
                for story in made_stories(10, 3, (task,)):
                    for number, sentence in enumerate(story.sentences, 1):
                        file.write(f"{number} {sentence}\n")
                    file.write(
                        f"{len(story.sentences) + 1} {story.question}\t{story.answer}\n"
                    )
    command = ["evaluate", str(story_reader), "--data", str(folder)]
    assert main(command) == 0
    every = capfd.readouterr().out
    assert "20" in every and "mean_error" in every and "by_task: qa1" in every
    assert main([*command, "--tasks", "15"]) == 0
    assert "mean_error" not in capfd.readouterr().out
    assert main([*command, "--tasks", "3"]) == 2
    assert "task qa3: expected one of qa1, qa15" in capfd.readouterr().err
