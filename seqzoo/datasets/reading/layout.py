"""What a task wants of a table: columns by what they are for, and the names that people give them."""

from collections.abc import Sequence
from typing import NamedTuple


class Role(NamedTuple):
    """What a column is for.

    Attributes:
        name: the column's own name, and `--NAME-column` its flag.
        others: further names that such columns have.
        flag: the flag, if it is not that.
    """

    name: str
    others: tuple[str, ...] = ()
    flag: str | None = None

    @property
    def key(self) -> str:
        """The role in `Form.places`."""
        return (self.flag or f"--{self.name}-column")[2:].removesuffix("-column")


class Layout(NamedTuple):
    """The columns that a task reads.

    Attributes:
        roles: those wanted, in the order in which a row's cells are given.
        headless: the roles' names in a TSV that has these columns and no header; none: it must have one.
        beside: roles that may stand in the file and are not read.
        line: what a line of such a TSV is, in words.
        further: whether a file without a header may have further columns behind the headless ones.
        numbers: whether a column may hold numbers alone; where it may not, the user is asked.
    """

    roles: tuple[Role, ...]
    headless: tuple[str, ...] = ()
    beside: tuple[Role, ...] = ()
    line: str = ""
    further: bool = False
    numbers: bool = True

    def inputs(self) -> "Layout":
        """The first role alone, as `predict` reads it: a column `text`; answers may stand beside it."""
        own = self.roles[0]
        others = tuple(name for name in (own.name, *own.others) if name != "text")
        first = Role("text", others, "--text-column")
        headless = tuple("text" if name == own.name else name for name in self.headless)
        beside = self.roles[1:] + self.beside
        return self._replace(roles=(first,), headless=headless, beside=beside)


TEXT = Role(
    "text",
    ("review", "sentence", "content", "comment", "tweet", "message", "utterance", "headline",
     "文本", "评论", "内容", "句子", "正文"),
)  # fmt: skip
LABEL = Role(
    "label",
    (
        "sentiment",
        "category",
        "class",
        "target",
        "intent",
        "topic",
        "标签",
        "类别",
        "情感",
        "分类",
    ),
)
NUMBER = Role("number", ("score", "rating", "stars", "value", "target", "分数", "评分"))
SOURCE = Role("source", ("src", "text", "原文"))
TARGET = Role("target", ("tgt", "translated", "译文"))

TEXTS = Layout((TEXT,))
TEXTS_AND_LABELS = Layout(
    (TEXT, LABEL), headless=("label", "text"), line="a label, a tab and a text"
)
TEXTS_AND_NUMBERS = Layout((TEXT, NUMBER))
PAIRS = Layout(
    (SOURCE, TARGET),
    headless=("source", "target"),
    line="a text, a tab and its translation",
    further=True,
    numbers=False,
)
# What a first line of a file of translations names its columns by.
LANGUAGES = frozenset(
    "en de fr es it pt nl sv da no fi pl cs sk ru uk tr ar he fa hi zh ja ko vi th id el hu ro bg "  # noqa: SIM905
    "eng deu fra spa ita por cmn jpn kor rus english german french spanish italian portuguese dutch "
    "swedish russian chinese japanese korean arabic turkish polish czech ukrainian hindi deutsch "
    "src tgt source target sentence translation text reference 中文 英文 英语 汉语".split()
)


def either(names: Sequence[str]) -> str:
    """Names with commas between, a dozen of them at most."""
    shown = ", ".join(str(name)[:30] for name in names[:12])
    return shown + (f" and {len(names) - 12} more" if len(names) > 12 else "")
