"""Builder functions: named numbers and strings in, an uncompiled functional `keras.Model` out."""

from seqzoo.models.built import (
    BUILDERS,
    beside,
    described_for_use,
    description_of,
    parts,
    rebuild,
)
from seqzoo.models.classifier import classifier
from seqzoo.models.language_model import (
    first_states,
    hidden_of,
    language_model,
    output_of,
    recurrent_layers,
    reset_states,
    stateless_of,
)
from seqzoo.models.regressor import regressor
from seqzoo.models.stack import layer_sizes
from seqzoo.models.tagger import emissions_of, tagger
from seqzoo.models.text_vector import POOLINGS
from seqzoo.models.translator import BRIDGES, translator
from seqzoo.models.translator_parts import (
    encoder_of,
    features_of,
    network_step,
    output_weights,
    step_function,
    step_of,
)

__all__ = [
    "BRIDGES",
    "BUILDERS",
    "POOLINGS",
    "beside",
    "classifier",
    "described_for_use",
    "description_of",
    "emissions_of",
    "encoder_of",
    "features_of",
    "first_states",
    "hidden_of",
    "language_model",
    "layer_sizes",
    "network_step",
    "output_of",
    "output_weights",
    "parts",
    "rebuild",
    "recurrent_layers",
    "regressor",
    "reset_states",
    "stateless_of",
    "step_function",
    "step_of",
    "tagger",
    "translator",
]
