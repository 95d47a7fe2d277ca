"""What an exported classifier needs beside its networks."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from seqzoo.export.saved_model import saved
from seqzoo.export.task import TaskExport
from seqzoo.tasks.classification.decision import Decision
from seqzoo.tasks.classification.graph import TextIds
from seqzoo.tasks.classification.graph_bag import BagAverage
from seqzoo.tasks.classification.reader_bag import FILE

_NOTE = """\
The model answers with an average of its network and a bag of n-grams. `reader.py` gives it. What takes token
ids, a network's own file or the signature `ids`, is the network alone.
"""


class Export(TaskExport):
    """A classifier's export; as a SavedModel its graph takes texts."""

    SIDE_FILES = ("vocabulary.txt", "labels.txt")
    LENGTHS = (32, 128, 512)
    BESIDE = ("texts",)

    def side_files(self, in_graph: bool) -> Sequence[str]:
        """Vocabulary and labels; and the bag of an average, which a graph of texts has inside."""
        if in_graph or self.predictor.average is None:
            return self.SIDE_FILES
        return (*self.SIDE_FILES, FILE)

    def in_graph(self, format: str) -> bool:
        """Whether the graph takes texts."""
        return format == "saved_model"

    def readers(self, format: str, in_graph: bool) -> dict[str, str]:
        """The reader of ids, or of texts; and what reads the bag of an average."""
        if in_graph:
            return {"reader": "reader_saved_model"}
        if self.predictor.average is None:
            return {"reader": "reader"}
        return {"reader": "reader", "bag": "reader_bag"}

    def runtime(self, in_graph: bool) -> bool:
        """A reader of texts runs the graph itself."""
        return not in_graph

    def write_graph(self, folder: Path, name: str, network: keras.Model) -> list[Path]:
        """Write a SavedModel that takes texts, and return its files.

        Its signature `serving_default` takes `text`, strings (batch,). It gives `label`, strings (batch,),
        or where a text may have several labels `given`, bool (batch, labels); `probabilities`, float32
        (batch, labels); and `labels`, strings (labels,). The signature `ids` takes `tokens`, int32 (batch,
        time), and gives `probabilities`, of the network alone.
        """
        predictor = self.predictor
        module = tf.Module()
        module.network = network
        module.ids = TextIds(
            predictor.tokenizer, predictor.vocabulary, predictor.max_length
        )
        labels = tf.constant(predictor.labels)
        average = None if predictor.average is None else BagAverage(predictor.average)
        module.average = average

        def classify(text: tf.Tensor) -> dict[str, tf.Tensor]:
            tokens = module.ids.tokens(module.ids.normalize(text))
            probabilities = network(module.ids.of_tokens(tokens), training=False)
            if average is not None:
                probabilities = average(tokens, probabilities)
            found = {"probabilities": probabilities, "labels": tf.identity(labels)}
            if predictor.thresholds is not None:
                shares = tf.cast(probabilities, tf.float64)  # as seqzoo compares
                return {"given": shares >= predictor.thresholds, **found}
            best = _chosen(probabilities, predictor.decision)
            return {"label": tf.gather(labels, best), **found}

        def of_ids(tokens: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"probabilities": network(tokens, training=False)}

        texts = tf.TensorSpec((None,), tf.string, "text")
        tokens = tf.TensorSpec((None, None), tf.int32, "tokens")
        signatures = {
            "serving_default": tf.function(classify).get_concrete_function(texts),
            "ids": tf.function(of_ids).get_concrete_function(tokens),
        }
        return saved(folder / name, module, signatures)

    def note(self) -> str:
        """That the files of an average's network hold the network alone."""
        return "" if self.predictor.average is None else _NOTE

    def difference(self, ours: dict[str, Any], theirs: dict[str, Any]) -> float | None:
        """The largest difference of a probability; None: another label."""
        if any(ours.get(name) != theirs.get(name) for name in ("label", "labels")):
            return None
        other = theirs["probabilities"]
        return max(abs(p - other[label]) for label, p in ours["probabilities"].items())


def _chosen(probabilities: tf.Tensor, decision: Decision | None) -> tf.Tensor:
    """The classes of texts, int64 (batch,); see `seqzoo.tasks.classification.decision.chosen`."""
    if decision is None:
        return tf.argmax(probabilities, axis=-1)
    label = tf.constant(decision.label, tf.int64)
    # In double precision, as seqzoo compares.
    shares = tf.cast(probabilities[:, decision.label], tf.float64)
    return tf.where(shares >= decision.least, label, 1 - label)
