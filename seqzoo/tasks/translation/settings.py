"""What can be set of the training of a translator. Importing it imports no Keras."""

import sys
from dataclasses import dataclass

from seqzoo import models
from seqzoo.config import ON, data_option, network_option, option
from seqzoo.datasets.reading.settings import FormSettings
from seqzoo.layers import ATTENTIONS, CELLS
from seqzoo.layers.choices import PLACES
from seqzoo.tasks.translation import corpora
from seqzoo.tasks.translation.naive import BASELINES
from seqzoo.text.subwords import FORMS, UNITS
from seqzoo.training import settings

TOKENIZERS = ("auto", "13a", "intl", "zh", "char", "none")


@dataclass(frozen=True)
class TranslatorSettings(settings.Settings):
    """What can be set of every network that writes a text for a text."""

    validation: float = data_option(
        0.02, "share held out to choose by, where the corpus has no such part"
    )
    test: float = data_option(
        0.02, "share held out to measure on, where the corpus has no such part"
    )
    limit: int | None = data_option(
        None, "use the first N training pairs of the seed's order", least=1
    )
    unit: str = data_option("unigram", "what texts are cut into", UNITS)
    vocabulary: int = data_option(6000, "pieces at most, of each side or of both", least=5)
    normalization: str = data_option(
        "NFKC",
        "the form of Unicode that texts are read in: NFKC makes full-width letters usual ones",
        FORMS,
    )
    joint: bool = data_option(False, "one vocabulary for both sides")
    variants: int = data_option(
        1, "ways of cutting each training text into pieces; more regularise", least=1
    )
    alpha: float = data_option(
        0.1,
        "how far the variants are drawn from the likeliest (see Subwords.variants)",
        above=0,
        needs={"variants": range(2, sys.maxsize)},
    )
    max_length: int = data_option(
        100, "longer training texts, in pieces, are left out", least=2
    )
    reverse_source: bool = data_option(
        False, "read the source from its end (Sutskever et al. 2014)"
    )
    cell: str = network_option("gru", "the recurrent cell", CELLS)
    units: int | tuple[int, ...] = network_option(
        256, "size of states: one number, or one a layer"
    )
    num_layers: int = network_option(
        1, "recurrent layers of each side, where units is one number", least=1
    )
    bidirectional_encoder: bool = network_option(True, "read the source from both ends")
    attention: str = network_option(
        "bahdanau", "how the decoder attends to the source", ("none", *ATTENTIONS)
    )
    attention_at: str = network_option(
        "top", "which of the decoder's layers asks", PLACES, needs={"attention": ON}
    )
    input_feeding: bool = network_option(
        False,
        "give the decoder what it attended to; trains slower",
        needs={"attention": ON},
    )
    bridge: str = network_option(
        "dense", "from the encoder's last states to the decoder's first", models.BRIDGES
    )
    embedding_dim: int = network_option(256, "size of a piece's vector", least=1)
    tie_embeddings: bool = network_option(
        True, "the output layer's weights are the target's embeddings"
    )
    share_embeddings: bool = network_option(
        False, "source and target have one table (with --joint)", needs={"joint": ON}
    )
    dropout: float = network_option(
        0.2, "share of embeddings and of each layer's output dropped", least=0, below=1
    )
    token_dropout: float = network_option(
        0.0, "share of tokens whose vector is dropped", least=0, below=1
    )
    residual: bool = network_option(False, "add each layer's input to its output")
    label_smoothing: float = option(
        0.1, "share of probability spread over all pieces", least=0, below=1
    )
    scheduled_sampling: float = option(
        0.0,
        "share of target pieces that the model's own replace, at the end of the training",
        least=0,
        below=1,
    )
    batch_tokens: int = option(1500, "padded pieces of a side in a training step", least=1)
    beam_size: int = data_option(
        5,
        "beginnings kept by the search for the test and as the model's default",
        least=1,
    )
    length_penalty: float = data_option(
        1.4, "how far long translations are favoured (Wu et al. 2016)", least=0
    )
    tokenize: str = data_option(
        "auto", "how BLEU cuts texts; auto: by the script", TOKENIZERS
    )
    swap: bool = data_option(
        False, "learn the text behind its answer: such a model is for --reverse-model"
    )


@dataclass(frozen=True)
class Settings(FormSettings, TranslatorSettings):
    """What can be set of the training of a translator; each field says what it is."""

    dataset: str = data_option(
        "bible", "the corpus", corpora.CORPORA, idle_beside=["data", "train_source"]
    )
    name: str | None = data_option(
        None, "of the one in tensorflow-datasets: ted_hrlr_translate/pt_to_en, say"
    )
    data: str | None = data_option(
        None,
        "texts, a tab, their translations; another table of both; or a folder of such files",
        idle_beside=["train_source"],
        path=True,
    )
    source_column: str | None = data_option(
        None, "the column of the texts: a name, or a place from 1; none: by its name"
    )
    target_column: str | None = data_option(
        None,
        "the column of the translations: a name, or a place from 1; none: by its name",
    )
    train_source: str | None = data_option(
        None,
        "a file of training texts, one a line; needs --train-target",
        path=True,
    )
    train_target: str | None = data_option(
        None,
        "the file of their translations, one a line",
        path=True,
    )
    validation_source: str | None = data_option(
        None,
        "a file of texts to choose by, instead of a part held out",
        path=True,
    )
    validation_target: str | None = data_option(
        None,
        "the file of their translations, one a line",
        path=True,
    )
    test_source: str | None = data_option(
        None,
        "a file of texts to measure on, instead of a part held out",
        path=True,
    )
    test_target: str | None = data_option(
        None,
        "the file of their translations, one a line",
        path=True,
    )
    baseline: str = data_option(
        "word-for-word",
        "the naive translation to compare with; none for a huge corpus",
        BASELINES,
    )
