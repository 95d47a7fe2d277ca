"""A recognizer of a single direction with weights of chance, and sounds for it."""

from pathlib import Path

import keras

from seqzoo import artifact, models
from seqzoo.datasets.audio.front_end import FrontEnd
from seqzoo.layers import to_stock
from seqzoo.system.files import write_json, write_lines
from seqzoo.tasks import task_of
from seqzoo.tasks.speech import naive, symbols, words

LETTERS = ["", " ", *"abcdefghij"]


def recognizer(folder: Path) -> Path:
    """Write an untrained recognizer that hears a sound as it comes."""
    task = task_of("speech")
    front_end = FrontEnd(normalize="running", deltas=0, rate=8000)
    keras.utils.set_random_seed(1)
    network = models.recognizer(
        front_end.size, len(LETTERS), units=8, num_layers=1, bidirectional=False
    )
    staged = folder / ".staged"
    staged.mkdir(parents=True)
    to_stock(network).save(staged / "model.keras")
    task.write_graphs(staged, network)
    symbols.save(staged / symbols.FILE, LETTERS)
    words.count(staged / words.FILE, ["a bad cab", "a hid bag"])
    write_lines(staged / naive.FILE, ["a bad cab"])
    text = {"front_end": front_end.to_json(), "lowercase": True}
    about = {"recipe": "speech", "task": "speech", "description": "nothing", "text": text}
    built = models.described_for_use(network)
    write_json(staged / "config.json", about | {"config": {}, "model": built})
    artifact.commit(folder, staged)
    return folder
