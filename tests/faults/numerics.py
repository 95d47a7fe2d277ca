"""Padding, batches and order change no answer; a seed fixes the weights; a NaN is noticed at once.

    python -m tests.faults.numerics [--cells gru,lstm] [--what rows,seeds,nan,precision]

rows: for every builder and cell, 64 rows of random lengths one by one against batches of 1 to 64 of them
in random order with 0 to 50 columns of padding. seeds: each recipe twice. nan: a weight turns NaN.
precision: a classifier by plain `fit` in float32 and in mixed_bfloat16, three seeds each.
"""

import argparse
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from tests.faults.damage import TINY, begun, trained
from tests.faults.kill_training import same

ROWS, LONGEST, VOCABULARY, PADDING = 64, 12, 30, 50
TOLERANCE = 1e-5


def built(builder: str, cell: str):
    """A small model, and a function of ids (rows, time) that gives (rows, time or 1, size) of it."""
    from seqzoo import models

    if builder == "classifier":
        model = models.classifier(
            VOCABULARY, 3, cell=cell, units=6, embedding_dim=5, pooling="max_mean"
        )
        return lambda ids: model(ids, training=False)[:, None]
    if builder == "tagger":
        model = models.tagger(
            VOCABULARY, 4, tags="BMES", scheme="BMES", cell=cell, units=6, embedding_dim=5
        )
        emissions = models.emissions_of(model)
        return lambda ids: emissions(ids, training=False)
    if builder == "language_model":
        network = models.stateless_of(
            models.language_model(VOCABULARY, cell=cell, units=6, embedding_dim=6)
        )
        first = models.first_states
        names = [name for name in network.input if name.startswith("state_")]
        return lambda ids: network(
            {"tokens": ids, **dict(zip(names, first(network, len(ids)), strict=True))},
            training=False,
        )["logits"]
    model = models.translator(VOCABULARY, VOCABULARY, cell=cell, units=6, embedding_dim=5)
    return lambda ids: model([ids, ids], training=False)


def apart(builder: str, cell: str, batches: int, seed: int = 0) -> tuple[float, int]:
    """The largest difference between rows alone and in padded, shuffled batches; how many labels differ."""
    import keras

    keras.utils.set_random_seed(seed)
    draw = np.random.default_rng(seed)
    lengths = draw.integers(1, LONGEST, ROWS)
    rows = [draw.integers(4, VOCABULARY, n).astype(np.int32) for n in lengths]
    network = built(builder, cell)
    alone = [np.asarray(network(keras.ops.convert_to_tensor(row[None])))[0] for row in rows]
    largest, labels = 0.0, 0
    for number in range(batches):
        count = (1, ROWS)[number] if number < 2 else int(draw.integers(1, ROWS + 1))
        chosen = draw.permutation(ROWS)[:count]
        padding = (0, PADDING)[number] if number < 2 else int(draw.integers(0, PADDING + 1))
        ids = np.zeros((count, lengths[chosen].max() + padding), np.int32)
        for place, row in enumerate(chosen):
            ids[place, : lengths[row]] = rows[row]
        found = np.asarray(network(keras.ops.convert_to_tensor(ids)))
        for place, row in enumerate(chosen):
            expected = alone[row]
            got = found[place, : len(expected)]
            largest = max(largest, float(np.abs(expected - got).max()))
            labels += int((expected.argmax(-1) != got.argmax(-1)).sum())
    return largest, labels


def rows(cells, batches: int) -> int:
    """Print `apart` of every builder and cell; how many are at fault."""
    bad, worst = 0, 0.0
    for cell in cells:
        for builder in ("classifier", "tagger", "language_model", "translator"):
            largest, labels = apart(builder, cell, batches)
            worst, fault = max(worst, largest), largest > TOLERANCE or labels
            bad += bool(fault)
            if fault:
                print(
                    f"{builder}, {cell}: {largest:.1e} apart, {labels} labels differ",
                    flush=True,
                )
    print(
        f"rows: {len(cells)} cells, 4 builders: at most {worst:.1e} apart; {bad} at fault",
        flush=True,
    )
    return bad


def seeds() -> int:
    """Train each recipe twice; how many differ."""
    bad = 0
    for recipe in TINY:
        with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
            equal = same(trained(recipe, Path(one)), trained(recipe, Path(other)))
        bad += not equal
        print(f"seeds: {recipe}: {'equal' if equal else 'not equal'}", flush=True)
    return bad


def poisoned(recipe: str, folder: Path) -> str:
    """What a training says in which a weight turns NaN before the third step."""
    from seqzoo.system.interrupts import Interrupts
    from seqzoo.training.loop import Trainer

    module, before = begun(recipe, trained(recipe, folder))
    config = replace(before, epochs=9, seed=1)
    data = module.load(config, folder / recipe / "state" / "data")
    trainer = Trainer(module, config, data, folder / "new.npz", Interrupts())
    step, count = trainer.step, [0]

    def poisoning(*batch):
        count[0] += 1
        if count[0] == 3:
            weight = trainer.model.trainable_variables[-1]
            weight.assign(np.full(weight.shape, np.nan))
        return step(*batch)

    trainer.step = poisoning
    try:
        trainer.run()
    except Exception as error:
        return f"{type(error).__name__} after step {count[0]}: {error}"
    return "nothing"


def nan() -> int:
    """`poisoned` for each recipe; how many did not say so in that very step."""
    bad = 0
    for recipe in TINY:
        with tempfile.TemporaryDirectory() as folder:
            said = poisoned(recipe, Path(folder))
        bad += not said.startswith("TrainingError after step 3: step 3 ")
        print(f"nan: {recipe}: {said[:150]}", flush=True)
    return bad


def fitted(policy: str, seed: int) -> float:
    """Accuracy on held-out rows of a classifier that `fit` has trained under a dtype policy."""
    import keras

    from seqzoo import models

    keras.config.set_dtype_policy(policy)
    keras.utils.set_random_seed(seed)
    draw = np.random.default_rng(7)
    ids = draw.integers(4, 200, (3000, 20)).astype(np.int32)
    labels = (
        np.isin(ids, np.arange(4, 40)).sum(1) > np.isin(ids, np.arange(40, 76)).sum(1)
    ).astype(np.int32)
    model = models.classifier(200, 2, cell="gru", units=16, embedding_dim=16, dropout=0.2)
    model.compile(
        keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    model.fit(ids[:2000], labels[:2000], batch_size=32, epochs=4, verbose=0)
    keras.config.set_dtype_policy("float32")
    return float(model.evaluate(ids[2000:], labels[2000:], verbose=0)[1])


def precision() -> int:
    """Three seeds each; whether mixed_bfloat16's mean is below float32's by more than the seeds' spread."""
    found = {
        policy: [fitted(policy, seed) for seed in range(3)]
        for policy in ("float32", "mixed_bfloat16")
    }
    for policy, scores in found.items():
        print(f"precision: {policy}: {', '.join(f'{s:.4f}' for s in scores)}", flush=True)
    plain, mixed = found["float32"], found["mixed_bfloat16"]
    spread = max(max(plain) - min(plain), max(mixed) - min(mixed))
    return int(np.mean(mixed) < np.mean(plain) - spread)


def main() -> int:
    from seqzoo.layers import CELLS

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cells", default=",".join(CELLS), help="default: all")
    parser.add_argument("--batches", type=int, default=20, help="of a builder and cell")
    parser.add_argument("--what", default="rows,seeds,nan,precision")
    given = parser.parse_args()
    checks = {"rows": lambda: rows(given.cells.split(","), given.batches), "seeds": seeds, "nan": nan,
              "precision": precision}  # fmt: skip
    return int(bool(sum(checks[what]() for what in given.what.split(","))))


if __name__ == "__main__":
    sys.exit(main())
