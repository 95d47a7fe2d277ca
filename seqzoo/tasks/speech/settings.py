"""What can be set of the training of a recognizer. Importing it imports no Keras."""

from dataclasses import dataclass

from seqzoo.config import data_option, network_option, option
from seqzoo.layers import CELLS
from seqzoo.tasks.speech import corpora
from seqzoo.training import settings
from seqzoo.training.by_size import left_open

FRONT_ENDS = ("cepstra", "log_mel")
NORMALIZATIONS = ("utterance", "running", "none")
CEPSTRAL = {"front_end": ("cepstra",)}


@dataclass(frozen=True)
class Settings(settings.Settings):
    """What can be set of the training; a recipe's `Config` has its own defaults."""

    dataset: str = data_option(
        "made-words", "the utterances", corpora.CORPORA, idle_beside=["data"]
    )
    data: str | None = data_option(
        None,
        "utterances: a folder of x.wav with x.txt, a table with columns path and transcript, or a folder "
        "as Kaldi has it (wav.scp, text)",
        path=True,
    )
    validation: float = data_option(
        0.1,
        "share of the speakers of the training part to choose the epoch by",
        above=0,
        below=1,
    )
    test: float = data_option(
        0.1,
        "share of the speakers to measure on, where there is no test part",
        above=0,
        below=1,
    )
    lowercase: bool = data_option(True, "transcripts in small letters")
    front_end: str = data_option("cepstra", "what a frame of sound becomes", FRONT_ENDS)
    rate: int = data_option(
        16000, "hertz that sounds are resampled to", least=8000, most=48000
    )
    filters: int = data_option(40, "of the mel scale", least=2)
    coefficients: int = data_option(
        13, "of the cepstrum that are kept", least=1, needs=CEPSTRAL
    )
    deltas: int = data_option(2, "orders of differences beside each", least=0, most=2)
    normalize: str = data_option(
        "utterance", "mean and deviation of which frames are taken out", NORMALIZATIONS
    )
    speeds: tuple[float, ...] = data_option(
        (), "copies of each training sound at these speeds (Ko et al. 2015), as 0.9,1.1"
    )
    cell: str = network_option("lstm", "the recurrent cell", CELLS)
    units: int | tuple[int, ...] = network_option(
        None, "state size: one, or one a layer", by_size=True
    )
    num_layers: int = network_option(
        None, "recurrent layers, where units is one number", least=1, by_size=True
    )
    bidirectional: bool = network_option(
        True, "read from both ends; without it, as the sound comes in"
    )
    stack: int = network_option(
        None, "frames side by side in a step", least=1, by_size=True
    )
    convolution: tuple[int, ...] = network_option(
        (), "filters of convolutions over time in front"
    )
    kernel_sizes: tuple[int, ...] = network_option((5, 3), "frames that the filters see")
    dropout: float = network_option(
        None, "share of each layer's output dropped", least=0, below=1, by_size=True
    )
    recurrent_dropout: float = network_option(
        0.0, "share of the recurrent state dropped", least=0, below=1
    )
    residual: bool = network_option(False, "add each layer's input to its output")
    begin_with: str | None = option(
        None,
        "a trained recognizer, by folder or name, whose weights the training begins with",
    )
    reorder: float = option(
        None,
        "share of utterances whose words training puts in another order, where pauses part them",
        least=0,
        most=1,
        by_size=True,
    )
    noise: float = option(
        None,
        "deviation of noise that is added to features in training",
        least=0,
        by_size=True,
    )
    time_masks: int = option(
        None,
        "stretches of frames that training hides (Park et al. 2019)",
        least=0,
        by_size=True,
    )
    time_mask: int = option(15, "frames of a stretch at most", least=1)
    frequency_masks: int = option(
        None, "bands of features that training hides", least=0, by_size=True
    )
    frequency_mask: int = option(5, "features of a band at most", least=1)
    easy_epochs: int = option(
        0,
        "epochs at first, short utterances before long ones, as they are: no noise, nothing hidden, no "
        "other order",
        least=0,
    )
    batch_size: int = option(None, "utterances a training step", least=1, by_size=True)
    epochs: int = left_open(settings.Settings, "epochs")
    patience: int = left_open(settings.Settings, "patience")
