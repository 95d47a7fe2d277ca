"""TensorFlow's start, without the lines with which it greets everyone."""

import contextlib
import importlib
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from seqzoo.system import error_stream

NVIDIA = Path("/dev/nvidiactl")  # the driver's device
# What TensorFlow 2.21 writes at every start; of a GPU that is there, a failure is told.
NOISE = (
    r"All log messages before absl::InitializeLog\(\) is called",
    r"cudart_stub\.cc.*Could not find cuda drivers on your machine",
    r"cpu_feature_guard\.cc.*This TensorFlow binary is optimized",
    r"To enable the following instructions: ",
    r"Unable to register cu(DNN|FFT|BLAS) factory",
    r"computation_placer\.cc.*computation placer already registered",
    r"oneDNN custom operations are on",
)
NO_GPU = (r"failed call to cuInit: ", r"TF-TRT Warning: Could not find TensorRT")


def start_tensorflow() -> None:
    """Import Keras and TensorFlow and look for devices, where Keras computes on TensorFlow.

    The lines of `NOISE` are dropped; whatever else is written meanwhile reaches the error stream afterwards.
    """
    if "tensorflow" in sys.modules:
        return
    with _filtered():
        keras = importlib.import_module("keras")
        if keras.backend.backend() == "tensorflow":
            importlib.import_module("tensorflow").config.list_physical_devices()


def of_use(line: str) -> bool:
    """Whether a line on the error stream is none of those that come at every start."""
    patterns = NOISE if NVIDIA.exists() else NOISE + NO_GPU
    return not any(re.search(pattern, line) for pattern in patterns)


@contextlib.contextmanager
def _filtered() -> Iterator[None]:
    """Inside, the error stream goes to a file; afterwards its lines of use go where they should have."""
    if not error_stream.is_open():  # nothing to filter, and the file would take its place
        yield
        return
    with tempfile.TemporaryFile() as file:
        try:
            with error_stream.redirected(file.fileno()):
                yield
        finally:
            _replay(file)


def _replay(file: IO[bytes]) -> None:
    """Write the lines of use of a file to the error stream."""
    file.seek(0)
    for line in file:
        if of_use(line.decode("utf-8", "replace")):
            os.write(error_stream.DESCRIPTOR, line)
