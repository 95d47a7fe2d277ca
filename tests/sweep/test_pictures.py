"""The pictures of a sweep: whole, readable, in any script, without warnings."""

from types import SimpleNamespace

import pytest

from seqzoo.sweep import pictures
from tests.reports.test_pictures import inside

pytestmark = pytest.mark.filterwarnings("error")


class Choice(SimpleNamespace):
    """What the pictures ask of keras-tuner's `Choice`, or of its `Float` where there are bounds."""

    def get_config(self):
        return self.config


def space(values):
    choice = Choice(name="词表", values=values, default=values[0], config={})
    bounds = {"min_value": 1e-4, "max_value": 1e-1, "sampling": "log"}
    rate = Choice(name="learning_rate", default=1e-3, config=bounds)
    return SimpleNamespace(space=[choice, rate])


def trials(values):
    return [
        {
            "trial": str(number), "score": 0.5 + number / 100, "parameters": 1000 + number,
            "seconds": 10.0 + number, "词表": value, "learning_rate": 10 ** -(1 + number % 4),
        }
        for number, value in enumerate(values)
    ]  # fmt: skip


@pytest.mark.parametrize(
    "script", ["setting {}", "第{}类新闻", "a rather long name of a setting {}"]
)
@pytest.mark.parametrize("count", [1, 2, 4, 30])
def test_they_are_whole_in_any_script(script, count):
    values = [script.format(number) for number in range(count)]
    made = pictures.draw(trials(values), {"0"}, space(values))
    assert made.keys() == {"coordinates", "settings", "costs"}
    for name, (_, figure) in made.items():
        assert inside(figure), name
        texts = [
            each.get_text()
            for axes in figure.axes
            for each in (axes.yaxis.label, axes.title)
        ]
        texts += [each.get_text() for each in figure.texts]
        assert pictures.SCORE in texts, name
