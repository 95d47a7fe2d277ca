"""Classification of trees: the class of a tree, and of each of its nodes."""

from seqzoo.tasks.base import Task
from seqzoo.tasks.trees.options import AnswerOptions

TASKS = (
    Task(
        name="trees",
        summary="the class of a tree, and of each of its nodes",
        package=__name__,
        predictor="TreeClassifier",
        score="accuracy",
        counted="trees",
        options=AnswerOptions,
    ),
)
