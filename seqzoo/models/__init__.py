"""Builder functions: named numbers and strings in, an uncompiled functional `keras.Model` out."""

from seqzoo.models.classifier import POOLINGS, classifier
from seqzoo.models.tagger import tagger
from seqzoo.models.translator import (
    BRIDGES,
    encoder_of,
    features_of,
    joined,
    network_step,
    output_weights,
    step_function,
    step_of,
    translator,
)

__all__ = [
    "BRIDGES",
    "POOLINGS",
    "classifier",
    "encoder_of",
    "features_of",
    "joined",
    "network_step",
    "output_weights",
    "step_function",
    "step_of",
    "tagger",
    "translator",
]
