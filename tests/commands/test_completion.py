"""`completion`: what a shell offers at a place."""

import contextlib
import io
import shutil
import subprocess

import pytest

from seqzoo.__main__ import COMMANDS, main

ASKED = {  # words up to the cursor -> some of what is offered, and what is not
    "": (COMMANDS, ["--format"]),
    "pre": (["predict"], ["pack"]),
    "predict --form": (["--format"], ["--plain"]),
    "predict --format ": (["json", "csv", "tsv", "plain"], ["--format", "a file"]),
    "predict m --mode ": (["words", "search"], []),
    "predict m --output ": (["a file"], ["--format"]),
    "predict senti": (["sentiment-imdb", "sentiment-zh"], ["characters-python"]),
    "predict sentiment-imdb a": (["a file"], []),
    "export m --format w": (["wheel", "web"], ["onnx"]),
    "train s": (["sentiment", "segmentation"], ["ratings"]),
    "train sentiment --cell gru": (["gru", "gru_reset_before"], ["lstm"]),
    "train sentiment --lear": (["--learning-rate"], ["--cell"]),
    "sweep sentiment --tri": (["--trials"], ["--tuner"]),
    "completion ": (["bash", "zsh", "fish"], []),
}
ASK = """
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_seqzoo
printf '%s\\n' "${COMPREPLY[@]}"
printf 'end\\n'
"""


@pytest.fixture(scope="module")
def scripts(tmp_path_factory):
    """The script of each shell, as a file; beside them `a file`."""
    folder = tmp_path_factory.mktemp("completion")
    (folder / "a file").touch()
    found = {}
    for shell in ("bash", "zsh", "fish"):
        with contextlib.redirect_stdout(io.StringIO()) as written:
            assert main(["completion", shell]) == 0
        found[shell] = folder / shell
        found[shell].write_text(written.getvalue(), "utf-8")
    return found


@pytest.mark.parametrize("typed", ASKED)
def test_bash_offers_what_fits(typed, scripts):
    words = ["seqzoo", *typed.split(" ")]
    done = subprocess.run(
        ["bash", "-c", ASK, "ask", str(scripts["bash"]), *words],
        capture_output=True, text=True, cwd=scripts["bash"].parent, check=True,
    )  # fmt: skip
    assert not done.stderr
    offered = done.stdout.splitlines()[:-1]
    expected, alien = ASKED[typed]
    assert set(expected) <= set(offered), offered
    assert not set(alien) & set(offered), offered


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_can_read_their_scripts(shell, scripts):
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell} here")
    subprocess.run([shell, "-n", str(scripts[shell])], check=True)
    text = scripts[shell].read_text("utf-8")
    for name in (*COMMANDS, "sentiment-imdb", "learning-rate"):
        assert name in text
