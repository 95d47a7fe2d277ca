"""An epoch of the sentiment recipe beside its stock-Keras and PyTorch twins.

    pip install torch==2.13.0 && python -m benchmarks.recipe_sentiment [--limit 5000] [--rounds 3]

The recipe's own data, and the network that was its default until its sweep: each contender has the same
layers, dropout, loss, clipping and Adam. In a process for each number of threads they take turns, an
epoch each; the figure is the median of all turns. PyTorch runs on padded batches: on packed ones it was
fifteen times slower here (20 batches, one thread: 49 seconds, not 3.3). Writes its section of
`docs/design/performance.md`.
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks import tables

THREADS = (1, 2)
NAMES = {
    "seqzoo": "seqzoo",
    "lazy": "seqzoo, `--optimizer lazy_adam`",
    "keras": "stock Keras, `tf.function`",
    "torch": "PyTorch",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--limit", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--measure", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        return measure(arguments)
    lines = []
    for threads in THREADS:
        (found,) = tables.child(
            threads, "benchmarks.recipe_sentiment", "--measure", threads,
            "--limit", arguments.limit, "--rounds", arguments.rounds,
        )  # fmt: skip
        for name, seconds in found["seconds"].items():
            rate = f"{found['tokens'] / seconds:,.0f}"
            lines.append(
                [
                    str(threads),
                    NAMES[name],
                    f"{seconds:.1f}",
                    rate,
                    f"{seconds / found['seconds']['seqzoo']:.2f}",
                ]
            )
    columns = [
        "threads",
        "contender",
        "seconds an epoch",
        "tokens a second",
        "times seqzoo's",
    ]
    sizes = f"{found['examples']:,} reviews, {found['tokens']:,} tokens, {found['padded']:,} with padding."
    text = f"\n{sizes}\n\n"
    print(tables.write("recipe", text + tables.markdown(columns, lines)))
    return None


def measure(arguments) -> None:
    """Train an epoch with each contender in turn and print the seconds as JSON."""
    from benchmarks.contenders import limit
    from seqzoo.recipes import sentiment
    from seqzoo.training.by_size import settled

    limit(arguments.measure)
    # A network that PyTorch has too; its GRU resets after the product.
    network = {
        "cell": "lstm",
        "embedding_dim": 128,
        "pooling": "max_mean",
        "batch_size": 32,
    }
    config = sentiment.Config(
        limit=arguments.limit,
        **network,
        dropout=0.5,
        embedding_dropout=0.2,
        token_dropout=0.3,
    )
    with tempfile.TemporaryDirectory() as scratch:
        data = sentiment.load(config, Path(scratch) / "data")
        config = settled(config, data)
        batches = [(t.numpy(), y.numpy()) for t, y in data.batches(data.plan(0))]
    steps = contenders(config, data)
    seconds = {name: [] for name in steps}
    for number in range(
        arguments.rounds + 1
    ):  # the first to compile and to grow the memory
        for name, step in steps.items():
            started = time.perf_counter()
            for batch in batches[: None if number else 20]:
                step(*batch)
            seconds[name] += [time.perf_counter() - started] if number else []
            print(
                name,
                number,
                round(time.perf_counter() - started, 2),
                file=sys.stderr,
                flush=True,
            )
    print(
        json.dumps(
            {
                "seconds": {name: median(values) for name, values in seconds.items()},
                "examples": sum(len(y) for _, y in batches),
                "tokens": int(sum((t != 0).sum() for t, _ in batches)),
                "padded": sum(t.size for t, _ in batches),
            }
        )
    )


def contenders(config, data) -> dict:
    """name -> training step on (tokens, labels)."""
    from seqzoo.layers import to_stock
    from seqzoo.recipes import sentiment

    model = sentiment.build(config, data)
    stock, lazy = to_stock(model), sentiment.build(config, data)
    return {
        "seqzoo": keras_step(config, model, "adam"),
        "lazy": keras_step(config, lazy, "lazy_adam"),
        "keras": keras_step(config, stock, "adam"),
        "torch": torch_step(config, data),
    }


def keras_step(config, model, optimizer: str):
    """The recipe's step, as `seqzoo.training.run` compiles it."""
    import tensorflow as tf

    from seqzoo.optimizers import OPTIMIZERS
    from seqzoo.tasks.classification import training as classification

    optimizer = OPTIMIZERS[optimizer](
        config.learning_rate, global_clipnorm=config.clip_norm
    )
    optimizer.build(model.trainable_variables)

    @tf.function(
        input_signature=[
            (tf.TensorSpec((None, None), tf.int32), tf.TensorSpec((None,), tf.int32))
        ]
    )
    def step(batch):
        with tf.GradientTape() as tape:
            total, weight = classification.loss(config, model, batch)
            mean = total / weight
        gradients = tape.gradient(mean, model.trainable_variables)
        optimizer.apply(gradients)
        return mean

    return lambda tokens, labels: float(step((tokens, labels)))


def torch_step(config, data):
    """The same network, loss and update in PyTorch."""
    import torch
    from torch import nn

    embedding = nn.Embedding(len(data.vocabulary), config.embedding_dim)
    lstm = nn.LSTM(config.embedding_dim, config.units, batch_first=True, bidirectional=True)
    dense = nn.Linear(4 * config.units, len(data.labels))
    parameters = [p for module in (embedding, lstm, dense) for p in module.parameters()]
    optimizer = torch.optim.Adam(parameters, config.learning_rate, eps=1e-7)

    def kept(shape, share):
        return nn.functional.dropout(torch.ones(shape), share)

    def forward(tokens):
        mask = (tokens != 0)[:, :, None]
        x = embedding(tokens)
        x = x * kept((*x.shape[:2], 1), config.token_dropout)
        x = x * kept((x.shape[0], 1, x.shape[2]), config.embedding_dropout)
        x = lstm(x)[0]
        highest = x.masked_fill(~mask, -1e4).max(1).values
        mean = (x * mask).sum(1) / mask.sum(1)
        return dense(nn.functional.dropout(torch.cat([highest, mean], 1), config.dropout))

    def step(tokens, labels):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(
            forward(torch.from_numpy(tokens).long()), torch.from_numpy(labels).long()
        )
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, config.clip_norm)
        optimizer.step()
        return loss.item()

    return step


if __name__ == "__main__":
    main()
