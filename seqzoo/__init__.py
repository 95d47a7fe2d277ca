"""A zoo of recurrent sequence models on Keras 3 and TensorFlow.

`seqzoo.load(NAME_OR_DIR).predict(["..."])` uses a trained model; `seqzoo.models` builds new ones;
`seqzoo.recipes` trains them. TensorFlow is imported when a model is first needed, not before.
"""

import importlib
import os

# TensorFlow greets every start with lines on CPU features, and oneDNN's kernels, which make results
# differ from machine to machine, with more. Whoever wants either sets the variable.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

__version__ = "0.1.0"
__all__ = ["InputError", "TrainingError", "Vocabulary", "diagnose", "load", "models"]

_PUBLIC = {
    "InputError": "seqzoo.errors",
    "TrainingError": "seqzoo.errors",
    "Vocabulary": "seqzoo.vocabulary",
    "diagnose": "seqzoo.diagnosis",
    "load": "seqzoo.predict",
}


def __getattr__(name: str):
    if name in _PUBLIC:
        return getattr(importlib.import_module(_PUBLIC[name]), name)
    if name == "models":
        return importlib.import_module("seqzoo.models")
    raise AttributeError(f"module 'seqzoo' has no attribute {name!r}")


def __dir__():
    return sorted([*globals(), *_PUBLIC, "models"])
