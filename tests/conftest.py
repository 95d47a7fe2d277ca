"""Small corpora and models that several test files use."""

import fcntl
import gc
import hashlib
import importlib
import json
import math
import os
import random
import shutil

import pytest

pytest.register_assert_rewrite("tests.support")

# Workers of the suite fill the cores: threads of BLAS would wait for each other and burn them meanwhile.
# A logistic regression took five times the processor's time. NumPy reads this when it is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# A worker of the suite holds millions of objects of TensorFlow's graphs; looking through them for garbage
# after every 700 new ones took a twentieth of the time.
gc.set_threshold(20_000, 10, 10)

OPINIONS = {
    "good": ["great", "lovely", "superb", "fine"],
    "bad": ["awful", "dull", "poor", "boring"],
}
WORDS = ["the", "film", "was", "a", "story", "with", "some", "plot", "and", "acting"]


@pytest.fixture
def float64():
    """Layers made in the test compute in double precision."""
    import keras

    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float64")
    yield
    keras.config.set_dtype_policy(before)


@pytest.fixture(scope="session")
def corpus(tmp_path_factory):
    """A TSV of 200 learnable two-class examples."""
    generator = random.Random(1)
    path = tmp_path_factory.mktemp("corpus") / "reviews.tsv"
    with path.open("w", encoding="utf-8") as file:
        for number in range(200):
            label = ("good", "bad")[number % 2]
            words = generator.choices(WORDS, k=generator.randint(3, 12))
            words += generator.choices(OPINIONS[label], k=3)
            file.write(f"{label}\t{' '.join(words)} {number}\n")
    return path


@pytest.fixture(scope="session")
def tiny_flags(corpus):
    """Command-line flags of a training that takes a second or two."""
    flags = "--units 4 --embedding-dim 8 --epochs 2 --minimum-count 1 --learning-rate 0.05 --token-dropout 0 "
    flags += "--batch-size 32"
    return ["--data", str(corpus), *flags.split()]


def train(recipe, flags, tmp_path_factory):
    """Run a recipe, once for all workers of the suite; the folder of its model.

    The folder is a worker's copy: what a test does to it by mistake, others do not see.
    """
    mine = tmp_path_factory.getbasetemp()
    # Each worker has made the same data in a folder of its own.
    said = " ".join([recipe, *flags]).replace(str(mine), "")
    folder = tmp_path_factory.mktemp(recipe) / "model"
    if "PYTEST_XDIST_WORKER" in os.environ:
        digest = hashlib.sha256(said.encode()).hexdigest()[:16]
        kept = mine.parent / "trained" / digest
        kept.parent.mkdir(exist_ok=True)
        with kept.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not kept.exists():
                _run(recipe, flags, folder)
                shutil.copytree(folder, kept.with_suffix(".part"))
                kept.with_suffix(".part").rename(kept)
                return folder
        shutil.copytree(kept, folder)
        return folder
    _run(recipe, flags, folder)
    return folder


def _run(recipe, flags, folder):
    from seqzoo.training.command import run_recipe

    module = importlib.import_module(f"seqzoo.recipes.{recipe}")
    assert run_recipe(module, [*flags, "--output", str(folder)]) == 0


@pytest.fixture(scope="session")
def trained(tmp_path_factory, tiny_flags):
    """The folder of a tiny trained sentiment model; tests must copy it before they change it."""
    return train("sentiment", [*tiny_flags, "--no-average-with-bag"], tmp_path_factory)


@pytest.fixture(scope="session")
def averaged(tmp_path_factory, tiny_flags):
    """The folder of a tiny classifier that answers with an average; as `trained`."""
    return train("sentiment", tiny_flags, tmp_path_factory)


@pytest.fixture(scope="session")
def loads_file(tmp_path_factory):
    """A CSV of 300 hours: a load with two gaps, the wind, and a price that is known beforehand."""
    generator = random.Random(1)
    path = tmp_path_factory.mktemp("loads") / "loads.csv"
    lines = ["date,load,wind,price"]
    for hour in range(300):
        price = 1 + (hour % 24 in (8, 9, 18))
        load = 50 + 5 * (hour % 24 > 6) + 3 * price + generator.gauss(0, 0.5)
        shown = "" if hour in (40, 41, 250) else f"{load:.3f}"
        day = f"2024-01-{1 + hour // 24:02} {hour % 24:02}:00"
        lines.append(f"{day},{shown},{generator.gauss(5, 2):.3f},{price}")
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


@pytest.fixture(scope="session")
def forecaster(tmp_path_factory, loads_file):
    """The folder of a tiny forecaster of quantiles."""
    flags = "--time date --target load --features wind --known price --look-back 24 --horizon 6 --units 4"
    flags += " --epochs 2 --batch-size 32 --learning-rate 0.02 --distribution quantiles"
    return train(
        "forecasting", ["--data", str(loads_file), *flags.split()], tmp_path_factory
    )


@pytest.fixture(scope="session")
def kinds_file(tmp_path_factory):
    """A long CSV of 60 series of 8 to 14 days, of two channels and three classes; one value is missing."""
    generator = random.Random(1)
    path = tmp_path_factory.mktemp("kinds") / "kinds.csv"
    lines = ["id,date,x,y,kind"]
    for number in range(60):
        kind = ("rise", "fall", "wave")[number % 3]
        slope = generator.uniform(0.1, 0.3) * (-1 if kind == "fall" else 1)
        for day in range(generator.randint(8, 14)):
            x = math.sin(day) if kind == "wave" else slope * day
            shown = "" if (number, day) == (3, 4) else f"{x + generator.gauss(0, 0.1):.3f}"
            date = f"2024-01-{1 + day:02}"
            lines.append(f"s{number},{date},{shown},{generator.gauss(0, 1):.3f},{kind}")
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


@pytest.fixture(scope="session")
def series_classifier(tmp_path_factory, kinds_file):
    """The folder of a tiny classifier of series; tests must copy it before they change it."""
    flags = "--label kind --series-id id --time date --units 8 --convolve none --pooling max_mean"
    flags += " --epochs 12 --learning-rate 0.03 --average 1"
    return train("series", ["--data", str(kinds_file), *flags.split()], tmp_path_factory)


@pytest.fixture(scope="session")
def spoken(tmp_path_factory):
    """A folder of made sounds at 8 kHz, with the tables of a training and a test part."""
    from seqzoo.datasets.audio import made
    from seqzoo.datasets.audio.sounds import write_wav

    folder = tmp_path_factory.mktemp("spoken")
    parts = made.made_utterances(120, seed=0, rate=8000)
    parts = {"train": parts["train"] + parts["validation"], "test": parts["test"]}
    for part, utterances in parts.items():
        lines = ["path\ttranscript\tspeaker"]
        for number, each in enumerate(utterances):
            write_wav(folder / f"{part}{number}.wav", each.source.samples, each.source.rate)
            lines.append(f"{part}{number}.wav\t{each.transcript}\t{each.speaker}")
        (folder / f"{part}.tsv").write_text("\n".join(lines) + "\n", "utf-8")
    return folder


@pytest.fixture(scope="session")
def recognizer(tmp_path_factory, spoken):
    """The folder of a small recognizer of made sounds, which hears some of them right."""
    flags = "--rate 8000 --units 32 --num-layers 1 --dropout 0 --noise 0 --time-masks 0 --frequency-masks 0"
    flags += " --epochs 14 --average 1 --learning-rate 0.02 --batch-size 8"
    return train("speech", ["--data", str(spoken), *flags.split()], tmp_path_factory)


@pytest.fixture(scope="session")
def listener(tmp_path_factory, spoken):
    """The folder of a small recognizer that hears a sound as it comes; it has learnt little."""
    flags = "--rate 8000 --units 16 --num-layers 2 --no-bidirectional --normalize running --stack 4"
    flags += " --epochs 1 --average 1 --learning-rate 0.02 --batch-size 8"
    return train("speech", ["--data", str(spoken), *flags.split()], tmp_path_factory)


@pytest.fixture(scope="session")
def trees_folder(tmp_path_factory):
    """A folder of 160 trees in brackets in three parts; a node's label is its opinion."""
    generator = random.Random(2)
    folder = tmp_path_factory.mktemp("trees")
    opinion = {word: label for label, words in OPINIONS.items() for word in words}

    def grown(words):
        if len(words) == 1:
            return f"({opinion.get(words[0], 'none')} {words[0]})"
        cut = generator.randrange(1, len(words))
        found = [opinion[word] for word in words if word in opinion]
        label = found[0] if found else "none"
        return f"({label} {grown(words[:cut])} {grown(words[cut:])})"

    for part, count in (("train", 120), ("dev", 20), ("test", 20)):
        lines = []
        for number in range(count):
            words = generator.choices(WORDS, k=generator.randint(1, 5))
            words.append(generator.choice(OPINIONS[("good", "bad")[number % 2]]))
            generator.shuffle(words)
            lines.append(grown(words))
        (folder / f"{part}.txt").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture(scope="session")
def tree_classifier(tmp_path_factory, trees_folder):
    """The folder of a tiny classifier of trees, which has learnt most of them."""
    flags = "--units 8 --embedding-dim 8 --epochs 6 --batch-size 8 --dropout 0.2"
    flags += " --learning-rate 0.2"
    return train("trees", ["--data", str(trees_folder), *flags.split()], tmp_path_factory)


@pytest.fixture(scope="session")
def drawings_file(tmp_path_factory):
    """A .npz file of 60 made drawings in three parts, with a letter for each shape as text."""
    from dataclasses import replace

    from seqzoo.datasets.strokes import made
    from seqzoo.datasets.strokes.offsets import write_npz

    letters = dict(zip(made.SHAPES, "abcdefgh", strict=True))
    drawings = [
        replace(each, text=tuple(letters[name] for name in each.text))
        for each in made.made_drawings(60, seed=1)
    ]
    path = tmp_path_factory.mktemp("drawings") / "drawings.npz"
    parts = {"train": drawings[:40], "validation": drawings[40:50], "test": drawings[50:]}
    write_npz(path, parts)
    return path


@pytest.fixture(scope="session")
def handwriter(tmp_path_factory, drawings_file):
    """The folder of a tiny handwriter that reads letters; it has learnt little."""
    flags = (
        "--units 8 --num-layers 2 --mixtures 2 --window 2 --embedding-dim 4 --batch-size 8"
    )
    flags += " --epochs 3 --learning-rate 0.02"
    return train(
        "handwriting", ["--data", str(drawings_file), *flags.split()], tmp_path_factory
    )


@pytest.fixture(scope="session")
def pictures_folder(tmp_path_factory):
    """A folder of 80 made pictures, with the tables of a training, a validation and a test part."""
    from PIL import Image

    from seqzoo.datasets.pictures import made

    folder = tmp_path_factory.mktemp("pictures")
    pictures = made.made_pictures(80, seed=1)
    parts = {"train": pictures[:60], "validation": pictures[60:70], "test": pictures[70:]}
    for part, some in parts.items():
        lines = ["path\tcaption"]
        for number, each in enumerate(some):
            Image.fromarray(each.read()).save(folder / f"{part}{number}.png")
            lines.append(f"{part}{number}.png\t{each.captions[0]}")
        (folder / f"{part}.tsv").write_text("\n".join(lines) + "\n", "utf-8")
    return folder


@pytest.fixture(scope="session")
def captioner(tmp_path_factory, pictures_folder):
    """The folder of a tiny captioner; it has learnt little. Tests must copy it before they change it."""
    flags = (
        "--image-size 16 --channels 4,8 --residual-blocks 1 --units 12 --embedding-dim 8"
    )
    flags += " --batch-size 20 --epochs 2 --average 1 --learning-rate 0.01"
    return train(
        "captions", ["--data", str(pictures_folder), *flags.split()], tmp_path_factory
    )


@pytest.fixture(scope="session")
def stories_file(tmp_path_factory):
    """200 made questions of two kinds in the format of bAbI."""
    from seqzoo.datasets.stories.made import made_stories

    path = tmp_path_factory.mktemp("stories") / "stories.txt"
    with path.open("w", encoding="utf-8") as file:
        for story in made_stories(100, 1, ("qa1", "qa15")):
            for number, sentence in enumerate(story.sentences, 1):
                file.write(f"{number} {sentence}\n")
            asked = f"{len(story.sentences) + 1} {story.question}"
            file.write(f"{asked}\t{story.answer}\t1\n")
    return path


@pytest.fixture(scope="session")
def story_reader(tmp_path_factory, stories_file):
    """The folder of a tiny memory network; it has learnt little. Tests must copy it before they change it."""
    flags = "--hops 2 --embedding-dim 8 --memory-size 6 --epochs 3 --linear-epochs 1 --learning-rate 0.02"
    return train("stories", ["--data", str(stories_file), *flags.split()], tmp_path_factory)


LEXICON = [
    "中国",
    "人民",
    "的",
    "银行",
    "在",
    "北京",
    "共产党员",
    "了",
    "发展",
    "很",
    "快",
    "１９９８年",
]


@pytest.fixture(scope="session")
def words_file(tmp_path_factory):
    """300 sentences of a dozen words, spaces between."""
    generator = random.Random(1)
    path = tmp_path_factory.mktemp("words") / "words.txt"
    lines = [
        "  ".join([*generator.choices(LEXICON, k=generator.randint(2, 12)), "。"])
        for _ in range(300)
    ]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


@pytest.fixture(scope="session")
def names_file(tmp_path_factory):
    """300 sequences of words with BIO tags: capitalised words behind `in` are places, others persons."""
    generator = random.Random(1)
    path = tmp_path_factory.mktemp("names") / "names.conll"
    with path.open("w", encoding="utf-8") as file:
        for _ in range(300):
            for _ in range(generator.randint(1, 4)):
                first, last = (
                    generator.choice(["Anna", "Karl"]),
                    generator.choice(["Berg", "Thal"]),
                )
                if generator.random() < 0.5:
                    file.write(f"in O\n{last} B-place\n")
                else:
                    file.write(f"said O\n{first} B-person\n{last} I-person\n")
            file.write(". O\n\n")
    return path


@pytest.fixture(scope="session")
def segmenter(tmp_path_factory, words_file):
    """The folder of a tiny trained segmenter."""
    flags = "--units 8 --embedding-dim 8 --bigram-dim 8 --epochs 3 --learning-rate 0.05 --dropout 0.1"
    flags = ["--data", str(words_file), *flags.split(), "--max-length", "20"]
    return train("segmentation", flags, tmp_path_factory)


@pytest.fixture(scope="session")
def entity_tagger(tmp_path_factory, names_file):
    """The folder of a tiny trained entity tagger of words."""
    flags = "--units 8 --embedding-dim 8 --bigram-dim 8 --epochs 4 --learning-rate 0.05 --dropout 0.1"
    flags = ["--data", str(names_file), "--scheme", "BIO", "--unit", "word", *flags.split()]
    return train("entities", flags, tmp_path_factory)


NUMBERS = {
    "one": "eins", "two": "zwei", "three": "drei", "four": "vier", "five": "fünf", "six": "sechs",
    "seven": "sieben", "eight": "acht", "nine": "neun", "ten": "zehn",
}  # fmt: skip


@pytest.fixture(scope="session")
def pairs_file(tmp_path_factory):
    """400 rows of numbers in two languages, with a tab between, in the other order; a full stop."""
    generator = random.Random(1)
    path = tmp_path_factory.mktemp("pairs") / "numbers.tsv"
    with path.open("w", encoding="utf-8") as file:
        for _ in range(400):
            words = generator.choices(list(NUMBERS), k=generator.randint(1, 5))
            translated = [NUMBERS[word] for word in reversed(words)]
            file.write(f"{' '.join(words)}.\t{' '.join(translated)}.\n")
    return path


@pytest.fixture(scope="session")
def translation_flags(pairs_file):
    """Command-line flags of a training of a translator that takes some ten seconds."""
    flags = "--unit word --vocabulary 40 --units 32 --embedding-dim 24 --epochs 12 --dropout 0.1 --average 2"
    flags += " --learning-rate 0.02 --batch-tokens 200 --validation 0.1 --test 0.1 --length-penalty 0.2"
    return ["--data", str(pairs_file), *flags.split()]


@pytest.fixture(scope="session")
def translator(tmp_path_factory, translation_flags):
    """The folder of a tiny trained translator; tests must copy it before they change it."""
    return train("translation", translation_flags, tmp_path_factory)


ANIMALS = ("cat", "dog", "bird", "fish", "horse", "cow")


@pytest.fixture(scope="session")
def dialogues_file(tmp_path_factory):
    """300 dialogues of four turns: what the last one answers was said in the first."""
    generator = random.Random(1)
    path = tmp_path_factory.mktemp("dialogues") / "talk.txt"
    with path.open("w", encoding="utf-8") as file:
        for _ in range(300):
            animal = generator.choice(ANIMALS)
            one, other = (
                generator.choice(("old", "small", "big", "new")) for _ in range(2)
            )
            turns = (
                f"i have a {one} {other} {animal} .",
                f"a {animal} is nice .",
                "what is it ?",
            )
            file.write("\t".join([*turns, f"it is a {animal} ."]) + "\n")
    return path


@pytest.fixture(scope="session")
def dialogue_flags(dialogues_file):
    """Command-line flags of a training of a model that answers; it takes some ten seconds."""
    flags = (
        "--unit word --vocabulary 60 --units 32 --embedding-dim 24 --epochs 14 --dropout 0"
    )
    flags += " --learning-rate 0.02 --batch-tokens 200 --top-p 0.9"
    return ["--data", str(dialogues_file), *flags.split()]


@pytest.fixture(scope="session")
def talker(tmp_path_factory, dialogue_flags):
    """The folder of a tiny trained model that answers; tests must copy it before they change it."""
    return train("dialogue", dialogue_flags, tmp_path_factory)


RHYMING = "光霜乡阳香塘"
POEM = "春江花月夜山水云风雨天地日人心酒诗明白青红千万里年秋来去不见有无归何处" + RHYMING


@pytest.fixture(scope="session")
def verses_file(tmp_path_factory):
    """900 lines of a small grammar: after an animal comes what it does."""
    generator = random.Random(1)
    path = tmp_path_factory.mktemp("verses") / "verses.txt"
    does = {"cat": "sleeps", "dog": "barks", "bird": "sings", "fish": "swims"}
    with path.open("w", encoding="utf-8") as file:
        for _ in range(900):
            animal = generator.choice(list(does))
            file.write(
                f"the {generator.choice(['old', 'small'])} {animal} {does[animal]} .\n"
            )
    return path


@pytest.fixture(scope="session")
def language_flags(verses_file):
    """Command-line flags of a training of a language model that takes a few seconds."""
    flags = "--units 16 --num-layers 1 --epochs 5 --dropout 0 --learning-rate 0.03 --batch-size 4 --steps 10"
    return ["--data", str(verses_file), *flags.split()]


@pytest.fixture(scope="session")
def language_model(tmp_path_factory, language_flags):
    """The folder of a tiny trained language model; tests must copy it before they change it."""
    return train("language_model", language_flags, tmp_path_factory)


@pytest.fixture(scope="session")
def poems_file(tmp_path_factory):
    """240 made poems of the four forms, of 40 characters; even lines rhyme."""
    generator = random.Random(1)
    path = tmp_path_factory.mktemp("poems") / "poems.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number in range(240):
            lines, width = ((4, 5), (4, 7), (8, 5), (8, 7))[number % 4]
            poem = ["".join(generator.choices(POEM, k=width)) for _ in range(lines)]
            poem[1::2] = [line[:-1] + generator.choice(RHYMING) for line in poem[1::2]]
            title = "".join(generator.choices(POEM, k=2))
            dynasty = "Song" if number % 3 else "Tang"
            record = {"dynasty": dynasty, "title": title, "lines": poem}
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
    return path


@pytest.fixture(scope="session")
def verse_model(tmp_path_factory, poems_file):
    """The folder of a tiny model of verse; tests must copy it before they change it."""
    flags = (
        "--units 24 --epochs 2 --dropout 0 --learning-rate 0.03 --batch-size 4 --steps 20"
    )
    flags = ["--data", str(poems_file), "--minimum-count", "1", *flags.split()]
    return train("verse", flags, tmp_path_factory)


@pytest.fixture(scope="session")
def numbers_file(tmp_path_factory):
    """A TSV of 300 texts with numbers: 50, and what each word in it weighs."""
    generator = random.Random(1)
    weights = {"splendid": 3.0, "good": 1.0, "plain": 0.0, "bad": -1.0, "awful": -2.5}
    path = tmp_path_factory.mktemp("numbers") / "numbers.tsv"
    with path.open("w", encoding="utf-8") as file:
        file.write("text\tnumber\n")
        for _ in range(300):
            words = generator.choices(list(weights), k=generator.randint(2, 9))
            file.write(f"{' '.join(words)}\t{50 + sum(weights[word] for word in words)}\n")
    return path


@pytest.fixture(scope="session")
def regressor(tmp_path_factory, numbers_file):
    """The folder of a tiny trained regressor; tests must copy it before they change it."""
    flags = "--units 8 --embedding-dim 8 --epochs 4 --learning-rate 0.03 --batch-size 16 --minimum-count 1"
    return train("ratings", ["--data", str(numbers_file), *flags.split()], tmp_path_factory)


@pytest.fixture
def few(monkeypatch):
    """Let an export prove itself by 20 texts, timed once."""
    monkeypatch.setattr("seqzoo.export.proof.COUNT", 20)
    monkeypatch.setattr("seqzoo.export.proof.REPEATS", 1)


@pytest.fixture(scope="module")
def browser():
    """Debian's Chromium; where there is none the test is skipped, but in CI it fails."""
    from playwright.sync_api import sync_playwright

    names = ("chromium", "chromium-browser", "google-chrome")
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("expected Chromium; on Debian: apt-get install chromium")
        pytest.skip("there is no Chromium here; on Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()
