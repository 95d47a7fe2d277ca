"""A model as a package: valid, complete, the same bytes every time, and without seqzoo."""

import ast
import base64
import csv
import hashlib
import io
import subprocess
import sys
import zipfile
from email.parser import BytesParser
from pathlib import Path
from types import SimpleNamespace

import pytest

import seqzoo
from seqzoo import export as exporting
from seqzoo.errors import InputError
from seqzoo.export import archive, wheel
from seqzoo.export.runtimes import command
from seqzoo.tasks import discover
from seqzoo.zoo import pretrained

pytest.importorskip("onnxruntime")

FIXTURES = {
    "classification": "trained",
    "regression": "regressor",
    "segmentation": "segmenter",
    "entities": "entity_tagger",
    "translation": "translator",
    "dialogue": "talker",
    "language": "language_model",
    "poems": "verse_model",
    "forecasting": "forecaster",
    "series_classification": "series_classifier",
    "speech": "recognizer",
    "handwriting": "handwriter",
    "captions": "captioner",
    "trees": "tree_classifier",
    "stories": "story_reader",
}  # task -> the fixture with a model of it
# Combined and full-width letters, marks out of order, joined emoji, other spaces, final sigma, ß, İ, a BOM.
TRAPS = (
    "ﬁlm ｗａｓ ① great",
    "cafe\u0301 a\u0323\u0307 a\u0307\u0323 fine",
    "👩\u200d👩\u200d👧 great 🇩🇪 👍🏽 film",
    "a\u00a0b\u2003c\u3000great\u2028film\u0085was",
    "ΟΔΥΣΣΕΥΣ ς Straße İstanbul ıi great",
    "\ufeffgreat 한글 한글 ㈱ film",
    "great ‘film’ “was” don’t can't — … ‽",
    "great\tfilm  was\u200ba\u00adstory",
    "중국 人民 １９９８年 3.14 1,000 了 great",
    "𝔤𝔯𝔢𝔞𝔱 𠮷 great 人民",
)


def source_of(task, request):
    assert task in FIXTURES, f"no model of the task {task} to export here"
    return seqzoo.load(request.getfixturevalue(FIXTURES[task]))


def written(model, folder, **given):
    return Path(exporting.export(model, "wheel", folder, **given)["wheel"])


def usable(model, texts):
    """Those of texts that a model takes."""

    def is_usable(text):
        try:
            model.predict([text])
        except InputError:
            return False
        return True

    return [text for text in texts if is_usable(text)]


def assert_same(answers, expected, difference):
    assert len(answers) == len(expected)
    for ours, theirs in zip(expected, answers, strict=True):
        assert len(theirs.keys() - {"text"}) >= 1
        assert theirs.keys() <= ours.keys()
        apart = difference(ours, theirs)
        assert apart is not None and apart < 1e-4, (ours, theirs)


@pytest.mark.parametrize("task", discover())
def test_the_package_of_every_task_answers_as_the_model(task, few, request, tmp_path):
    model = source_of(task, request)
    path = written(model, tmp_path / "out", version="2.1")
    assert [each.name for each in path.parent.iterdir()] == ["model-2.1-py3-none-any.whl"]
    zipfile.ZipFile(path).extractall(tmp_path / "installed")
    package = wheel.loaded(tmp_path / "installed", "model")
    texts = model.samples(20, 12)
    texts += usable(model, TRAPS) if "text" in model.READS else []
    task_export = model.task.module("export").Export(model)
    answers, expected = package.predict(texts), task_export.expected(texts)
    difference = task_export.difference
    assert_same(answers, expected, difference)
    assert [package.plain(each) for each in answers] == [
        model.to_plain({**ours, **theirs})
        for ours, theirs in zip(expected, answers, strict=True)
    ]
    options = [name for name, *_ in package.about["options"]]
    assert options == (["words", "mode"] if task == "segmentation" else [])
    with pytest.raises(TypeError, match="colour: expected an option"):
        package.predict(texts, colour="red")
    if options:
        assert_options(model, package, tmp_path, texts, difference)


def assert_options(segmenter, package, folder, texts, difference):
    """A segmenter's package takes a user's words, and gives long words in parts, as the model does."""
    given = {"words": ["人民的", "在北京"], "mode": "search"}
    expected = segmenter.predict(texts, **given)
    assert_same(package.predict(texts, **given), expected, difference)
    with pytest.raises(ValueError, match="words: expected words; there are none"):
        package.predict(texts, words=[])
    (folder / "words.txt").write_text("人民的\n在北京\n", "utf-8")
    flags = ["--words", str(folder / "words.txt"), "--mode", "search", "--plain"]
    (answer,) = segmenter.predict(["人民的银行在北京"], **given)
    code, found, _ = run(folder / "installed", *flags, "人民的银行在北京")
    assert (code, found) == (0, segmenter.to_plain(answer) + "\n")
    code, _, refused = run(folder / "installed", "--words", "missing.txt", "人民")
    assert (code, refused.startswith("error: missing.txt: cannot be read")) == (2, True)


@pytest.fixture(scope="module")
def built(trained, tmp_path_factory):
    """The wheel of a tiny classifier."""
    patch = pytest.MonkeyPatch()
    patch.setattr("seqzoo.export.proof.COUNT", 20)
    patch.setattr("seqzoo.export.proof.REPEATS", 1)
    folder = tmp_path_factory.mktemp("built")
    path = written(seqzoo.load(trained), folder, texts=["great film", "dull film"])
    patch.undo()
    return path


@pytest.fixture
def installed(built, tmp_path):
    """A folder with the classifier's package unpacked."""
    zipfile.ZipFile(built).extractall(tmp_path)
    return tmp_path


def run(folder, *arguments, input=b"", name="model"):
    """The package's command, where seqzoo, Keras, TensorFlow and h5py can't be imported."""
    program = (
        "import sys, runpy; sys.modules |= dict.fromkeys(['seqzoo', 'keras', 'tensorflow', 'h5py', 'onnx']); "
        f"sys.path.insert(0, {str(folder)!r}); runpy.run_module({name!r}, run_name='__main__')"
    )
    command = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(command, input=input, capture_output=True, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_its_metadata_are_valid(built):
    with zipfile.ZipFile(built) as file:
        folder = "model-1.0.dist-info"
        metadata = BytesParser().parsebytes(file.read(f"{folder}/METADATA"))
        wheel_file = file.read(f"{folder}/WHEEL").decode().splitlines()
        entry = file.read(f"{folder}/entry_points.txt").decode()
        licence = file.read(f"{folder}/licenses/LICENSE")
    assert (metadata["Name"], metadata["Version"]) == ("model", "1.0")
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata["License-File"] == "LICENSE"
    assert metadata.get_all("Requires-Dist") == [archive.RUNTIME, "numpy"]
    assert "SHA-256 of the model" in metadata.get_payload()
    assert "A seqzoo model: classification" in metadata.get_payload()
    assert {"Wheel-Version: 1.0", "Root-Is-Purelib: true", "Tag: py3-none-any"} <= set(
        wheel_file
    )
    assert entry == "[console_scripts]\nmodel = model.__main__:main\n"
    assert b"Apache License" in licence


def test_the_licence_is_that_of_seqzoo():
    root = Path(seqzoo.__file__).parent.parent
    assert archive.LICENCE.read_bytes() == (root / "LICENSE").read_bytes()


def test_record_has_the_hash_and_size_of_every_file(built):
    with zipfile.ZipFile(built) as file:
        rows = list(
            csv.reader(io.StringIO(file.read("model-1.0.dist-info/RECORD").decode()))
        )
        assert [name for name, _, _ in rows] == file.namelist()
        for name, digest, size in rows[:-1]:
            content = file.read(name)
            hash = base64.urlsafe_b64encode(hashlib.sha256(content).digest())
            assert digest == "sha256=" + hash.decode().rstrip("=")
            assert int(size) == len(content)
        assert rows[-1] == ["model-1.0.dist-info/RECORD", "", ""]


def test_the_same_model_gives_the_same_bytes(built, trained, few, tmp_path):
    again = written(seqzoo.load(trained), tmp_path, texts=["a great film"])
    assert again.read_bytes() == built.read_bytes()


def test_nothing_in_it_imports_seqzoo_or_a_module_of_its_own_from_outside(built):
    with zipfile.ZipFile(built) as file:
        sources = {n: file.read(n) for n in file.namelist() if n.endswith(".py")}
    own = {Path(name).stem for name in sources} | {"seqzoo"}
    assert {"reader", "runtime", "lines", "texts"} <= own
    for name, source in sources.items():
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Import):
                assert not {alias.name for alias in node.names} & own, name
            elif isinstance(node, ast.ImportFrom) and not node.level:
                assert node.module not in own, name


def test_readers_import_what_lies_beside_them():
    code = "import lines\nimport search as s\nfrom lines import a\nimport linesman\n    import lines\n"
    code += "    from lines import b\n"
    assert wheel.relative(code, {"lines", "search"}) == (
        "from . import lines\nfrom . import search as s\nfrom .lines import a\n"
        "import linesman\n    import lines\n    from .lines import b\n"
    )


@pytest.mark.parametrize(
    ("name", "module"),
    [("sentiment-imdb", "sentiment_imdb"), ("My.Model 2", "my_model_2"), ("été", "t")],
)
def test_a_name_becomes_that_of_a_module(name, module):
    assert wheel.module_name(name) == module


@pytest.mark.parametrize("name", ["json", "Class", "none", "numpy", "seqzoo", "import"])
def test_a_name_that_another_module_has_is_refused(name):
    name = {"none": "lambda"}.get(name, name)
    with pytest.raises(InputError, match="that no other module has; got"):
        wheel.module_name(name)


@pytest.mark.parametrize("name", ["2nd", "---", "模型"])
def test_a_name_without_a_letter_first_is_refused(name):
    with pytest.raises(InputError, match="a letter first"):
        wheel.module_name(name)


@pytest.mark.parametrize(
    "version", ["", "1.", "v1", "1.0 ", "1-0", "01.2", "1.0+local", "١"]
)
def test_a_version_that_pip_would_change_is_refused(version):
    with pytest.raises(InputError, match="--version: expected numbers"):
        wheel.check_version(version)


def test_versions_are_taken():
    for version in ("1.0", "0", "10.20.3", "1.0rc1", "2.0.post1", "2024.1a2.dev3"):
        wheel.check_version(version)


def test_bad_arguments_are_refused(trained, few, tmp_path):
    model = seqzoo.load(trained)
    for format, given, message in (
        ("onnx", {"version": "1.0"}, "--version: only a wheel has one; the format is onnx"),
        ("wheel", {"lengths": [8]}, "--length: a wheel takes texts of any length"),
        ("wheel", {"version": "one"}, "--version: expected numbers"),
    ):
        with pytest.raises(InputError, match=message):
            exporting.export(model, format, tmp_path / "out", **given)
    assert not (tmp_path / "out").exists()
    path = written(model, tmp_path, texts=["great film"])
    with pytest.raises(InputError, match="exists already"):
        exporting.export(model, "wheel", tmp_path)
    assert list(tmp_path.iterdir()) == [path]


def test_a_wheel_that_answers_otherwise_is_not_left(trained, few, tmp_path, monkeypatch):
    answer = wheel.loaded

    def otherwise(folder, module):
        model = answer(folder, module)
        labels = model._reader.labels
        model._reader.labels = labels[::-1]
        return model

    monkeypatch.setattr(wheel, "loaded", otherwise)
    with pytest.raises(InputError, match=r"wheel: texts\[0\], .* answered .*; the model"):
        exporting.export(seqzoo.load(trained), "wheel", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_task_whose_export_offers_no_reader_is_told(trained, tmp_path, monkeypatch):
    model = seqzoo.load(trained)
    kind = model.task.module("export").Export
    for readers in ({}, {"reader": "reading"}):
        monkeypatch.setattr(kind, "readers", lambda *_, readers=readers: readers)
        with pytest.raises(
            InputError, match=r"offers no reader: expected a file reader\.py"
        ):
            exporting.export(model, "wheel", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_file_is_told_before_it_is_read(installed):
    path = installed / "model" / "model" / "model.onnx"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    status, out, error = run(installed, "great film")
    assert (status, out) == (2, "")
    assert error.count("\n") == 1
    assert "model.onnx: damaged: expected SHA-256" in error


def test_what_is_no_list_of_texts_is_refused(installed):
    package = wheel.loaded(installed, "model")
    with pytest.raises(TypeError, match="expected a list of strings; got 'great'"):
        package.predict("great")
    with pytest.raises(TypeError, match=r"texts\[1\]: expected a string; got None"):
        package.predict(["great", None])
    with pytest.raises(ValueError, match=r"texts\[1\]: the text is empty"):
        package.predict(["great", ""])
    assert package.predict([]) == []


def test_its_command_answers_arguments_files_and_standard_input(installed, trained):
    file = installed / "texts.txt"
    file.write_bytes(b"\xef\xbb\xbfgreat lovely film\r\nawful dull plot\n")
    expected = [
        each["label"]
        for each in seqzoo.load(trained).predict(["great lovely film", "awful dull plot"])
    ]
    for arguments, input in (
        (["great lovely film", "awful dull plot"], b""),
        (["--file", str(file)], b""),
        (["great lovely film", "--file", "-"], b"awful dull plot"),
        ([], file.read_bytes()),
    ):
        status, out, error = run(installed, "--plain", *arguments, input=input)
        assert (status, out.split(), error) == (0, expected, "")


def test_its_command_tells_a_bad_line(installed):
    lines = b"great film\n\xff\nbad\0\n\ngreat film\n"
    status, out, error = run(installed, input=lines)
    assert (status, out.count("\n")) == (2, 1)
    assert error == "error: standard input:2: invalid UTF-8 at byte 1 of the line\n"
    status, out, error = run(installed, "--keep-going", input=lines)
    assert (status, error) == (2, "")
    assert [line.startswith('{"text"') for line in out.splitlines()] == [
        True, False, False, False, True
    ]  # fmt: skip
    assert '{"line": 4, "error": "the text is empty"}' in out.splitlines()
    status, _, error = run(installed, "--file", "nowhere.txt")
    assert (status, error) == (2, "error: --file: nowhere.txt: no such file\n")


def test_its_command_tells_its_version_without_the_runtime(installed):
    program = (
        "import sys; sys.modules |= dict.fromkeys(['onnxruntime', 'numpy']); "
        f"sys.path.insert(0, {str(installed)!r}); import model.__main__ as m; m.main([sys.argv[1]])"
    )
    for flag, said in (("--version", "model 1.0 (model "), ("--help", "--keep-going")):
        done = subprocess.run(
            [sys.executable, "-c", program, flag], capture_output=True, text=True
        )
        assert said in done.stdout, done.stderr


def test_the_help_of_a_recognizers_package_asks_for_paths(monkeypatch):
    about = {"name": "x", "task": "y", "options": [], "version": "1.0", "sha256": "0" * 64}
    for reads, said in (
        (["audio"], "the path of a WAV file a line"),
        (["text"], "a text a line"),
    ):
        package = SimpleNamespace(about=lambda reads=reads: about | {"reads": reads})
        monkeypatch.setattr(command, "PACKAGE", package)
        assert said in " ".join(command.parser().format_help().split())


def test_a_flag_of_its_command_that_comes_twice_is_refused(monkeypatch, capsys):
    options = [("mode", "how it cuts", ["search", "default"]), ("words", "a file", [])]
    about = {
        "name": "x",
        "task": "y",
        "reads": ["text"],
        "options": options,
        "version": "1.0",
        "sha256": "0" * 64,
    }
    monkeypatch.setattr(command.PACKAGE, "about", lambda: about, raising=False)
    parsed = command.parser().parse_args(["--mode", "search", "--words", "a.txt", "b"])
    assert (parsed.mode, parsed.words, parsed.texts) == ("search", "a.txt", ["b"])
    assert command.parser().parse_args([]).mode == "search"
    for flag, values in (("--mode", ("default", "search")), ("--words", ("a", "b"))):
        with pytest.raises(SystemExit):
            command.parser().parse_args([flag, values[0], flag, values[1]])
        assert f"{flag}: given twice; expected once" in capsys.readouterr().err


def test_every_finished_model_has_a_name_for_a_package():
    for name in pretrained():
        assert wheel.command_name(wheel.module_name(name)) == name
