"""What can be set of the training of a handwriter. Importing it imports no Keras."""

from dataclasses import dataclass

from seqzoo.config import data_option, network_option, option
from seqzoo.layers import CELLS
from seqzoo.tasks.handwriting import corpora
from seqzoo.training import settings


@dataclass(frozen=True)
class Settings(settings.Settings):
    """What can be set of the training; a recipe's `Config` has its own defaults."""

    dataset: str = data_option(
        "made-shapes", "the drawings", corpora.CORPORA, idle_beside=["data"]
    )
    data: str | None = data_option(
        None,
        "drawings: a .npz file of stroke-3 arrays, or a file or folder of SVG, InkML or lines of IAM-OnDB",
        path=True,
    )
    tolerance: float | None = data_option(
        None,
        "leave out points that are no farther than this from the line without them, in the data's unit; "
        "none: 1 of kanjivg, 0 of others",
        least=0,
    )
    validation: float = data_option(
        0.05, "share of the drawings to choose the epoch by", above=0, below=1
    )
    test: float = data_option(
        0.05, "share to measure on, where there is no test part", above=0, below=1
    )
    text: bool = data_option(True, "read the text that the drawings show")
    longest: int = data_option(400, "points; longer drawings are left out", least=2)
    cell: str = network_option("lstm", "the recurrent cell", CELLS)
    units: int | tuple[int, ...] = network_option(256, "state size: one, or one a layer")
    num_layers: int = network_option(
        2, "recurrent layers, where units is one number", least=1
    )
    mixtures: int = network_option(20, "Gaussians of a point", least=1)
    window: int = network_option(10, "Gaussians of the window over the text", least=1)
    embedding_dim: int = network_option(64, "size of a token's vector", least=1)
    dropout: float = network_option(
        0.0, "share of each layer's output dropped", least=0, below=1
    )
    drop_text: float = option(
        0.1,
        "share of the drawings that training reads without their text, so that the model needs none",
        least=0,
        below=1,
    )
    stretch: float = option(
        0.1,
        "training draws width and height of each drawing by chance, at most this share more or less",
        least=0,
        below=1,
    )
    batch_size: int = option(32, "drawings a training step", least=1)
