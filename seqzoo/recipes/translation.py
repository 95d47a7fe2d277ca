"""Translation: an encoder-decoder with attention, subwords, and a beam search.

`python -m seqzoo.recipes.translation` trains on the Bible, English to classical Japanese, which comes
with a pip package. Measured figures are in `docs/results.md`.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

from seqzoo import datasets, models, translation
from seqzoo.cli import run_recipe
from seqzoo.config import data_option, option
from seqzoo.layers import ATTENTIONS, CELLS
from seqzoo.layers.decoder import PLACES
from seqzoo.optimizers import OPTIMIZERS
from seqzoo.subwords import UNITS
from seqzoo.translation import TranslationTexts
from seqzoo.translator import Search

TASK = "translation"
TOKENIZERS = ("auto", "13a", "intl", "zh", "char", "none")


@dataclass(frozen=True)
class Config:
    """Every setting of a run."""

    dataset: str = data_option("bible", "the corpus", datasets.TRANSLATION)
    name: str | None = data_option(
        None, "of the one in tensorflow-datasets: ted_hrlr_translate/pt_to_en, say"
    )
    data: str | None = data_option(None, "texts, a tab, their translations; or a folder with such files")
    train_source: str | None = data_option(None, "a file of texts, one a line, and")
    train_target: str | None = data_option(None, "a file of their translations")
    validation_source: str | None = data_option(None, "the same to choose by, instead of a part held out")
    validation_target: str | None = data_option(None, "its translations")
    test_source: str | None = data_option(None, "the same to measure on, instead of a part held out")
    test_target: str | None = data_option(None, "its translations")
    validation: float = data_option(0.02, "share held out to choose by, where the corpus has no such part")
    test: float = data_option(0.02, "share held out to measure on, where the corpus has no such part")
    limit: int | None = data_option(None, "use the first N training pairs of the seed's order", least=1)
    unit: str = data_option("unigram", "what texts are cut into", UNITS)
    vocabulary: int = data_option(6000, "pieces at most, of each side or of both", least=5)
    joint: bool = data_option(False, "one vocabulary for both sides")
    variants: int = data_option(1, "ways of cutting each training text; more regularise", least=1)
    alpha: float = data_option(
        0.1, "how far such ways are drawn from the likeliest (see Subwords.variants)", above=0
    )
    max_length: int = data_option(100, "longer training texts, in pieces, are left out", least=2)
    reverse_source: bool = data_option(False, "read the source from its end (Sutskever et al. 2014)")
    cell: str = option("gru", "the recurrent cell", CELLS)
    units: int | tuple[int, ...] = option(256, "size of states: one number, or one a layer")
    num_layers: int = option(1, "recurrent layers of each side, where units is one number", least=1)
    bidirectional_encoder: bool = option(True, "read the source from both ends")
    attention: str = option("bahdanau", "how the decoder attends to the source", ("none", *ATTENTIONS))
    attention_at: str = option("top", "which of the decoder's layers asks", PLACES)
    input_feeding: bool = option(False, "tell the decoder what it attended to; slower training")
    bridge: str = option("dense", "from the encoder's last states to the decoder's first", models.BRIDGES)
    embedding_dim: int = option(256, "size of a piece's vector", least=1)
    tie_embeddings: bool = option(True, "the output layer's weights are the target's embeddings")
    share_embeddings: bool = option(False, "source and target have one table (with --joint)")
    dropout: float = option(0.2, "share of embeddings and of each layer's output dropped", least=0, below=1)
    token_dropout: float = option(0.0, "share of tokens whose vector is dropped", least=0, below=1)
    residual: bool = option(False, "add each layer's input to its output")
    label_smoothing: float = option(0.1, "share of probability spread over all pieces", least=0, below=1)
    scheduled_sampling: float = option(
        0.0, "share of target pieces that at the end are the model's own", least=0, below=1
    )
    batch_tokens: int = option(1500, "padded pieces of a side in a training step", least=1)
    optimizer: str = option("adam", "lazy_adam: embeddings of the batch's tokens alone move", OPTIMIZERS)
    learning_rate: float = option(0.002, "the first; it falls linearly to a twentieth", above=0)
    clip_norm: float = option(1.0, "largest global norm of a gradient", above=0)
    epochs: int = option(8, "passes over the training data at most", least=1)
    patience: int = option(5, "stop after this many epochs without a better validation score", least=1)
    average: int = option(3, "measure and keep the mean of so many epochs' weights", least=1)
    beam_size: int = data_option(
        5, "beginnings kept by the search for the test and as the model's default", least=1
    )
    length_penalty: float = data_option(
        1.4, "how far long translations are favoured (Wu et al. 2016)", least=0
    )
    tokenize: str = data_option("auto", "how BLEU cuts texts; auto: by the script", TOKENIZERS)
    seed: int = data_option(0, "of split, order, weights and dropout", least=0, below=2**32)


def load(config: Config, folder: Path) -> TranslationTexts:
    """The prepared corpus, from `folder` if an earlier run has put it there."""
    parts = ("train", "validation", "test")
    splits = datasets.translation(
        config.dataset,
        name=config.name,
        data=config.data,
        files={p: (getattr(config, f"{p}_source"), getattr(config, f"{p}_target")) for p in parts},
        seed=config.seed,
        validation=config.validation,
        test=config.test,
        limit=config.limit,
    )
    return TranslationTexts.prepare(
        folder,
        splits,
        unit=config.unit,
        vocabulary=config.vocabulary,
        joint=config.joint,
        variants=config.variants,
        alpha=config.alpha,
        max_length=config.max_length,
        reverse_source=config.reverse_source,
        search=Search(beam_size=config.beam_size, length_penalty=config.length_penalty),
        tokenize=config.tokenize,
        batch_tokens=config.batch_tokens,
        seed=config.seed,
        epochs=config.epochs,
    )


def build(config: Config, data: TranslationTexts):
    """The uncompiled model."""
    return translation.build(config, data)


def loss(config: Config, model, batch):
    """Cross-entropy of a training batch, summed, and the number of its target pieces."""
    return translation.loss(model, batch, config.label_smoothing, config.scheduled_sampling)


def evaluate(model, data: TranslationTexts, part: str) -> dict:
    """Scores of a model on a part of its own data: greedy on validation, by beam search on test."""
    search = data.search if part == "test" else Search(beam_size=1)
    return translation.scores(
        data.translating(model), data.pairs(part), search, data.text_settings()["tokenize"]
    )


def search_space(hp) -> None:
    """What a sweep varies (`hp`: keras-tuner's `HyperParameters`), unless it is told otherwise."""
    hp.Choice("cell", ["gru", "lstm", "gru_reset_before"])
    hp.Choice("units", [128, 256, 384])
    hp.Choice("num_layers", [1, 2])
    hp.Choice("embedding_dim", [128, 256])
    hp.Choice("attention", ["bahdanau", "luong", "bahdanau_normed"])
    hp.Float("dropout", 0.1, 0.5)
    hp.Float("token_dropout", 0.0, 0.2)
    hp.Float("label_smoothing", 0.0, 0.2)
    hp.Choice("batch_tokens", [1000, 1500, 3000])
    hp.Float("learning_rate", 5e-4, 5e-3, sampling="log")


if __name__ == "__main__":
    sys.exit(run_recipe(sys.modules[__name__]))
