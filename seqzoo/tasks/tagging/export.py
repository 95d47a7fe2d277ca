"""What an exported tagger needs beside its network."""

from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from seqzoo.export.networks import called
from seqzoo.export.saved_model import saved
from seqzoo.export.task import TaskExport
from seqzoo.tasks.tagging.graph import CharacterTagger


class Export(TaskExport):
    """A tagger's export; as a SavedModel the graph of one with a CRF over characters takes texts."""

    SIDE_FILES = ("vocabulary.txt", "tags.txt", "bigrams.txt")
    LENGTHS = (16, 64, 200)

    def in_graph(self, format: str) -> bool:
        """Whether the graph takes texts.

        Words are found by regular expressions, whose places TensorFlow does not tell.
        """
        predictor = self.predictor
        return (
            format == "saved_model"
            and predictor.unit == "character"
            and predictor.tagging.legal
        )

    def networks(self, whole: bool) -> dict:
        """The network, `whole`: with its CRF."""
        return {"model": self.predictor.model} if whole else super().networks(whole)

    def write_graph(self, folder: Path, name: str, network) -> list[Path]:
        """A SavedModel that takes texts: `text`, strings (batch,), to `characters` and `tags`; its signature
        `ids` takes what the network takes."""
        tagging = self.predictor.tagging
        module = CharacterTagger(
            network, tagging.coder, tagging.tags, field(self.predictor.model)
        )
        specs = {x.name: tf.TensorSpec(x.shape, x.dtype, x.name) for x in network.inputs}
        texts = tf.TensorSpec((None,), tf.string, "text")
        signatures = {
            "serving_default": tf.function(lambda text: module(text)).get_concrete_function(
                texts
            ),
            "ids": tf.function(
                lambda **given: called(network, given)
            ).get_concrete_function(**specs),
        }
        return saved(folder / name, module, signatures)

    def text(self) -> dict:
        """The CRF's scores, where there is one."""
        predictor = self.predictor
        return {"field": lists(field(predictor.model)) if predictor.tagging.legal else None}

    def difference(self, ours: dict, theirs: dict) -> float | None:
        """0; None: other words or entities."""
        return (
            0.0
            if all(ours[name] == theirs[name] for name in ours.keys() - {"text"})
            else None
        )


def field(model) -> dict:
    """A tagger's CRF as float arrays, minus infinity for what is forbidden; see `CRF.scores`."""
    crf = next(layer for layer in model._flatten_layers() if layer.name == "crf")
    names = ("start", "transitions", "end")
    return dict(zip(names, map(keras.ops.convert_to_numpy, crf.scores()), strict=True))


def lists(field: dict) -> dict:
    """The same as lists for a JSON file, which has no infinity: null stands for it."""
    finite = {
        name: np.where(np.isfinite(s), s.astype(object), None) for name, s in field.items()
    }
    return {name: scores.tolist() for name, scores in finite.items()}
