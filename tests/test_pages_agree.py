"""The READMEs show the scores of the finished models; pages in two languages belong together."""

import json
import re
from pathlib import Path

import pytest

from seqzoo import zoo

ROOT = Path(__file__).parents[1]
READMES = ("README.md", "README.zh-CN.md")
MOST_LINES = 120
# The figure of a task: the first of these that a model's test has.
FIGURES = (
    "accuracy",
    "f1",
    "bleu",
    "bits_per_character",
    "wer",
    "exact",
    "perplexity",
    "nats",
)


def scores_of(readme: str) -> dict[str, str]:
    """The first number in the column of scores, by the name of the finished model."""
    text = (ROOT / readme).read_text("utf-8")
    rows = re.findall(r"^\|.*?\|.*?\| `([\w-]+)` \|(.*?)\|", text, re.MULTILINE)
    return {name: re.findall(r"-?\d+\.\d+", score)[0] for name, score in rows}


@pytest.mark.parametrize("readme", READMES)
def test_the_scores_of_the_readme_are_those_of_the_finished_models(readme):
    shown = scores_of(readme)
    assert sorted(shown) == sorted(zoo.pretrained())
    for name, score in shown.items():
        measured = json.loads((zoo.find(name) / "metrics.json").read_text("utf-8"))["test"]
        figure = next(measured[figure] for figure in FIGURES if figure in measured)
        decimals = len(score.partition(".")[2])
        assert score == f"{figure:.{decimals}f}", name


@pytest.mark.parametrize("readme", READMES)
def test_the_readme_is_short(readme):
    assert len((ROOT / readme).read_text("utf-8").splitlines()) <= MOST_LINES


def test_each_page_of_guide_and_tasks_is_there_in_chinese():
    docs = ROOT / "docs"
    pages = {docs / "index.md", *docs.glob("guide/*.md"), *docs.glob("tasks/*.md")}
    english = {page for page in pages if not page.name.endswith(".zh.md")}
    missing = [page.name for page in english if not page.with_suffix(".zh.md").exists()]
    assert not missing


def test_both_languages_show_the_same_python():
    def names(page: Path) -> set[str]:
        blocks = re.findall(r"^```python\n(.*?)^```", page.read_text("utf-8"), re.S | re.M)
        return set(re.findall(r"(?:models|decoding|layers|seqzoo)\.\w+\(", "".join(blocks)))

    for chinese in (ROOT / "docs").rglob("*.zh.md"):
        english = chinese.with_name(chinese.name.replace(".zh.md", ".md"))
        assert names(english) == names(chinese), chinese.name
