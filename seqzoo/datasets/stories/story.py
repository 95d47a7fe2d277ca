"""What a question about a story is."""

from typing import NamedTuple


class Story(NamedTuple):
    """A question, and what was told before it.

    Attributes:
        sentences: the story, the oldest first; at least one.
        question: about it.
        answer: as it stands in the file: one word, or several with commas between.
        where: `file:line` of the question.
        text: what a split is drawn by: questions about one story fall into the same part.
        task: what kind of question it is, "" if that is not known.
    """

    sentences: tuple[str, ...]
    question: str
    answer: str
    where: str
    text: str
    task: str = ""
