"""Training by several processes: what the one training loop asks of those who share it.

`Alone` is the usual case. `Workers` are processes, on one machine or many, that `TF_CONFIG` names: each
computes the gradients of its part of every batch, `tf.distribute.MultiWorkerMirroredStrategy` sums them, and
each takes the same step. `Mirrored` does that with the GPUs of one process. A batch is what the
configuration says, however many share it: no learning rate has to be changed.
"""

import contextlib
import json
import os

import numpy as np
import tensorflow as tf

from seqzoo.errors import InputError, unknown_name

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

    def scope(self):
        """Entered while variables are made."""
        return contextlib.nullcontext()

    def sum(self, tensors):
        """Tensors, in any structure, summed over all who share the training."""
        return tensors

    def share(self, value):
        """The chief's value (of NumPy arrays or JSON), on every process."""
        return value

    def divide(self, data) -> None:
        """Tell data with rows that last, of which every worker has some, who shares them."""
        if self.count > 1 and hasattr(data, "divide"):
            data.divide(self.index, self.count)

    def check(self, value) -> None:
        """Refuse to train with a chief who has another value (of JSON)."""
        if (theirs := self.share(value)) != json.loads(json.dumps(value)):
            raise InputError(
                f"worker {self.index}: has other settings or data than the chief: {value}; {theirs}"
            )

    def compiled(self, step, signature):
        """A training step as one graph for all shapes: a trace for each first shape would cost seconds and
        could round otherwise in a run that is gone on with than in one that ran through."""
        return tf.function(step, input_signature=signature)

    def batches(self, data, planned):
        """What `compiled` functions are called with, for each planned batch."""
        return ((batch,) for batch in data.batches(planned))

    def settle(self, model, optimizer) -> None:
        """Make the variables of all agree, but for the seeds of their dropout."""


ALONE = Alone()


class Workers(Alone):
    """One of several processes. The strategy carries sums between them; variables are each one's own.

    Raises:
        InputError: if `TF_CONFIG` is not there or names no cluster of workers.
    """

    def __init__(self):
        self.index, self.count = _cluster()
        self.chief = self.index == 0
        self.strategy = tf.distribute.MultiWorkerMirroredStrategy()
        flat = (tf.TensorSpec((None,), kind) for kind in (tf.int64, tf.float64))
        self._sums = {
            spec.dtype: tf.function(self.sum, input_signature=[spec]) for spec in flat
        }

    def sum(self, tensors):
        def reduce(given):
            # Made here, they have a device; sums need one.
            own = tf.nest.map_structure(tf.identity, given)
            return tf.distribute.get_replica_context().all_reduce(
                tf.distribute.ReduceOp.SUM, own
            )

        return self.strategy.run(reduce, args=(tensors,))

    def share(self, value):
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

    def compiled(self, step, signature):
        flag = tf.TensorSpec((), tf.float32)
        function = tf.function(step, input_signature=[*signature, flag])
        return lambda *arguments: self._guarded(function, *arguments)

    def batches(self, data, planned):
        parts, real = data.shard(planned, self.index, self.count)
        return zip(data.batches(parts), map(np.float32, real), strict=True)

    def settle(self, model, optimizer) -> None:
        for variable in [*model.variables, *optimizer.variables]:
            variable.assign(self.share(np.asarray(variable.value)))
        for variable in model.variables:
            if (
                variable.dtype == "uint32"
            ):  # a seed: each worker drops others of its own rows
                variable.assign(
                    np.asarray(variable.value)
                    + np.array([APART * self.index, 0], np.uint32)
                )

    def _guarded(self, function, *arguments):
        try:
            return function(*arguments)
        except LOST as error:
            raise InputError(
                f"worker {self.index}: another worker is lost ({type(error).__name__}); "
                "the same command on all of them goes on from the last checkpoint"
            ) from error


class Mirrored(Alone):
    """The GPUs of this process, each with a copy of the variables."""

    def __init__(self, devices: list[str] | None = None):
        self.strategy = tf.distribute.MirroredStrategy(devices)
        self.count = self.strategy.num_replicas_in_sync

    def scope(self):
        return self.strategy.scope()

    def sum(self, tensors):
        return tf.distribute.get_replica_context().all_reduce(
            tf.distribute.ReduceOp.SUM, tensors
        )

    def compiled(self, step, signature):
        @tf.function(reduce_retracing=True)
        def run(*batch):
            results = self.strategy.run(step, args=batch)
            return [
                self.strategy.experimental_local_results(result)[0] for result in results
            ]

        return run

    def settle(self, model, optimizer) -> None:
        # Keras would sum, over all copies, gradients that are sums over all copies already.
        optimizer._all_reduce_sum_gradients = list

    def divide(self, data) -> None:
        if hasattr(data, "divide"):
            raise InputError(
                "--distribute mirrored: this recipe carries states; expected multi-worker"
            )

    def batches(self, data, planned):
        shares = [data.shard(planned, index, self.count) for index in range(self.count)]
        parts = [
            zip(data.batches(part), map(tf.constant, map(np.float32, real)), strict=True)
            for part, real in shares
        ]
        for replicas in zip(*parts, strict=True):
            yield tf.nest.map_structure(self._together, *replicas)

    def _together(self, *values):
        return self.strategy.experimental_distribute_values_from_function(
            lambda context: values[context.replica_id_in_sync_group]
        )


def group(name: str | None):
    """Who shares a training.

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
