"""The examples of `docs/guide/segmenter.md` print what stands below them."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "guide" / "segmenter.md"


def test_the_examples_print_what_is_said(capsys):
    found = re.findall(
        r"^```(python|text)\n(.*?)^```", PAGE.read_text("utf-8"), re.S | re.M
    )
    assert [kind for kind, _ in found] == ["python", "text"] * 3
    names: dict = {}
    for (_, code), (_, printed) in zip(found[::2], found[1::2], strict=True):
        exec(code, names)
        assert capsys.readouterr().out == printed
