"""What an exported tagger needs beside its network."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from seqzoo.errors import InputError
from seqzoo.export.saved_model import saved
from seqzoo.export.task import TaskExport
from seqzoo.models import emissions_of
from seqzoo.models.networks import called
from seqzoo.tasks.familiarity import FIELD
from seqzoo.tasks.tagging.chain import lists
from seqzoo.tasks.tagging.graph import CharacterTagger
from seqzoo.tasks.tagging.options import SegmenterOptions
from seqzoo.tasks.tagging.predictor import Segmenter
from seqzoo.tasks.tagging.shared import rules_of


class Export(TaskExport):
    """A tagger's export; as a SavedModel the graph of one with a CRF over characters takes texts."""

    SIDE_FILES = ("vocabulary.txt", "tags.txt", "bigrams.txt", "words.txt")
    LENGTHS = (16, 64, 200)

    def in_graph(self, format: str) -> bool:
        """Whether the graph takes texts.

        Words are found by regular expressions, and TensorFlow does not give the places of their matches.
        """
        predictor = self.predictor
        return (
            format == "saved_model"
            and predictor.unit == "character"
            and predictor.tagging.legal
        )

    def networks(self, whole: bool) -> dict[str, keras.Model]:
        """The network; `whole`: with its CRF, its output `scores` beside."""
        if not (whole and self.predictor.tagging.legal):
            return super().networks(whole)
        model = self.predictor.model
        outputs = {"tags": model.output["tags"], "scores": emissions_of(model).output}
        return {"model": keras.Model(model.inputs, outputs, name=model.name)}

    def readers(self, format: str, in_graph: bool) -> dict[str, str]:
        """The reader, the rules on what may be cut, and what a user's words change."""
        return {
            "reader": "reader",
            "marks": "reader_marks",
            "dictionary": "reader_dictionary",
        }

    def options(self) -> Sequence[tuple[str, str, Sequence[str]]]:
        """Of a segmenter a user's words, and the mode."""
        if not isinstance(self.predictor, Segmenter):
            return ()
        fields = dataclasses.fields(SegmenterOptions)
        return [(f.name, f.metadata["help"], f.metadata["choices"]) for f in fields]

    def write_graph(self, folder: Path, name: str, network: keras.Model) -> list[Path]:
        """Write a SavedModel that takes texts, and return its files.

        Its signature `serving_default` takes `text`, strings (batch,), and gives `characters` and `tags`,
        strings (batch, time): the network's own, whatever the rules on what may be cut say. The signature
        `ids`, which the reader asks, takes and gives what the network does.
        """
        tagging = self.predictor.tagging
        module = CharacterTagger(
            network, tagging.coder, tagging.tags, field(self.predictor.model)
        )
        texts = tf.TensorSpec((None,), tf.string, "text")
        specs = {x.name: tf.TensorSpec(x.shape, x.dtype, x.name) for x in network.inputs}
        of_texts = tf.function(lambda text: module(text))
        of_ids = tf.function(lambda **given: called(network, given))
        signatures = {
            "serving_default": of_texts.get_concrete_function(texts),
            "ids": of_ids.get_concrete_function(**specs),
        }
        return saved(folder / name, module, signatures)

    def text(self) -> dict[str, Any]:
        """What the reader must know of the tagger.

        Returns:
            `field`: the CRF's scores as nested lists, null for minus infinity; None without a CRF.
            `word`: what a word is. `rules`: what may be cut, see `rules_of`.
        """
        predictor = self.predictor
        if getattr(predictor.options(), "words", None) is not None:
            raise InputError(
                "export: a user's words cannot be exported; give them to the export's reader: "
                "predict(texts, words=...)"
            )
        scores = lists(field(predictor.model)) if predictor.tagging.legal else None
        return {
            "field": scores,
            "word": predictor.word.pattern,
            "rules": rules_of(predictor.tagging.letters),
        }

    def difference(self, ours: dict[str, Any], theirs: dict[str, Any]) -> float | None:
        """0; None: other words or entities."""
        # A reader does not say how familiar a text is.
        told = ours.keys() - {"text", FIELD}
        same = all(ours[name] == theirs[name] for name in told)
        return 0.0 if same else None


def field(model: keras.Model) -> dict[str, np.ndarray]:
    """The scores of a tagger's CRF, float32, minus infinity for what is forbidden.

    Returns:
        `start` (tags,), `transitions` (tags, tags) and `end` (tags,); see `CRF.scores`.
    """
    crf = next(layer for layer in model._flatten_layers() if layer.name == "crf")
    names = ("start", "transitions", "end")
    return dict(zip(names, map(keras.ops.convert_to_numpy, crf.scores()), strict=True))
