"""Training by several processes: what the one training loop asks of those who share it.

`Alone` is the usual case. `Workers` are processes, on one machine or many, that `TF_CONFIG` names: each
computes the gradients of its part of every batch, `tf.distribute.MultiWorkerMirroredStrategy` sums them, and
each takes the same step. `Mirrored` does that with the GPUs of one process. A batch is what the
configuration says, however many share it: no learning rate has to be changed.
"""

import contextlib
import json
import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from seqzoo.errors import InputError, unknown_name
from seqzoo.pipeline.prepared import Prepared

Step = Callable[..., Any]  # a training step; see `seqzoo.training.loop.Trainer`

DISTRIBUTIONS = ("mirrored", "multi-worker")
APART = 1_000_003  # between two workers' seeds of dropout
LOST = (
    tf.errors.UnavailableError,
    tf.errors.AbortedError,
    tf.errors.CancelledError,
    tf.errors.InternalError,
    tf.errors.DeadlineExceededError,
)


class Alone:
    """One process, one device.

    Attributes:
        index: of this process; 0 is the chief, which alone writes.
        count: parts that a batch is divided into.
    """

    index, count = 0, 1
    chief = True

    def scope(self) -> AbstractContextManager:
        """A context to make variables in."""
        return contextlib.nullcontext()

    def sum(self, tensors: Any) -> Any:
        """Tensors, in any structure, summed over all who share the training."""
        return tensors

    def share(self, value: Any) -> Any:
        """The chief's value (a NumPy array, or for JSON), on every process."""
        return value

    def divide(self, data: Prepared) -> None:
        """Divide the rows of data whose rows last from batch to batch; other data are left alone.

        Raises:
            InputError: if the rows cannot be divided.
        """
        if self.count > 1 and hasattr(data, "divide"):
            data.divide(self.index, self.count)

    def check(self, value: Any) -> None:
        """Refuse to train with a chief who has another value (for JSON).

        Raises:
            InputError: with both values.
        """
        if (theirs := self.share(value)) != json.loads(json.dumps(value)):
            raise InputError(
                f"worker {self.index}: has other settings or data than the chief: {value}; {theirs}"
            )

    def compiled(self, step: Step, signature: Sequence[Any]) -> Step:
        """A training step as one graph for all shapes.

        A trace for each first shape would cost seconds. It could also round otherwise in a resumed run than
        in one that ran through.

        Args:
            step: takes a batch, and of workers whether it is real, float32 ().
            signature: the specs of a batch.
        """
        return tf.function(step, input_signature=signature)

    def batches(self, data: Prepared, planned: list) -> Iterable[tuple]:
        """What a `compiled` step is called with, for each planned batch."""
        return ((batch,) for batch in data.batches(planned))

    def settle(self, model: keras.Model, optimizer: keras.optimizers.Optimizer) -> None:
        """Make the variables of all agree, except for the seeds of their dropout."""


ALONE = Alone()


class Workers(Alone):
    """One of several processes. The strategy carries sums between them; variables are each one's own.

    Raises:
        InputError: if `TF_CONFIG` is not there or names no cluster of workers.
    """

    def __init__(self) -> None:
        self.index, self.count = _cluster()
        self.chief = self.index == 0
        self.strategy = tf.distribute.MultiWorkerMirroredStrategy()
        flat = (tf.TensorSpec((None,), kind) for kind in (tf.int64, tf.float64))
        self._sums = {
            spec.dtype: tf.function(self.sum, input_signature=[spec]) for spec in flat
        }

    def sum(self, tensors: Any) -> Any:
        """Tensors, in any structure, summed over all workers."""

        def reduce(given: Any) -> Any:
            # Made here, they have a device; sums need one.
            own = tf.nest.map_structure(tf.identity, given)
            return tf.distribute.get_replica_context().all_reduce(
                tf.distribute.ReduceOp.SUM, own
            )

        return self.strategy.run(reduce, args=(tensors,))

    def share(self, value: Any) -> Any:
        """The chief's value, on every worker: a sum to which the others add zeros.

        Raises:
            InputError: if another worker is lost.
        """
        if isinstance(value, np.ndarray):
            # As 64-bit integers or floats, which hold any that a model has exactly.
            wide = value.astype(np.int64 if value.dtype.kind in "iub" else np.float64)
            sent = tf.constant((wide if self.chief else np.zeros_like(wide)).ravel())
            received = self._guarded(self._sums[sent.dtype], sent).numpy()
            return received.astype(value.dtype).reshape(value.shape)
        text = np.frombuffer(json.dumps(value).encode(), np.uint8)
        size = int(self.share(np.array(len(text))))
        text = self.share(text if self.chief else np.zeros(size, np.uint8))
        return json.loads(text.tobytes())

    def compiled(self, step: Step, signature: Sequence[Any]) -> Step:
        """A step that takes a batch and whether it is real; an InputError if a worker is lost."""
        flag = tf.TensorSpec((), tf.float32)
        function = tf.function(step, input_signature=[*signature, flag])
        return lambda *arguments: self._guarded(function, *arguments)

    def batches(self, data: Prepared, planned: list) -> Iterable[tuple]:
        """This worker's part of each planned batch, and whether it is real, float32 ()."""
        parts, real = data.shard(planned, self.index, self.count)
        return zip(data.batches(parts), map(np.float32, real), strict=True)

    def settle(self, model: keras.Model, optimizer: keras.optimizers.Optimizer) -> None:
        """Give all workers the chief's variables, and dropout a seed of its own on each."""
        for variable in [*model.variables, *optimizer.variables]:
            variable.assign(self.share(np.asarray(variable.value)))
        # A seed is the one kind of uint32: each worker drops others of its own rows.
        apart = np.array([APART * self.index, 0], np.uint32)
        for variable in model.variables:
            if variable.dtype == "uint32":
                variable.assign(np.asarray(variable.value) + apart)

    def _guarded(self, function: Step, *arguments: Any) -> Any:
        """Call a function of all workers.

        Raises:
            InputError: if one of them is lost.
        """
        try:
            return function(*arguments)
        except LOST as error:
            raise InputError(
                f"worker {self.index}: another worker is lost ({type(error).__name__}); "
                "the same command on all of them goes on from the last checkpoint"
            ) from error


class Mirrored(Alone):
    """The GPUs of this process, each with a copy of the variables.

    Args:
        devices: their names; None: all GPUs.
    """

    def __init__(self, devices: list[str] | None = None):
        self.strategy = tf.distribute.MirroredStrategy(devices)
        self.count = self.strategy.num_replicas_in_sync

    def scope(self) -> AbstractContextManager:
        """A context in which variables are copied to each GPU."""
        return self.strategy.scope()

    def sum(self, tensors: Any) -> Any:
        """Tensors, in any structure, summed over all GPUs."""
        return tf.distribute.get_replica_context().all_reduce(
            tf.distribute.ReduceOp.SUM, tensors
        )

    def compiled(self, step: Step, signature: Sequence[Any]) -> Step:
        """A step that every GPU takes; it returns the first one's results, as all have the same."""

        @tf.function(reduce_retracing=True)
        def run(*batch: Any) -> list[tf.Tensor]:
            results = self.strategy.run(step, args=batch)
            return [
                self.strategy.experimental_local_results(result)[0] for result in results
            ]

        return run

    def settle(self, model: keras.Model, optimizer: keras.optimizers.Optimizer) -> None:
        """Keep Keras from summing, over all copies, gradients that are sums over all copies already."""
        optimizer._all_reduce_sum_gradients = list

    def divide(self, data: Prepared) -> None:
        """Refuse data whose rows last from batch to batch.

        Raises:
            InputError: always, for such data.
        """
        if hasattr(data, "divide"):
            raise InputError(
                "--distribute mirrored: this recipe carries states; expected multi-worker"
            )

    def batches(self, data: Prepared, planned: list) -> Iterable[tuple]:
        """For each planned batch the GPUs' parts, and whether each is real, as values of the strategy."""
        shares = [data.shard(planned, index, self.count) for index in range(self.count)]
        parts = [
            zip(data.batches(part), map(tf.constant, map(np.float32, real)), strict=True)
            for part, real in shares
        ]
        for replicas in zip(*parts, strict=True):
            yield tf.nest.map_structure(self._together, *replicas)

    def _together(self, *values: Any) -> Any:
        """A value for each GPU as one value of the strategy."""
        return self.strategy.experimental_distribute_values_from_function(
            lambda context: values[context.replica_id_in_sync_group]
        )


def group(name: str | None) -> Alone:
    """Who shares a training: `Alone`, `Workers` or `Mirrored`.

    Args:
        name: None, or one of `DISTRIBUTIONS`.

    Raises:
        InputError: on another name, or where there is nobody to share it with.
    """
    if name is None:
        return Alone()
    if name not in DISTRIBUTIONS:
        raise unknown_name("--distribute", name, DISTRIBUTIONS)
    if name == "multi-worker":
        return Workers()
    devices = tf.config.list_logical_devices("GPU")
    if len(devices) < 2:
        raise InputError(
            f"--distribute mirrored: expected at least two GPUs; there are {len(devices)}"
        )
    return Mirrored()


def _cluster() -> tuple[int, int]:
    """Number of this worker and of all."""
    example = '{"cluster": {"worker": ["HOST:PORT", "HOST:PORT"]}, "task": {"type": "worker", "index": 0}}'
    try:
        config = json.loads(os.environ["TF_CONFIG"])
        workers, index = config["cluster"]["worker"], config["task"]["index"]
        sound = config["task"]["type"] == "worker" and 0 <= index < len(workers) > 1
    except (KeyError, TypeError, ValueError):
        sound = False
    if not sound:
        raise InputError(
            f"--distribute multi-worker: expected TF_CONFIG={example} in the environment, the index another "
            f"on each, two workers or more; got {os.environ.get('TF_CONFIG')}"
        )
    return index, len(workers)
