"""What can be set of the answers of a classifier of trees."""

from dataclasses import dataclass

from seqzoo.config import option
from seqzoo.tasks.options import Options


@dataclass(frozen=True)
class AnswerOptions(Options):
    """What can be set of an answer."""

    nodes: bool = option(False, "give every node: its word, children, label, probability")
