"""`export` on the command line."""

import pytest

from seqzoo.__main__ import main

onnxruntime = pytest.importorskip("onnxruntime")


def test_the_command(trained, few, tmp_path, capsys):
    from seqzoo.__main__ import main

    (tmp_path / "texts.txt").write_text("a great film\n\nawful and dull\n")
    command = [
        "export",
        str(trained),
        "--format",
        "onnx",
        "--output",
        str(tmp_path / "out"),
    ]
    command += ["--texts", str(tmp_path / "texts.txt")]
    assert main(command) == 0
    assert (
        "- 2 texts of the user's: all answers are those of the model"
        in capsys.readouterr().out
    )
    assert main(command) == 2
    assert "exists already" in capsys.readouterr().err
    assert main([*command, "--length", "8,x"]) == 2
    assert (
        "--length: expected whole numbers, commas between; got '8,x'"
        in capsys.readouterr().err
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"fine\n\xff\n", "t.txt:2: invalid UTF-8 at byte 1"),
        (b"\n \n", "t.txt: expected texts, one a line"),
    ],
)
def test_texts_to_prove_it_by_that_cannot_be_read_are_told(
    trained, tmp_path, capsys, content, message
):
    (tmp_path / "t.txt").write_bytes(content)
    command = ["export", str(trained), "--format", "keras", "--output", str(tmp_path / "x")]
    assert main([*command, "--texts", str(tmp_path / "t.txt")]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
