"""What can be set of the training of a series classifier. Importing it imports no Keras."""

from dataclasses import dataclass

from seqzoo.config import data_option, default, network_option, option
from seqzoo.datasets.reading.settings import EncodingSettings, FormSettings
from seqzoo.datasets.series.gaps import MISSING
from seqzoo.datasets.series.scaling import KINDS
from seqzoo.layers import CELLS
from seqzoo.models.choices import POOLINGS
from seqzoo.tasks.series.classification import corpora
from seqzoo.training import settings
from seqzoo.training.by_size import left_open

PLACES = ("none", "front", "beside")  # of convolutions
CONVOLVED = {"convolve": ("front", "beside")}


@dataclass(frozen=True)
class Settings(EncodingSettings, settings.Settings):
    """What can be set of the training; a recipe's `Config` has its own defaults."""

    dataset: str = data_option(
        "pendulums", "the labelled series", corpora.CORPORA, idle_beside=["data"]
    )
    data: str | None = data_option(
        None,
        "labelled series: .ts, .arff, .tsv, .npz, a folder with a part a file; or a table with --label",
        path=True,
    )
    label: str | None = data_option(
        None, "of a table with a row a step: the column of the classes"
    )
    series_id: str | None = data_option(
        None, "the column that tells which series a row is of"
    )
    time: str | None = data_option(
        None, "the column of the times; none: rows are steps in order"
    )
    features: tuple[str, ...] | None = data_option(
        None, "the columns that the network reads; none: all that play no other part"
    )
    static: tuple[str, ...] | None = data_option(
        None,
        "columns of numbers that do not change over a series, like the age of a patient",
    )
    time_format: str | None = data_option(
        None, "of the times: as strptime takes it, or unix; none: ISO 8601"
    )
    delimiter: str | None = default(FormSettings, "delimiter", None)
    columns: str | None = default(FormSettings, "columns", None)
    validation: float = data_option(
        0.2,
        "share of the training part to choose the epoch by; 0: by the training part itself",
        least=0,
        below=1,
        needs={"folds": (0,)},
    )
    folds: int = data_option(
        0,
        "cross-validation on the training part chooses the epochs: its number of folds; 0: none",
        least=0,
    )
    test: float = data_option(
        0.2, "share to measure on, where there is no test part", above=0, below=1
    )
    scaling: str = data_option(
        "standard", "of each channel, fitted on the training part", KINDS
    )
    missing: str = data_option("interpolate", "what stands for missing values", MISSING)
    cell: str = network_option("gru", "the recurrent cell", CELLS)
    units: int | tuple[int, ...] = network_option(64, "state size: one, or one a layer")
    num_layers: int = network_option(
        1, "recurrent layers, where units is one number", least=1
    )
    bidirectional: bool = network_option(True, "read from both ends")
    convolve: str = network_option(
        "none",
        "convolutions over time: in front of the recurrent layers, or beside",
        PLACES,
    )
    filters: tuple[int, ...] = network_option(
        (64, 128, 64), "of each convolution", needs=CONVOLVED
    )
    kernel_sizes: tuple[int, ...] = network_option(
        (8, 5, 3), "steps that the filters see", needs=CONVOLVED
    )
    pooling: str = network_option("max_mean", "of states over time", POOLINGS)
    dropout: float = network_option(
        0.2, "share of each layer's output dropped", least=0, below=1
    )
    recurrent_dropout: float = network_option(
        0.0, "share of the recurrent state dropped", least=0, below=1
    )
    residual: bool = network_option(False, "add each layer's input to its output")
    noise: float = option(
        0.0, "deviation of noise that is added to scaled values in training", least=0
    )
    batch_size: int = option(16, "series a training step", least=1)
    epochs: int = left_open(settings.Settings, "epochs")
    patience: int = left_open(settings.Settings, "patience")
