"""A network in Keras that runs as one on the engine does: arrays by name in, arrays by name out."""

from collections.abc import Mapping

import keras
import numpy as np
import tensorflow as tf

from seqzoo.models.networks import called, exported_name, outputs_of
from seqzoo.system.forks import check_not_forked


class KerasNetwork:
    """A live network, compiled once for all shapes; see `seqzoo.engine.Network`.

    Args:
        network: a functional model.

    Attributes:
        where: the network's name, for errors.
        inputs: names of the inputs -> the size of the last axis; None if that is open.
        outputs: the same of the outputs.
        inner: threads of one run; None: TensorFlow decides.
    """

    inner: None = None

    def __init__(self, network: keras.Model):
        self.where = network.name
        self.inputs = {each.name: each.shape[-1] for each in network.inputs}
        self.outputs = {
            exported_name(name, network): value.shape[-1]
            for name, value in outputs_of(network).items()
        }
        specs = {
            each.name: tf.TensorSpec(each.shape, each.dtype, each.name)
            for each in network.inputs
        }
        self._call = tf.function(
            lambda given: called(network, given), input_signature=[specs], autograph=False
        )

    def run(self, given: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """The network's outputs by name, as new arrays.

        Args:
            given: an array for each of `inputs`; others are left out.

        Raises:
            InputError: in a process that was forked from one that had used TensorFlow.
        """
        check_not_forked()
        results = self._call({name: tf.constant(given[name]) for name in self.inputs})
        return {name: value.numpy() for name, value in results.items()}
