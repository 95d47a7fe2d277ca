"""Translation: tokens trained on and sentences decoded a second, seqzoo beside JoeyNMT, the same sizes.

    python -m benchmarks.decoding [--threads 2]

    pip install joeynmt==2.3.0

Both: embeddings of 256, a bidirectional GRU encoder and a GRU decoder of 256, additive attention, the
output layer tied to the embeddings; 64 pairs of 20 and 20 tokens of 6,000, all made up. Training is a step of
Adam with dropout 0.3, label smoothing and clipping. Decoding is a beam of 5 for exactly 20 tokens:
both are told so, since made-up weights end anywhere. Once with input feeding, as JoeyNMT always has it, once
without, as the recipe has it. They take turns; medians.
"""

import argparse
import os
import tempfile
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from benchmarks.tables import alternate, markdown

BATCH, TIME, VOCABULARY, SIZE, BEAM = 64, 20, 6000, 256, 5


def data():
    """Source with `</s>`, target from `<s>` on, target up to `</s>`, int32 (BATCH, TIME)."""
    random = np.random.default_rng(0)
    source, target = random.integers(4, VOCABULARY, (2, BATCH, TIME), np.int32)
    source[:, -1] = 3
    first = np.full((BATCH, 1), 2, np.int32)
    return source, np.concatenate([first, target[:, :-1]], axis=1), target


def ours(attention: str, feeding: bool):
    """Functions that train a step and decode a batch."""
    import keras
    import tensorflow as tf

    from seqzoo import models
    from seqzoo.tasks.translation import training as translation
    from seqzoo.tasks.translation.inference import Search, Translating

    class Target:
        """Stands in the place of subwords."""

        def __len__(self):
            return VOCABULARY

        def decode(self, *_):
            return ""

    model = models.translator(
        VOCABULARY, VOCABULARY, units=SIZE, embedding_dim=SIZE, attention=attention,
        input_feeding=feeding, bridge="dense", tie_embeddings=True, dropout=0.3,
    )  # fmt: skip
    optimizer = keras.optimizers.Adam(1e-3, global_clipnorm=1.0)
    optimizer.build(model.trainable_variables)
    ids = tf.TensorSpec((None, None), tf.int32)
    config = translation.Settings(label_smoothing=0.1)

    @tf.function(input_signature=[ids, ids, ids])
    def step(source, given, following):
        with tf.GradientTape() as tape:
            total, weight = translation.loss(config, model, (source, given, following, 0.0))
            mean = total / weight
        variables = model.trainable_variables
        optimizer.apply_gradients(
            zip(tape.gradient(mean, variables), variables, strict=True)
        )
        return mean

    batch = data()
    text = {"reverse_source": False, "length_ratio": 1.0}
    networks = on_engine(models.encoder_of(model)), on_engine(models.step_of(model))
    at_work = Translating(*networks, None, Target(), text)
    search = Search(beam_size=BEAM, min_length=TIME, max_length=TIME)
    return lambda: float(step(*batch)), lambda: at_work(
        [("", ids) for ids in batch[0]], search
    )


def on_engine(network):
    """A network of a model that is not trained, as an artifact would have it."""
    from seqzoo.artifact import weights
    from seqzoo.engine import Network
    from seqzoo.export import graphs
    from seqzoo.layers import to_stock

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{network.name}.keras"
        to_stock(network).save(path)
        return Network(graphs.graph(network, path.name), weights.arrays(path), path.name)


def joey_model():
    """JoeyNMT's model."""
    from joeynmt.model import build_model
    from joeynmt.vocabulary import Vocabulary

    special = SimpleNamespace(unk_token="<unk>", pad_token="<pad>", bos_token="<s>", eos_token="</s>",
                              sep_token=None, unk_id=0, pad_id=1, bos_id=2, eos_id=3, sep_id=None,
                              lang_tags=[])  # fmt: skip
    vocabulary = Vocabulary([str(n) for n in range(VOCABULARY - 4)], special)
    side = {"rnn_type": "gru", "embeddings": {"embedding_dim": SIZE, "dropout": 0.3}, "dropout": 0.3,
            "num_layers": 1, "type": "recurrent"}  # fmt: skip
    model = build_model(
        {
            "tied_softmax": True, "tied_embeddings": False,
            "encoder": {**side, "hidden_size": SIZE // 2, "bidirectional": True},
            "decoder": {**side, "hidden_size": SIZE, "attention": "bahdanau", "init_hidden": "bridge",
                        "hidden_dropout": 0.3, "input_feeding": True},
        },
        vocabulary, vocabulary,
    )  # fmt: skip
    model.loss_function = ("crossentropy", 0.1)
    return model


def joey_batch():
    """The same pairs for JoeyNMT, whose targets have `<s>` and `</s>` both."""
    import torch
    from joeynmt.batch import Batch

    source, _, target = data()
    end = np.full((BATCH, 1), 3, np.int32)
    whole = np.concatenate([np.full((BATCH, 1), 2, np.int32), target[:, :-1], end], axis=1)
    return Batch(
        torch.tensor(source, dtype=torch.long), torch.full((BATCH,), TIME), None,
        torch.tensor(whole, dtype=torch.long), None, torch.arange(BATCH), torch.device("cpu"),
        pad_index=1, eos_index=3, is_train=True,
    )  # fmt: skip


def joey():
    """`ours`, of JoeyNMT."""
    import torch
    from joeynmt.search import search

    model, batch = joey_model(), joey_batch()
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)

    def train():
        model.train()
        optimizer.zero_grad()
        total, *_ = model(return_type="loss", **vars(batch))
        (total / batch.ntokens).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()

    def decode():
        model.eval()
        search(model, batch, TIME, BEAM, 0.0, min_output_length=TIME)

    return train, decode


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each turn")
    parsed = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: parsed.threads])
    import torch

    from seqzoo.system.memory import keep_freed_memory

    torch.set_num_threads(parsed.threads)
    keep_freed_memory()  # for both: it is the process' own
    ways = {
        "seqzoo, as in the recipe": ours("bahdanau", False),
        "seqzoo, input feeding": ours("bahdanau", True),
        "JoeyNMT 2.3": joey(),
    }
    lines = [[name] for name in ways]
    for number, amount in ((0, BATCH * TIME), (1, BATCH)):
        times = alternate(
            {n: way[number] for n, way in ways.items()}, parsed.rounds, parsed.seconds
        )
        peer = times["JoeyNMT 2.3"]
        for line, name in zip(lines, ways, strict=True):
            line += [f"{1000 * amount / times[name]:,.0f}", f"{peer / times[name]:.2f}"]
    columns = ["", "trained tokens/s", "ratio", "beam-5 sentences/s", "ratio"]
    print(markdown(columns, lines))


if __name__ == "__main__":
    main()
