"""Pictures: whole, readable, without warnings."""

import io

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from seqzoo.reports import fonts, pictures

LATIN = [f"a class of number {number}" for number in range(30)]
CHINESE = [f"第{number}类新闻" for number in range(30)]
LABELS = {"Latin": LATIN, "Chinese": CHINESE}

pytestmark = pytest.mark.filterwarnings("error")


def inside(figure):
    """Whether each text of a figure that is drawn lies in it."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    whole = figure.bbox
    for axes in figure.axes:
        texts = [axes.title, axes.xaxis.label, axes.yaxis.label]
        texts += [*labels_in_view(axes.xaxis), *labels_in_view(axes.yaxis)]
        for text in texts:
            box = text.get_window_extent()
            if text.get_text() and not (
                whole.x0 - 1 <= box.x0 and box.x1 <= whole.x1 + 1
                and whole.y0 - 1 <= box.y0 and box.y1 <= whole.y1 + 1
            ):  # fmt: skip
                return False
    return True


def labels_in_view(axis):
    """The labels of an axis that are drawn."""
    low, high = sorted(axis.get_view_interval())
    return [
        label
        for tick in axis.get_major_ticks()
        if low <= tick.get_loc() <= high
        for label in (tick.label1, tick.label2)
        if label.get_visible()
    ]


@pytest.mark.parametrize("classes", [2, 4, 30])
@pytest.mark.parametrize("script", LABELS)
def test_a_confusion_matrix_is_whole(script, classes):
    matrix = [
        [1000 * (row == column) + row for column in range(classes)]
        for row in range(classes)
    ]
    figure = pictures.confusion(matrix, LABELS[script][:classes])
    assert inside(figure)
    shown = {text.get_text() for text in figure.axes[0].texts}
    assert ("1,000\n100%" if classes <= pictures.MOST_SHARED else "1,000") in shown


def test_a_label_without_end_is_cut():
    figure = pictures.confusion([[1, 0], [0, 1]], ["x" * 500, "y"])
    assert inside(figure)
    assert len(figure.axes[0].get_xticklabels()[0].get_text()) == pictures.LONGEST_LABEL


def test_dollars_are_no_formulas():
    figure = pictures.confusion([[1, 0], [0, 1]], ["$x^2$", "a_b"])
    figure.savefig(io.BytesIO())
    assert figure.axes[0].get_xticklabels()[0].get_text() == "$x^2$"


@pytest.mark.parametrize("size", [1, 8, 160])
def test_a_heat_map_is_whole_and_of_bounded_size(size):
    source, target = [f"词{n}" for n in range(size)], [f"word{n}" for n in range(size)]
    figure = pictures.heat_map(source, target, [[1 / size] * size] * size)
    assert inside(figure)
    assert max(figure.get_size_inches()) <= pictures.LARGEST_SIDE + 1
    names = {axes.get_xlabel() + axes.get_ylabel() for axes in figure.axes}
    assert "sourcetarget" in names
    assert "share of attention" in names


def record(epoch, **more):
    return {"epoch": epoch, "loss": 1 / epoch, "validation_loss": 1.1 / epoch, **more}


@pytest.mark.parametrize(
    ("measure", "sign", "name"),
    [("accuracy", 1, "accuracy"), ("perplexity", -1, "minus perplexity")],
)
def test_curves_name_their_score_and_mark_the_chosen_epoch(measure, sign, name):
    history = [
        record(n, **{"validation_score": sign * n, f"validation_{measure}": n})
        for n in (1, 2, 3)
    ]
    left, right = pictures.curves(history, 2).axes
    assert right.get_ylabel() == name
    assert left.get_ylabel() == "loss (nats)"
    for axes in (left, right):
        (marked,) = [line for line in axes.lines if line.get_label() == "chosen epoch"]
        assert set(marked.get_xdata()) == {2}


def test_a_training_loss_of_another_kind_has_an_axis_of_its_own():
    history = [record(n, validation_score=n) for n in (1, 2)]
    figure = pictures.curves(history, 2, "square; of the outputs before softmax")
    left, _, own = figure.axes
    assert left.get_ylabel() == "validation loss (nats)"
    assert own.get_ylabel() == "training loss: square"
    (line,) = own.lines
    assert list(line.get_ydata()) == [1, 1 / 2]
    assert [text.get_text() for text in left.get_legend().get_texts()] == [
        "training",
        "validation",
        "chosen epoch",
    ]
    assert inside(figure)


def test_a_score_of_no_other_name_is_called_score():
    history = [record(n, validation_score=n, validation_f1=n / 2) for n in (1, 2)]
    assert pictures.score_name(history) == "score"


def test_without_a_font_characters_are_codes_and_the_package_is_named(monkeypatch, caplog):
    monkeypatch.setattr(fonts, "_installed", frozenset)
    texts, font = fonts.shown(["中文", "abc", "é"])
    assert texts == ["\\u4e2d\\u6587", "abc", "é"]
    assert font["fontfamily"] == [fonts.BASE]
    (line,) = caplog.messages
    assert fonts.PACKAGE in line
    assert inside(pictures.confusion([[1, 0], [0, 1]], ["中文", "负面"]))


def test_controls_and_halves_of_pairs_are_codes(caplog):
    texts, _ = fonts.shown(["a\x00b", "tab\t", "\ud83d"])
    assert texts == ["a\\x00b", "tab\\t", "\\ud83d"]
    assert not caplog.messages
