"""What can be set of the training of a forecaster. Importing it imports no Keras."""

from dataclasses import dataclass

from seqzoo.config import data_option, network_option, option
from seqzoo.datasets.series.gaps import MISSING
from seqzoo.datasets.series.scaling import KINDS, SCOPES
from seqzoo.layers import CELLS
from seqzoo.layers.distribution_table import DISTRIBUTIONS
from seqzoo.models.choices import FORECASTS, NORMALIZATIONS
from seqzoo.tasks.series.forecasting import corpora
from seqzoo.tasks.series.settings import ColumnSettings

POINTS = ("mse", "mae", "huber")
STEPPED = {"mode": ("segments",)}


@dataclass(frozen=True)
class Settings(ColumnSettings):
    """What can be set of the training of a forecaster; a recipe's `Config` has its own defaults."""

    dataset: str = data_option(
        "pendulum", "the series", corpora.CORPORA, idle_beside=["data"]
    )
    look_back: int = data_option(96, "steps of the past that the network reads", least=1)
    horizon: int = data_option(24, "steps ahead that it forecasts", least=1)
    validation: str = data_option(
        "0.1", "to choose by: a share, a number of steps, or the time it begins"
    )
    test: str = data_option(
        "0.2", "the last part, to measure on: a share, steps, or the time it begins"
    )
    end: str | None = data_option(None, "the step or time from which on nothing is used")
    scaling: str = data_option(
        "standard", "of each column, fitted on the training part", KINDS
    )
    scope: str = data_option("all", "which series share a scale", SCOPES)
    missing: str = data_option(
        "interpolate", "what stands for missing values of a window", MISSING
    )
    calendar: bool = data_option(
        True, "read the hour, weekday and season of each step from its time"
    )
    season: int | None = data_option(
        None, "steps of a season, for the naive answer; none: by the times", least=1
    )
    mode: str = network_option("direct", "from the past to the steps ahead", FORECASTS)
    cell: str = network_option("gru", "the recurrent cell", CELLS)
    units: int | tuple[int, ...] = network_option(64, "state size: one, or one a layer")
    num_layers: int = network_option(
        1, "recurrent layers, where units is one number", least=1
    )
    segment: int = network_option(24, "steps of a segment", least=1, needs=STEPPED)
    normalization: str = network_option(
        "last", "of each window by itself, undone in the forecast", NORMALIZATIONS
    )
    distribution: str = network_option(
        "point", "what is forecast of each value", DISTRIBUTIONS
    )
    quantiles: tuple[float, ...] = network_option(
        (0.1, 0.5, 0.9), "levels", needs={"distribution": ("quantiles",)}
    )
    point: str = option(
        "mse", "the loss of point forecasts", POINTS, needs={"distribution": ("point",)}
    )
    dropout: float = network_option(
        0.0, "share of each layer's output dropped", least=0, below=1
    )
    recurrent_dropout: float = network_option(
        0.0, "share of the recurrent state dropped", least=0, below=1
    )
    residual: bool = network_option(False, "add each layer's input to its output")
    linear: bool = network_option(
        True, "begin with the linear model and learn what it leaves; never for counts",
        needs={"mode": tuple(mode for mode in FORECASTS if mode != "recursive")},
    )  # fmt: skip
    batch_size: int = option(64, "windows a training step", least=1)
    stride: int = option(1, "steps from one origin that is measured to the next", least=1)
