"""What can be set of the training of a captioner. Importing it imports no Keras."""

from dataclasses import dataclass

from seqzoo.config import data_option, network_option, option
from seqzoo.datasets.pictures.emoji import LANGUAGES
from seqzoo.layers import ATTENTIONS, CELLS
from seqzoo.layers.choices import PLACES
from seqzoo.tasks.captions import corpora
from seqzoo.tasks.captions.frozen import MODULES, OWN
from seqzoo.tasks.captions.text import UNITS
from seqzoo.training import settings

TRAINED = {"encoder": (OWN,)}
ON = {"attention": tuple(ATTENTIONS)}


@dataclass(frozen=True)
class Settings(settings.Settings):
    """What can be set of the training; a recipe's `Config` has its own defaults."""

    dataset: str = data_option(
        corpora.MADE_NAME, "the pictures", corpora.CORPORA, idle_beside=["data"]
    )
    language: str = data_option(
        "en", "of the captions of emoji", LANGUAGES, needs={"dataset": ("emoji",)}
    )
    data: str | None = data_option(
        None,
        "pictures with captions: a table of paths and captions, COCO's JSON, or a folder as Flickr8k has it",
        path=True,
    )
    validation: float = data_option(
        0.05, "share of the pictures to choose the epoch by", above=0, below=1
    )
    test: float = data_option(
        0.1, "share to measure on, where there is no test part", above=0, below=1
    )
    unit: str = data_option(
        "auto", "tokens of captions; auto: by the script", ("auto", *UNITS)
    )
    lowercase: bool = data_option(True, "captions in small letters")
    minimum_count: int = data_option(
        1, "a token must come so often in training captions", least=1
    )
    image_size: int = data_option(
        64, "height and width that pictures are fitted into", least=8, most=512
    )
    encoder: str = data_option(
        OWN,
        f"what sees the picture: {OWN}, which is trained; or a frozen network of keras.applications",
        (OWN, *MODULES),
    )
    encoder_weights: str | None = data_option(
        None,
        "file of the frozen network's weights, without classes, as Keras offers it; without: of chance",
        path=True,
        needs={"encoder": tuple(MODULES)},
    )
    channels: tuple[int, ...] = network_option(
        (32, 64, 128), "filters of each convolution, which halves the picture"
    )
    residual_blocks: int = network_option(
        2,
        "residual blocks of two convolutions behind the last halving",
        least=0,
        needs=TRAINED,
    )
    cell: str = network_option("gru", "the recurrent cell", CELLS)
    units: int | tuple[int, ...] = network_option(
        256, "size of states: one number, or one a layer"
    )
    num_layers: int = network_option(
        1, "recurrent layers, where units is one number", least=1
    )
    attention: str = network_option(
        "bahdanau", "how the decoder attends to the picture", ("none", *ATTENTIONS)
    )
    attention_at: str = network_option(
        "top", "which of the decoder's layers asks", PLACES, needs=ON
    )
    input_feeding: bool = network_option(
        False, "give the decoder what it attended to; trains slower", needs=ON
    )
    embedding_dim: int = network_option(128, "size of a token's vector", least=1)
    tie_embeddings: bool = network_option(
        True, "the output layer's weights are the embeddings"
    )
    dropout: float = network_option(
        0.3, "share of embeddings and of each layer's output dropped", least=0, below=1
    )
    token_dropout: float = network_option(
        0.0, "share of tokens whose vector is dropped", least=0, below=1
    )
    shift: float = option(
        0.08,
        "training moves and scales each picture by chance, at most this share of its side",
        least=0,
        below=0.5,
        needs=TRAINED,
    )
    label_smoothing: float = option(
        0.0, "share of probability spread over all tokens", least=0, below=1
    )
    scheduled_sampling: float = option(
        0.0,
        "share of caption tokens that the model's own replace, at the end of the training",
        least=0,
        below=1,
    )
    doubly_stochastic: float = option(
        0.0,
        "weight of the penalty on positions that a caption leaves unseen (Xu et al. 2015)",
        least=0,
        needs=ON,
    )
    batch_size: int = option(64, "pictures a training step", least=1)
    beam_size: int = data_option(
        3,
        "beginnings kept by the search for the test and as the model's default",
        least=1,
        most=1000,
    )
    length_penalty: float = data_option(
        0.0, "how far long captions are favoured (Wu et al. 2016)", least=0, most=1000
    )
