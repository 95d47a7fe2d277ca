"""Training words a second of the Penn Treebank networks beside PyTorch and stock Keras.

    pip install torch==2.13.0 && python -m benchmarks.language_model [--seconds 10] [--rounds 5]

`ptb-small` (2 x 200, batches of 20 x 20) and `ptb-medium` (2 x 650, 20 x 35), vocabulary 10,002, random
words: speed does not depend on them. Each contender has the same layers, dropout, softmax over all words,
clipping and SGD, carries its states from chunk to chunk, and reads back the loss after each step. In a
process for each number of threads they take turns; the figure is the median of all steps. Writes its
section of `docs/design/performance.md`.
"""

import argparse
import json

from benchmarks import tables

VOCABULARY = 10_002
THREADS = (1, 2)
NAMES = {"seqzoo": "seqzoo", "keras": "stock Keras, `tf.function`", "torch": "PyTorch"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--measure", nargs=2, metavar=("PRESET", "THREADS"), help=argparse.SUPPRESS
    )
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps(measure(*arguments.measure, arguments)))
        return
    lines = []
    for preset in ("ptb-small", "ptb-medium"):
        for threads in THREADS:
            (found,) = tables.child(
                threads, "benchmarks.language_model", "--measure", preset, threads,
                "--seconds", arguments.seconds, "--rounds", arguments.rounds,
            )  # fmt: skip
            for name, label in NAMES.items():
                rate, ratio = (
                    1000 * found["words"] / found[name],
                    found[name] / found["seqzoo"],
                )
                cells = [
                    preset,
                    str(threads),
                    label,
                    f"{found[name]:.1f}",
                    f"{rate:,.0f}",
                    f"{ratio:.2f}",
                ]
                lines.append(cells)
    columns = [
        "network",
        "threads",
        "contender",
        "ms a step",
        "words a second",
        "times seqzoo's",
    ]
    print(tables.write("language_model", "\n" + tables.markdown(columns, lines)))


def measure(preset: str, threads: str, arguments) -> dict:
    """Milliseconds of a step of each contender, and the words in it."""
    import numpy as np

    from benchmarks.contenders import limit
    from seqzoo.recipes import language_model as recipe
    from seqzoo.system.memory import keep_freed_memory

    limit(int(threads))
    keep_freed_memory()
    config = recipe.Config(**recipe.PRESETS[preset])
    ids = np.random.default_rng(0).integers(
        4, VOCABULARY, (config.batch_size, config.steps + 1)
    )
    tokens, following = ids[:, :-1].astype(np.int32), ids[:, 1:].astype(np.int32)
    steps = {
        "seqzoo": seqzoo_step(config),
        "keras": keras_step(config),
        "torch": torch_step(config),
    }
    ways = {name: lambda step=step: step(tokens, following) for name, step in steps.items()}
    return tables.alternate(ways, arguments.rounds, arguments.seconds) | {
        "words": tokens.size
    }


def seqzoo_step(config):
    """The recipe's step, as `seqzoo.training.run` compiles it."""
    import tensorflow as tf

    from seqzoo.tasks.language import training as language_modelling

    class Data:
        vocabulary = range(VOCABULARY)

    model = language_modelling.build(config, Data)
    optimizer = language_modelling.optimizer(config, 1000)
    optimizer.build(model.trainable_variables)

    @tf.function
    def step(batch):
        with tf.GradientTape() as tape:
            total, weight = language_modelling.loss(config, model, batch)
            mean = total / weight
        gradients = tape.gradient(mean, model.trainable_variables)
        optimizer.apply(gradients)
        return mean

    return lambda tokens, following: float(step((tokens, following, tf.constant(0))))


def keras_step(config):
    """The same network of `keras.layers`, stateful, with Keras' own loss and optimizer."""
    import keras
    import tensorflow as tf
    from keras import layers

    tokens = keras.Input((None,), config.batch_size, dtype="int32")
    x = layers.Dropout(config.dropout)(
        layers.Embedding(VOCABULARY, config.units[0])(tokens)
    )
    for units in config.units:
        x = layers.LSTM(units, return_sequences=True, stateful=True)(x)
        x = layers.Dropout(config.dropout)(x)
    model = keras.Model(tokens, layers.Dense(VOCABULARY)(x))
    optimizer = keras.optimizers.SGD(config.learning_rate, global_clipnorm=config.clip_norm)
    optimizer.build(model.trainable_variables)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    @tf.function
    def step(tokens, following):
        with tf.GradientTape() as tape:
            mean = loss(following, model(tokens, training=True))
        optimizer.apply(tape.gradient(mean, model.trainable_variables))
        return mean

    return lambda tokens, following: float(
        step(tf.constant(tokens), tf.constant(following))
    )


def torch_step(config):
    """The same network, loss and update in PyTorch."""
    import torch
    from torch import nn

    units, count = config.units[0], len(config.units)
    embedding, dense = nn.Embedding(VOCABULARY, units), nn.Linear(units, VOCABULARY)
    lstm = nn.LSTM(units, units, count, batch_first=True, dropout=config.dropout)
    drop = nn.Dropout(config.dropout)
    parameters = [p for module in (embedding, lstm, dense) for p in module.parameters()]
    optimizer = torch.optim.SGD(parameters, config.learning_rate)
    states = None

    def step(tokens, following):
        nonlocal states
        optimizer.zero_grad()
        x, states = lstm(drop(embedding(torch.from_numpy(tokens).long())), states)
        states = tuple(state.detach() for state in states)
        scores = dense(drop(x)).view(-1, VOCABULARY)
        loss = nn.functional.cross_entropy(
            scores, torch.from_numpy(following).long().view(-1)
        )
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, config.clip_norm)
        optimizer.step()
        return loss.item()

    return step


if __name__ == "__main__":
    main()
