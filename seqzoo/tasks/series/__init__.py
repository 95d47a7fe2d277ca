"""Series of numbers: forecast, and classified. Each task has a folder here."""

from seqzoo.tasks.series.classification import TASKS as CLASSIFICATION
from seqzoo.tasks.series.forecasting import TASKS as FORECASTING

TASKS = (*FORECASTING, *CLASSIFICATION)
