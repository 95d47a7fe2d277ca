"""Train a sentiment model on two logical CPUs, run by `test_distribution` in a process of its own.

python -m tests.training.mirrored CORPUS FOLDER
"""

import sys
from pathlib import Path

import numpy as np
import tensorflow as tf

from seqzoo.recipes import sentiment
from seqzoo.system.interrupts import Interrupts
from seqzoo.training.distribution import ALONE, Mirrored
from seqzoo.training.loop import Trainer
from seqzoo.training.run import begin


def main(corpus: str, folder: str) -> None:
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(
        cpu, [tf.config.LogicalDeviceConfiguration()] * 2
    )
    config = sentiment.Config(
        data=corpus, minimum_count=1, epochs=2, units=4, embedding_dim=8, learning_rate=0.01, batch_size=31,
        dropout=0.0, embedding_dropout=0.0, token_dropout=0.0, adversarial=0.0, average=1,
    )  # fmt: skip
    weights = []
    for workers in (ALONE, Mirrored(["CPU:0", "CPU:1"])):
        begin(config)
        data = sentiment.load(config, Path(folder) / "data")
        trainer = Trainer(sentiment, config, data, None, Interrupts(), workers=workers)
        trainer.run()
        weights.append(trainer.model.get_weights())
    print(
        workers.count,
        max(
            np.abs(a - b).max()
            for a, b in zip(*weights, strict=True)
            if a.dtype.kind == "f"
        ),
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
