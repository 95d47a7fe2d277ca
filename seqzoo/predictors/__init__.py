"""Trained models at work on raw text, one class for each task."""

from seqzoo.predictors.base import CHUNK, Predictor
from seqzoo.predictors.classifier import Classifier
from seqzoo.predictors.language_model import LanguageModel
from seqzoo.predictors.tagger import EntityTagger, Segmenter
from seqzoo.predictors.translator import Translator

PREDICTORS = {
    "classification": Classifier,
    "entities": EntityTagger,
    "language": LanguageModel,
    "segmentation": Segmenter,
    "translation": Translator,
}

__all__ = [
    "CHUNK",
    "PREDICTORS",
    "Classifier",
    "EntityTagger",
    "LanguageModel",
    "Predictor",
    "Segmenter",
    "Translator",
]
