"""What can be set of forecasts and of `seqzoo evaluate` for them."""

from dataclasses import dataclass

from seqzoo.config import option
from seqzoo.tasks.options import Options
from seqzoo.tasks.series.forecasting.reader_paths import PATHS
from seqzoo.tasks.series.options import TableOptions


@dataclass(frozen=True)
class AnswerOptions(Options):
    """What can be set of a forecast."""

    history: bool = option(False, "give the look-back, too")
    anomalies: bool = option(
        False, "score each step of the series by the error of its forecast"
    )
    paths: int | None = option(
        None, "paths that a recursive model with a distribution draws; none: 100", least=2,
        served=1000,
    )  # fmt: skip
    seed: int | None = option(
        None, "of these paths: the same gives the same band; none: 0", least=0
    )


@dataclass(frozen=True)
class MeasureOptions(TableOptions):
    """What can be set of a backtest: rolling origins over a file."""

    stride: int = option(1, "steps from one origin of the backtest to the next", least=1)
    backtest: bool = option(False, "tell the scores of each step ahead, too")
    anomaly_column: str | None = option(
        None, "a column of 0 and 1 that marks anomalies, to measure how they are found"
    )


def drawing(options: AnswerOptions) -> tuple[int, int]:
    """How many paths are drawn, and the seed."""
    return options.paths or PATHS, options.seed or 0
