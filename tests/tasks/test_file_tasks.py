"""Tasks of another package that read sounds and pictures: the same answers by every way, and a wrong kind
is an error that names the right one."""

import base64
import json
from typing import NamedTuple

import pytest
from fastapi.testclient import TestClient

import seqzoo
from seqzoo.__main__ import main
from seqzoo.errors import InputError
from seqzoo.serving import Service, create_app
from seqzoo.tasks.inputs import KINDS
from tests.tasks.outside import made


class Case(NamedTuple):
    """A task's model, three files of what it reads, one of what it does not, and what is answered."""

    kind: str
    folder: object
    files: list
    wrong: object
    known: dict
    client: TestClient

    @property
    def address(self):
        return f"/v1/models/{self.folder.name}:predict"


SOUNDS = [("a.wav", made.wav()), ("b.WAV", made.wav(0.25, 0.1)), ("c.wav", made.wav(1))]
PICTURES = [
    ("a.png", made.png()),
    ("b.png", made.png(3, 9, 255)),
    ("c.png", made.png(1, 1)),
]
FILES = {
    "audio": (SOUNDS, ("d.png", made.png())),
    "image": (PICTURES, ("d.wav", made.wav())),
}
TASKS = {"audio": "loudness", "image": "brightness"}
KNOWN = {
    "audio": {"seconds": 0.5, "loudness": -9.032},
    "image": {"width": 6, "height": 4, "brightness": 0.502},
}


@pytest.fixture(scope="module", params=list(FILES))
def case(request, tmp_path_factory):
    with made.declared():
        kind, folder = request.param, tmp_path_factory.mktemp(request.param)
        model = made.model(folder / TASKS[kind], TASKS[kind])
        files, wrong = FILES[kind]
        for name, content in [*files, wrong]:
            (folder / name).write_bytes(content)
        service = Service([model])
        client = TestClient(create_app(service), raise_server_exceptions=False)
        paths = [folder / name for name, _ in files]
        yield Case(kind, model, paths, folder / wrong[0], KNOWN[kind], client)
        service.drain()


@pytest.fixture(scope="module")
def expected(case):
    """The answers to the files, as Python has them."""
    read = [
        KINDS[case.kind].from_bytes(path.read_bytes(), path.name) for path in case.files
    ]
    return seqzoo.load(case.folder).predict(read)


def coded(path) -> str:
    return base64.b64encode(path.read_bytes()).decode()


def lines(path, *files):
    """A file of JSON lines with what is in files."""
    path.write_text("".join(json.dumps(coded(file)) + "\n" for file in files))
    return path


def upload(case, *paths, **fields):
    parts = [("files", (path.name, path.read_bytes())) for path in paths]
    return case.client.post(case.address, files=parts, data=fields)


def bulk(case, tmp_path, *files):
    """Answers and errors of bulk prediction."""
    pytest.importorskip("apache_beam")
    from seqzoo.bulk.__main__ import main as run

    source, output = lines(tmp_path / "in.jsonl", *files), tmp_path / "out" / "x"
    flags = {"--model": case.folder, "--input": source, "--output": output}
    assert run([str(part) for pair in flags.items() for part in pair]) == 0
    found = []
    for name in ("x", "x-bad"):
        paths = sorted(output.parent.glob(f"{name}-[0-9]*.jsonl"))
        answers = [
            json.loads(line) for path in paths for line in path.read_text().splitlines()
        ]
        found.append(sorted(answers, key=lambda answer: answer["offset"]))
    return found


def test_the_answers_are_about_what_is_in_the_files(case, expected):
    assert len(expected) == 3
    assert expected[0].items() >= case.known.items()
    assert len({answer["rating"] for answer in expected}) == 3


def test_python_takes_paths(case, expected):
    assert seqzoo.load(case.folder).predict(case.files) == expected


def test_predict_takes_files(case, expected, capsys):
    assert main(["predict", str(case.folder), *map(str, case.files)]) == 0
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [answer.pop("file") for answer in answers] == [str(path) for path in case.files]
    assert answers == expected


def test_predict_takes_json_lines(case, expected, capsys, tmp_path):
    source = lines(tmp_path / "list.jsonl", *case.files)
    assert main(["predict", str(case.folder), str(source)]) == 0
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == expected


def test_the_server_takes_json(case, expected):
    answer = case.client.post(case.address, json={"inputs": [coded(p) for p in case.files]})
    assert answer.json()["predictions"] == expected


def test_the_server_takes_files(case, expected, tmp_path):
    answer = upload(case, *case.files)
    assert (answer.status_code, answer.json()["predictions"]) == (200, expected)
    mixed = upload(case, case.files[0], lines(tmp_path / "rest.jsonl", *case.files[1:]))
    assert mixed.json() == answer.json()


def test_bulk_prediction_takes_json_lines(case, expected, tmp_path):
    good, bad = bulk(case, tmp_path, *case.files)
    assert [
        {k: v for k, v in a.items() if k not in ("file", "offset")} for a in good
    ] == expected
    assert not bad


def test_a_wrong_kind_is_told_to_python(case):
    model = seqzoo.load(case.folder)
    for wrong in ("a text", b"bytes", 3, None, [[1.0]]):
        with pytest.raises(InputError, match=rf"^inputs\[1\]: expected {case.kind}"):
            model.predict([case.files[0], wrong])
    with pytest.raises(InputError, match=f"expected {case.kind}"):
        model.predict([case.wrong])


def test_a_wrong_kind_is_told_by_predict(case, capfd, tmp_path):
    disguised = tmp_path / case.files[0].name
    disguised.write_bytes(case.wrong.read_bytes())
    source = lines(tmp_path / "list.jsonl", case.wrong)
    (tmp_path / "text.jsonl").write_text('"a text"\n')
    for path in (case.wrong, disguised, source, tmp_path / "text.jsonl"):
        assert main(["predict", str(case.folder), str(path)]) == 2
        (line,) = (x for x in capfd.readouterr().err.splitlines() if x.startswith("error:"))
        assert str(path) in line
        assert case.kind in line.split("expected", 1)[1]


def test_a_wrong_kind_is_told_by_the_server(case, tmp_path):
    disguised = tmp_path / case.files[0].name
    disguised.write_bytes(case.wrong.read_bytes())
    answers = [
        case.client.post(case.address, json={"inputs": [coded(case.wrong)]}),
        case.client.post(case.address, json={"inputs": ["a text"]}),
        case.client.post(case.address, json={"inputs": [3]}),
        upload(case, case.wrong),
        upload(case, disguised),
        upload(case, lines(tmp_path / "list.jsonl", case.wrong)),
    ]
    for answer in answers:
        assert answer.status_code == 422
        assert answer.json()["error"].startswith(("inputs[0]: ", "files[0]: "))
        assert case.kind in answer.json()["error"].split("expected", 1)[1]
    answer = case.client.post(case.address, json={"texts": ["a text"]})
    assert answer.status_code == 422
    assert (
        answer.json()["error"] == f"inputs: expected; {case.folder.name} reads {case.kind}"
    )


def test_a_wrong_kind_is_told_by_bulk_prediction(case, tmp_path):
    good, bad = bulk(case, tmp_path, case.files[0], case.wrong)
    assert len(good) == 1
    (told,) = bad
    assert case.kind in told["error"].split("expected", 1)[1]


def test_the_models_list_says_what_each_reads(case):
    (about,) = case.client.get("/v1/models").json()["models"]
    assert about["reads"] == [case.kind]
