"""Builder functions: named numbers and strings in, an uncompiled functional `keras.Model` out."""

from seqzoo.models.classifier import POOLINGS, classifier

__all__ = ["POOLINGS", "classifier"]
