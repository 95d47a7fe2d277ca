"""A package of somebody else's with tasks that read files: how loud a sound is, how bright a picture."""

from seqzoo.tasks.base import Task

TASKS = (
    Task("loudness", "a rating for each sound", package=__name__, predictor="SoundRater"),
    Task(
        "brightness",
        "a rating for each picture",
        package=__name__,
        predictor="PictureRater",
    ),
    Task(
        "dictation",
        "a letter for each quarter of a second",
        package=__name__,
        predictor="Dictation",
    ),
    Task("steepness", "a rating for each table", package=__name__, predictor="TableRater"),
)
