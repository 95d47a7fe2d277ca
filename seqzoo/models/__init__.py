"""Builder functions: named numbers and strings in, an uncompiled functional `keras.Model` out.

Names here are imported when they are first asked for: the names that arguments can have need no Keras.
"""

# ruff: noqa: F403, F405
# `every` says where each name is defined.
from typing import TYPE_CHECKING

from seqzoo import lazy

if TYPE_CHECKING:
    from seqzoo.models.every import *

__all__ = [
    "BRIDGES",
    "BUILDERS",
    "EMBEDDINGS",
    "POOLINGS",
    "beside",
    "captioner",
    "classifier",
    "described_for_use",
    "description_of",
    "emissions_of",
    "encoder_of",
    "features_of",
    "first_states",
    "forecaster",
    "handwriter",
    "hidden_of",
    "language_model",
    "layer_sizes",
    "linear_of",
    "memory_network",
    "network_step",
    "node_of",
    "output_of",
    "output_weights",
    "parts",
    "rebuild",
    "recognizer",
    "recurrent_layers",
    "regressor",
    "reset_states",
    "series_classifier",
    "stateless_of",
    "step_function",
    "step_of",
    "tagger",
    "translator",
    "tree_classifier",
]

_PLACES = lazy.places("seqzoo.models.every", *__all__) | {
    "BRIDGES": "seqzoo.models.choices:BRIDGES",
    "EMBEDDINGS": "seqzoo.models.choices:EMBEDDINGS",
    "POOLINGS": "seqzoo.models.choices:POOLINGS",
}
__getattr__, __dir__ = lazy.names(__name__, _PLACES)
