"""One trial: a cell, a problem and a lag; train until solved or out of steps, with gradients on the way."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from seqzoo.laboratory.probe import Probe
from seqzoo.laboratory.problems import PROBLEMS
from seqzoo.layers import SpectralRadius, recurrent

TEST_ROWS, EVERY = 500, 50  # test examples; steps between tests
LOOKS = (0.0, 0.1, 0.3, 1.0)  # when gradients are looked at, as shares of the steps


@dataclass(frozen=True)
class Trial:
    """What is tried.

    Args:
        problem: a name in `PROBLEMS`.
        cell: a name in `seqzoo.layers.CELLS`.
        lag: steps to look back; see the problem.
        seed: of weights and examples.
        clip_norm: largest global norm of a gradient; 0: none.
        radius: spectral radius of the recurrent matrix at first (a `simple_rnn`'s); 0: as Keras has it.
        units, batch_size, steps, learning_rate: of network and training, by Adam.
    """

    problem: str
    cell: str
    lag: int
    seed: int = 0
    clip_norm: float = 1.0
    radius: float = 0.0
    units: int = 64
    batch_size: int = 32
    steps: int = 2000
    learning_rate: float = 0.003


def run(trial: Trial, stop: Callable[[], bool] = lambda: False) -> dict | None:
    """Train one network.

    Args:
        trial: what is tried.
        stop: asked after each step whether to give up, in which case None comes back.

    Returns:
        The trial's fields and `success`, `steps_to_success` (None: never), `score` (mean squared error or
        accuracy on new examples, at the end), `steps_taken`, `seconds` (of training, compiling left out),
        `parameters`, `history` (steps, score), and `gradients`: for each look its step and, for each of the
        cell's states, the norm of d loss / d state by step of time, the batch's mean.
    """
    problem, network = PROBLEMS[trial.problem], Network(trial)
    generator = np.random.default_rng([trial.seed, 1])
    test = problem.make(np.random.default_rng([trial.seed, 2]), TEST_ROWS, trial.lag, True)
    looked = problem.make(
        np.random.default_rng([trial.seed, 3]), trial.batch_size, trial.lag
    )
    record = asdict(trial) | {
        "success": False,
        "steps_to_success": None,
        "parameters": network.parameters,
    }
    history, gradients, seconds = [], [], 0.0
    looks = {int(share * trial.steps) for share in LOOKS}
    for step in range(trial.steps + 1):
        if step in looks:
            gradients.append({"step": step, "norms": network.norms(*looked)})
        if step % EVERY == 0 or step == trial.steps:
            history.append((step, network.score(*test)))
            if _solved(problem, history[-1][1]):
                record |= {"success": True, "steps_to_success": step}
                break
        if step == trial.steps:
            break
        begun = time.perf_counter()
        loss = network.step(*problem.make(generator, trial.batch_size, trial.lag))
        seconds += time.perf_counter() - begun if step else 0.0
        if not np.isfinite(loss):  # it has exploded: no step mends that
            history.append((step, float("inf") if not problem.classes else 0.0))
            break
        if stop():
            return None
    if gradients[-1]["step"] != step and np.isfinite(history[-1][1]):
        gradients.append({"step": step, "norms": network.norms(*looked)})
    return record | {
        "score": history[-1][1], "steps_taken": step, "seconds": seconds, "history": history,
        "gradients": gradients,
    }  # fmt: skip


def _solved(problem, score: float) -> bool:
    return score >= problem.solved if problem.classes else score <= problem.solved


class Network:
    """A recurrent layer and a dense one on its last outputs, compiled for one shape of batches."""

    def __init__(self, trial: Trial):
        problem = PROBLEMS[trial.problem]
        self.problem = problem
        keras.utils.set_random_seed(trial.seed)
        example, _ = problem.make(np.random.default_rng(0), 1, trial.lag)
        features = example.shape[-1]
        self.layer = recurrent(trial.cell, trial.units, name="recurrent")
        if trial.radius:
            self.layer.cell.recurrent_initializer = SpectralRadius(
                trial.radius, seed=trial.seed
            )
        self.readout = keras.layers.Dense(max(problem.classes, 1), name="readout")
        self.layer.build((None, None, features))
        self.readout.build((None, trial.units))
        self.probe = Probe(self.layer.cell)
        self.weights = self.layer.trainable_variables + self.readout.trainable_variables
        clip = {"global_clipnorm": trial.clip_norm} if trial.clip_norm else {}
        self.optimizer = keras.optimizers.Adam(trial.learning_rate, **clip)
        self.optimizer.build(self.weights)
        # What is ours is fast by itself; a loop of TensorFlow's is by XLA, as all batches are alike.
        plain = self.layer.obstacle(training=True) is not None
        self._step = tf.function(self._train, jit_compile=plain)
        self._answers = tf.function(lambda x: self._read(self.layer(x)), jit_compile=plain)
        self._norms = tf.function(self._looked, jit_compile=True)

    @property
    def parameters(self) -> int:
        """Numbers in the recurrent layer's weights, trained or not."""
        return self.layer.count_params()

    def step(self, x: np.ndarray, y: np.ndarray) -> float:
        """One update; the loss before it."""
        return float(self._step(tf.constant(x), tf.constant(y)))

    def score(self, x: np.ndarray, y: np.ndarray) -> float:
        """Mean squared error, or accuracy."""
        answers = self._answers(tf.constant(x)).numpy()
        if not self.problem.classes:
            return float(np.mean((answers[:, 0, 0] - y) ** 2))
        return float(np.mean(answers.argmax(-1) == y.reshape(len(y), -1)))

    def norms(self, x: np.ndarray, y: np.ndarray) -> list[list[float]]:
        """For each of the cell's states the norm of d loss / d state at each step, the rows' mean."""
        return [
            norms.numpy().tolist() for norms in self._norms(tf.constant(x), tf.constant(y))
        ]

    def _train(self, x, y):
        with tf.GradientTape() as tape:
            loss = self._loss(self._read(self.layer(x, training=True)), y)
        self.optimizer.apply(tape.gradient(loss, self.weights))
        return loss

    def _looked(self, x, y):
        pushes = [tf.zeros((*x.shape[:2], size), x.dtype) for size in self.probe.sizes]
        with tf.GradientTape() as tape:
            tape.watch(pushes)
            loss = self._loss(self._read(self.probe(x, pushes)), y)
        found = tape.gradient(loss, pushes)
        # The loss is a mean over rows: each row's own is so many times as large.
        rows = tf.cast(tf.shape(x)[0], x.dtype)
        return [
            tf.reduce_mean(tf.norm(gradient, axis=-1) * rows, axis=0) for gradient in found
        ]

    def _read(self, outputs):
        """(rows, time, units) -> answers (rows, steps, classes)."""
        return self.readout(outputs[:, -self.problem.steps :])

    def _loss(self, answers, y):
        if not self.problem.classes:
            return ops.mean(ops.square(answers[:, 0, 0] - y))
        labels = ops.reshape(y, (-1, self.problem.steps))
        return ops.mean(
            keras.losses.sparse_categorical_crossentropy(labels, answers, from_logits=True)
        )
