"""Builder functions: named numbers and strings in, an uncompiled functional `keras.Model` out."""

from seqzoo.models.classifier import POOLINGS, classifier
from seqzoo.models.tagger import tagger

__all__ = ["POOLINGS", "classifier", "tagger"]
