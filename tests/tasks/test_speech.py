"""Speech recognition, from files of sound to words, scores, streams and exports."""

import json
import shutil

import numpy as np
import pytest

import seqzoo
from seqzoo import InputError, artifact
from seqzoo.__main__ import main
from seqzoo.datasets.audio import made
from seqzoo.datasets.audio.sounds import read_sound, write_wav
from seqzoo.datasets.audio.utterances import Utterance
from seqzoo.export import export
from seqzoo.export.proof import open_reader
from seqzoo.recipes import speech
from seqzoo.tasks.inputs import Audio
from seqzoo.tasks.speech import diagnosis, symbols
from seqzoo.tasks.speech.scores import per_row, rates
from tests.support.command_line import failure

TERMS = "For any use, if these lines stay.\n"


@pytest.fixture(scope="module")
def model(recognizer):
    return seqzoo.load(recognizer)


def prepared(folder, data, **settings):
    return speech.load(
        speech.Config(data=str(data), rate=8000, **settings), folder / "data"
    )


def sound_of(path):
    sound = read_sound(path)
    return Audio(sound.samples[:, None], sound.rate)


def test_validation_has_speakers_of_its_own(spoken, tmp_path):
    data = prepared(tmp_path, spoken)
    sizes = data.sizes()
    assert sizes["train"] + sizes["validation"] == 108
    assert sizes["test"] == 12
    assert "speakers who are in no other part" in data.description
    rows = [line.split("\t") for line in (spoken / "train.tsv").read_text().splitlines()]
    speakers = {row[0]: row[2] for row in rows[1:]}
    parts = {
        part: {
            speakers[where.rpartition("/")[2].split(":")[0]]
            if where.endswith(".wav")
            else rows[int(where.rpartition(":")[2]) - 1][2]
            for where in (tmp_path / "data" / f"{part}.where").read_text().splitlines()
        }
        for part in ("train", "validation")
    }
    assert parts["train"] and parts["validation"]
    assert not parts["train"] & parts["validation"]


def test_batches_are_padded_on_the_right_and_follow_from_the_seed(spoken, tmp_path):
    data = prepared(tmp_path, spoken, noise=0.3, time_masks=1)
    batch, again = data.plan(0)[0], data.plan(1)
    frames, lengths, labels, counts = data.arrays(batch)
    np.testing.assert_array_equal(frames, data.arrays(batch)[0])
    assert frames.shape[0] == len(lengths) == len(labels) == len(counts)
    for row, number in enumerate(batch.rows):
        assert not frames[row, lengths[row] :].any()
        assert not labels[row, counts[row] :].any()
        text = "".join(data.symbols[label] for label in labels[row, : counts[row]])
        assert text == data.transcripts("train")[number]
    later = next(b for b in again if batch.rows[0] in b.rows)
    place = int(np.flatnonzero(later.rows == batch.rows[0])[0])
    other = data.arrays(later)[0][place]
    assert np.abs(other[: lengths[0]] - frames[0, : lengths[0]]).max() > 0.1


def test_running_means_begin_with_those_of_the_training_part(spoken, tmp_path):
    data = prepared(tmp_path / "a", spoken, normalize="running")
    plain = prepared(tmp_path / "b", spoken, normalize="none")
    frames = np.concatenate(plain.utterances("train"))
    np.testing.assert_allclose(data.front_end.means, frames.mean(0), atol=1e-3)
    np.testing.assert_allclose(data.front_end.deviations, frames.std(0), rtol=1e-3)
    found = np.concatenate(data.utterances("train"))
    assert np.abs(found.mean(0)).max() < 0.3 and np.abs(found).max() < 20


def test_easy_epochs_have_short_sounds_first_and_nothing_is_hidden(spoken, tmp_path):
    data = prepared(tmp_path, spoken, noise=0.3, time_masks=1, easy_epochs=2)
    lengths, frames = data.encoded["train"].lengths, data.utterances("train")
    for epoch, easy in enumerate((True, True, False)):
        planned = data.plan(epoch)
        longest = [lengths[batch.rows].max() for batch in planned]
        assert (longest == sorted(longest)) == easy
        given, counts, *_ = data.arrays(planned[0])
        wanted = frames[planned[0].rows[0]]
        assert np.array_equal(given[0, : counts[0]], wanted) == easy


def test_copies_at_other_speeds_are_longer_and_shorter(spoken, tmp_path):
    plain = prepared(tmp_path / "a", spoken)
    copied = prepared(tmp_path / "b", spoken, speeds=(0.8, 1.25))
    count = plain.sizes()["train"]
    assert copied.sizes()["train"] == 3 * count
    lengths = copied.encoded["train"].lengths.reshape(count, 3)
    np.testing.assert_array_equal(lengths[:, 0], plain.encoded["train"].lengths)
    assert np.all(lengths[:, 1] > lengths[:, 0]) and np.all(lengths[:, 0] > lengths[:, 2])


def with_pauses(folder, count=9):
    """A table of sounds of three made words each, a quarter of a second between them; one has no pauses."""
    rng, speaker = np.random.default_rng(0), made.made_speakers(0)["train"][0]
    silence = rng.normal(0, 0.001, 2000).astype(np.float32)
    lines = ["path\ttranscript\tsplit"]
    for number in range(count):
        words = [str(word) for word in rng.choice(made.WORDS[:3], 3)]
        said = [made.made_sound([word], speaker, rng, 8000) for word in words]
        parts = [part for sound in said for part in (silence, sound)]
        samples = np.concatenate([*parts, silence]) if number else said[0]
        write_wav(folder / f"{number}.wav", samples, 8000)
        part = "train" if number < count - 2 else ("validation", "test")[number % 2]
        lines.append(f"{number}.wav\t{' '.join(words)}\t{part}")
    (folder / "sounds.tsv").write_text("\n".join(lines) + "\n")
    return folder / "sounds.tsv"


def test_words_change_their_order_and_their_sounds_go_along(tmp_path, capsys):
    data = prepared(tmp_path, with_pauses(tmp_path), reorder=1.0, noise=0.0)
    assert (
        "--reorder: pauses part the words of 6 of 7 utterances" in capsys.readouterr().out
    )
    plain, texts = data.utterances("train"), data.transcripts("train")
    moved = 0
    for batch in data.plan(0) + data.plan(1):
        frames, lengths, labels, counts = data.arrays(batch)
        for row, number in enumerate(batch.rows):
            heard, text = frames[row, : lengths[row]], texts[number]
            said = "".join(data.symbols[label] for label in labels[row, : counts[row]])
            assert sorted(said.split()) == sorted(text.split())
            # Every frame is one of the utterance, once.
            assert sorted(map(tuple, heard)) == sorted(map(tuple, plain[number]))
            assert np.array_equal(heard, plain[number]) or data.pauses[number] is not None
            moved += said != text
    assert moved


def test_words_in_another_order_that_no_pause_parts_are_an_error_where_they_are_asked_for(
    spoken, tmp_path
):
    table = with_pauses(tmp_path)
    lines = table.read_text().splitlines()
    one_word = [
        line
        if not place
        else "\t".join([(f := line.split("\t"))[0], f[1].split()[0], f[2]])
        for place, line in enumerate(lines)
    ]
    table.write_text("\n".join(one_word) + "\n")
    with pytest.raises(InputError, match=r"^--reorder: .*none of 7 training utterances"):
        prepared(tmp_path / "a", table, reorder=0.5)
    assert prepared(tmp_path / "b", table).pauses == [None] * 7


def test_a_transcript_that_needs_more_steps_is_an_error_that_names_the_file(
    spoken, tmp_path
):
    shutil.copytree(spoken, tmp_path / "spoken")
    table = tmp_path / "spoken" / "train.tsv"
    head, first, *rest = table.read_text().splitlines()
    path, _, speaker = first.split("\t")
    table.write_text("\n".join([head, f"{path}\t{'pira ' * 60}\t{speaker}", *rest]) + "\n")
    with pytest.raises(
        InputError, match=r"(train0\.wav|train\.tsv:2).*at least 299 steps.*--stack 3"
    ):
        prepared(tmp_path, tmp_path / "spoken")


def test_symbols_come_back_from_their_file(tmp_path):
    signs = symbols.symbols_of(["a b", "ç中"])
    assert signs[0] == "" and " " in signs
    symbols.save(tmp_path / "symbols.txt", signs)
    assert symbols.load(tmp_path / "symbols.txt", len(signs)) == signs
    with pytest.raises(InputError, match=r"^a\.wav: 'x' in 'x'"):
        symbols.numbers("x", signs, "a.wav")
    assert symbols.steps_needed("aab") == 4


def test_rates_are_shares_of_all_words_and_characters():
    found = rates(per_row(["a b c", "d"], ["a c", "e"]))
    assert found["wer"] == pytest.approx(2 / 4)
    assert found["cer"] == pytest.approx(3 / 6)
    assert found["exact"] == 0
    assert rates(per_row(["", "a"], ["b", "a"]))["wer"] == 1.0


def test_metrics_and_card_have_the_naive_answer(recognizer):
    test = json.loads((recognizer / "metrics.json").read_text())["test"]
    assert test["cer"] < 0.25 < test["majority_cer"]
    assert test["score"] == pytest.approx(1 - test["cer"])
    card = (recognizer / "README.md").read_text()
    assert f"{test['majority_wer']:.4f}" in card
    assert '.predict(Path("sound.wav"))' in card and "sound.wav\n" in card


def test_a_sound_has_words_with_their_times(model, spoken):
    path = spoken / "test0.wav"
    answer = model.predict(path)
    assert answer == model.predict([path])[0] == model.predict(sound_of(path))
    assert answer["transcript"] == " ".join(word["word"] for word in answer["words"])
    seconds = read_sound(path).seconds
    times = [each[name] for each in answer["words"] for name in ("start", "end")]
    assert times == sorted(times) and times[0] >= 0 and times[-1] <= seconds + 0.04
    assert all(0 < word["confidence"] <= 1 for word in answer["words"])


def test_posteriors_are_probabilities_by_step(model, spoken):
    found = model.predict(spoken / "test0.wav", posteriors=True)["posteriors"]
    values = np.array(found["values"])
    steps = -(
        -model.front_end.frames(round(read_sound(spoken / "test0.wav").seconds * 8000)) // 3
    )
    assert values.shape == (steps, len(found["symbols"]))
    assert found["seconds_per_step"] == pytest.approx(0.03)
    assert found["symbols"][0] == "" and values.sum(axis=1).max() <= 1.01


def test_a_search_reckons_with_words(model, spoken, tmp_path):
    paths = sorted(spoken.glob("test*.wav"))
    searched = model.predict(paths, beam_size=16, language_weight=1.0, word_bonus=1.0)
    known = {
        line.split("\t")[0]
        for line in (model.artifact.path("words.arpa")).read_text().splitlines()
    }
    assert known
    words = {word["word"] for answer in searched for word in answer["words"]}
    greedy = {word["word"] for answer in model.predict(paths) for word in answer["words"]}
    text = model.artifact.path("words.arpa").read_text().split()
    assert sum(word not in text for word in words) <= sum(
        word not in text for word in greedy
    )
    (tmp_path / "bad.arpa").write_text("no model\n")
    with pytest.raises(InputError, match=r"bad\.arpa"):
        model.predict(paths[:1], beam_size=4, language_model=str(tmp_path / "bad.arpa"))
    assert model.predict(paths[:1], beam_size=4, language_weight=0.0)[0]["transcript"]
    with pytest.raises(InputError, match=r"^--word-bonus: it is for a search"):
        model.predict(paths[:1], word_bonus=1.0)


def test_predict_answers_each_sound_of_a_folder(recognizer, spoken, tmp_path, capsys):
    for name in ("test0.wav", "test1.wav"):
        shutil.copy(spoken / name, tmp_path / name)
    (tmp_path / "test0.txt").write_text("a transcript\n")
    assert main(["predict", str(recognizer), str(tmp_path)]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    files = [str(tmp_path / name) for name in ("test0.wav", "test1.wav")]
    assert [each["file"] for each in found] == files
    told = failure(
        capsys, main(["predict", str(recognizer), str(tmp_path), "--format", "csv"])
    )
    assert "--format csv: expected one file to answer; got 2" in told
    for name in ("test0.wav", "test1.wav"):
        (tmp_path / name).unlink()
    told = failure(capsys, main(["predict", str(recognizer), str(tmp_path)]))
    assert "expected files of audio (.wav, .flac" in told


def test_predict_answers_from_the_command_line(recognizer, spoken, tmp_path, capsys):
    paths = [str(spoken / "test0.wav"), str(spoken / "test1.wav")]
    assert main(["predict", str(recognizer), *paths]) == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["file"], second["file"]) == tuple(paths)
    assert main(["predict", str(recognizer), *paths, "--plain"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        first["transcript"],
        second["transcript"],
    ]
    (tmp_path / "bad.wav").write_bytes(b"RIFF")
    flags = [str(tmp_path / "bad.wav"), paths[0], "--keep-going"]
    assert main(["predict", str(recognizer), *flags]) == 2
    bad, good = map(json.loads, capsys.readouterr().out.splitlines())
    assert "bad.wav" in bad["error"] and good["transcript"] == first["transcript"]


@pytest.mark.parametrize("call", [str, lambda path: [str(path)]])
def test_the_name_of_a_file_is_no_sound_and_the_error_says_what_is(model, spoken, call):
    with pytest.raises(
        InputError, match=r"an Audio; got str; give a file as a pathlib\.Path"
    ):
        model.predict(call(spoken / "test0.wav"))


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        (np.zeros((8000, 1), np.float32), "all its samples are 0"),
        (np.linspace(-0.1, 0.1, 40)[:, None], "at least"),
        (np.zeros((601 * 8000, 1), np.float32), "at most 600 seconds"),
    ],
    ids=["silent", "short", "long"],
)
def test_what_is_no_speech_is_refused(model, samples, message):
    with pytest.raises(
        InputError,
        match=rf"^input: expected .*{message}|^inputs\[0\]: expected .*{message}",
    ):
        model.predict(Audio(samples.astype(np.float32), 8000))


def test_evaluate_gives_what_the_training_measured(recognizer, spoken, capsys):
    assert main(["evaluate", "--json", str(recognizer), "--data", str(spoken)]) == 0
    found = json.loads(capsys.readouterr().out)
    test = json.loads((recognizer / "metrics.json").read_text())["test"]
    for name in ("wer", "cer", "exact", "majority_wer"):
        assert found[name] == pytest.approx(test[name])
    assert found["examples"] == 12


def test_a_stream_gives_what_the_whole_sound_gives(listener, spoken):
    model = seqzoo.load(listener)
    assert model.artifact.graphs  # it runs on the engine
    sound = read_sound(spoken / "test3.wav")
    whole = model.predict(spoken / "test3.wav")
    for size in (len(sound.samples), 777, 4001):
        stream = model.stream()
        for begin in range(0, len(sound.samples), size):
            partial = stream.feed(sound.samples[begin : begin + size])
            assert set(partial) == {"transcript", "words"}
        answer = stream.finish()
        assert answer["transcript"] == whole["transcript"]
        for one, other in zip(answer["words"], whole["words"], strict=True):
            assert one["confidence"] == pytest.approx(other["confidence"], abs=1e-4)
            assert (one["start"], one["end"]) == (other["start"], other["end"])
    with pytest.raises(InputError, match="finished"):
        stream.feed(sound.samples)


def test_a_network_that_reads_from_both_ends_has_no_stream(model):
    with pytest.raises(
        InputError, match="single direction, trained with --no-bidirectional"
    ):
        model.stream()


def licensed(folder, target):
    """A copy of a model with the terms of its data."""
    staged = target / ".staged"
    staged.mkdir(parents=True)
    found = artifact.Artifact(folder)
    for name in found.names:
        shutil.copyfile(found.path(name), staged / name)
    (staged / "LICENSE").write_text(TERMS)
    artifact.commit(target, staged)
    return target


@pytest.mark.parametrize("which", ["recognizer", "listener"])
def test_an_export_hears_the_same_and_keeps_the_licence(which, spoken, tmp_path, request):
    folder = licensed(request.getfixturevalue(which), tmp_path / "model")
    model = seqzoo.load(folder)
    report = export(model, "onnx", tmp_path / "onnx")
    assert report["difference"] < 1e-4
    assert (tmp_path / "onnx" / "LICENSE").read_text() == TERMS
    paths = [str(spoken / "test0.wav"), str(spoken / "test1.wav")]
    found = open_reader(tmp_path / "onnx").predict(paths)
    for one, path in zip(found, paths, strict=True):
        assert one["transcript"] == model.predict(spoken / path)["transcript"]
    write_wav(tmp_path / "fast.wav", read_sound(paths[0]).samples, 16000)
    with pytest.raises(ValueError, match="expected 8000 hertz; got 16000"):
        open_reader(tmp_path / "onnx").predict([str(tmp_path / "fast.wav")])


def test_doctor_looks_at_the_transcripts(recognizer, spoken, capsys):
    assert main(["doctor", str(recognizer), "--data", str(spoken)]) == 0
    found = " ".join(capsys.readouterr().out.split())
    assert "different transcripts of 120 utterances" in found
    assert main(["doctor", str(recognizer), "--data", str(spoken / "test0.wav")]) == 0


def test_doctor_takes_a_folder_of_sounds_without_transcripts(
    recognizer, spoken, tmp_path, capsys
):
    for number in range(9):
        shutil.copy(spoken / f"test{number}.wav", tmp_path)
    assert main(["doctor", str(recognizer), "--data", str(tmp_path)]) == 0
    found = " ".join(capsys.readouterr().out.split())
    assert "different transcripts of 9 utterances" in found
    assert "the sounds have no transcripts" in found
    (tmp_path / "test0.txt").write_text("ma\n")
    told = failure(capsys, main(["doctor", str(recognizer), "--data", str(tmp_path)]))
    assert "test1.wav: expected its transcript in test1.txt" in told


def looked(rows, given, frames=None):
    frames = (
        [np.random.default_rng(0).normal(size=(len(r) * 3, 4)) for r in rows]
        if frames is None
        else frames
    )
    return diagnosis.Looked([], frames, rows, given)


def test_the_sicknesses_of_ctc_are_known():
    rows = [np.log(np.full((5, 3), 1 / 3, np.float32))] * 10
    (found,) = diagnosis.transcripts(looked(rows, [""] * 10))
    assert found.severity == "warning" and "all blanks" in found.found
    (found,) = diagnosis.transcripts(looked(rows, ["yes"] * 10))
    assert found.severity == "warning" and "one transcript for all" in found.found
    (found,) = diagnosis.normalized(looked(rows, [], [np.full((50, 4), 40.0)]))
    assert found.severity == "warning" and "not normalized" in found.found
    (found,) = diagnosis.normalized(looked(rows, []))
    assert found.severity == "ok"


def test_transcripts_with_more_symbols_than_steps_are_a_sickness_that_names_the_first(
    model,
):
    said = [Utterance("", text, None, f"{text}.wav") for text in ("ma", "pira pira")]
    rows = [np.log(np.full((5, 3), 1 / 3, np.float32))] * 2
    (found,) = diagnosis.too_few_frames(model, diagnosis.Looked(said, [], rows, ["", ""]))
    assert found.severity == "warning" and "too few steps" in found.found
    assert "in 1 of 2: pira pira.wav: 5 steps, 9 needed" in found.found
    assert "--stack below 3" in found.advice
    assert not list(
        diagnosis.too_few_frames(model, diagnosis.Looked(said[:1], [], rows[:1], [""]))
    )


def test_a_dataset_that_needs_a_download_says_what_to_do(tmp_path, capfd):
    flags = ["--data", str(tmp_path / "nothing"), "--output", str(tmp_path / "run")]
    from seqzoo.training.command import run_recipe

    error = failure(capfd, run_recipe(speech, flags))
    assert "no such file or folder" in error
