"""All builders. Importing this imports them, after which `BUILDERS` has them."""

# ruff: noqa: F401
# What of it is public, the package says in its `__all__`.
from seqzoo.models.built import (
    BUILDERS,
    beside,
    described_for_use,
    description_of,
    parts,
    rebuild,
)
from seqzoo.models.captioner import captioner
from seqzoo.models.choices import BRIDGES, EMBEDDINGS, POOLINGS
from seqzoo.models.classifier import classifier
from seqzoo.models.forecaster import forecaster
from seqzoo.models.handwriter import handwriter
from seqzoo.models.language_model import (
    first_states,
    hidden_of,
    language_model,
    output_of,
    recurrent_layers,
    reset_states,
    stateless_of,
)
from seqzoo.models.memory_network import linear_of, memory_network
from seqzoo.models.recognizer import recognizer
from seqzoo.models.regressor import regressor
from seqzoo.models.series_classifier import series_classifier
from seqzoo.models.stack import layer_sizes
from seqzoo.models.tagger import emissions_of, tagger
from seqzoo.models.translator import translator
from seqzoo.models.translator_parts import (
    encoder_of,
    features_of,
    network_step,
    output_weights,
    step_function,
    step_of,
)
from seqzoo.models.tree_classifier import node_of, tree_classifier
