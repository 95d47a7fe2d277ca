"""What tests of the tasks here need: the tasks declared, a model of each, sounds and pictures."""

import contextlib
import importlib.metadata
import io
import wave
from collections.abc import Iterator
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

from seqzoo import artifact, models
from seqzoo.layers import to_stock
from seqzoo.system.files import write_json
from seqzoo.tasks import task_of
from tests.support.plugins import forget

PACKAGE = "tests.tasks.outside"


@contextlib.contextmanager
def declared() -> Iterator[None]:
    """The tasks here are known as those of an installed package."""
    point = importlib.metadata.EntryPoint("outside", PACKAGE, "seqzoo.tasks")

    def entry_points():
        return importlib.metadata.EntryPoints([point])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(importlib.metadata, "entry_points", entry_points)
        forget()
        yield
    forget()


def model(folder: Path, task: str) -> Path:
    """Write an untrained model of a task."""
    task_of(task).predictor_class()  # knows the builder
    from tests.tasks.outside.predictor import sequence_rater

    keras.utils.set_random_seed(1)
    network, staged = sequence_rater(), folder / ".staged"
    staged.mkdir(parents=True)
    to_stock(network).save(staged / "model.keras")
    about = {"recipe": "made", "task": task, "description": "nothing", "text": {}}
    built = models.described_for_use(network)
    write_json(staged / "config.json", about | {"config": {}, "model": built})
    artifact.commit(folder, staged)
    return folder


def wav(seconds: float = 0.5, height: float = 0.5, rate: int = 8000) -> bytes:
    """A tone as a WAV file of 16 bits."""
    time = np.arange(int(seconds * rate)) / rate
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        tone = height * np.sin(2 * np.pi * 440 * time)
        file.writeframes(np.round(32767 * tone).astype("<i2").tobytes())
    return content.getvalue()


def png(width: int = 6, height: int = 4, grey: int = 128) -> bytes:
    """A picture of one colour as a PNG file."""
    content = io.BytesIO()
    Image.new("RGB", (width, height), (grey, grey, grey)).save(content, "PNG")
    return content.getvalue()
