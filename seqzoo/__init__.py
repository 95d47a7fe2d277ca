"""A zoo of recurrent sequence models on Keras 3 and TensorFlow.

`seqzoo.load(NAME_OR_DIR).predict(["..."])` uses a trained model; `seqzoo.models` builds new ones;
`seqzoo.recipes` trains them. TensorFlow is imported when a model is first needed, not before.
"""

import importlib
import os
import sys

from seqzoo.system import renamed

# TensorFlow greets every start with lines on CPU features, and oneDNN's kernels, which make results
# differ from machine to machine, with more. Whoever wants either sets the variable.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

__version__ = "0.1.0"
__all__ = [
    "InputError",
    "TrainingError",
    "Vocabulary",
    "diagnose",
    "layers",
    "load",
    "models",
    "recipes",
]

_PUBLIC = {
    "InputError": "seqzoo.errors",
    "TrainingError": "seqzoo.errors",
    "Vocabulary": "seqzoo.text.vocabulary",
    "diagnose": "seqzoo.diagnosis",
    "load": "seqzoo.zoo",
}

_PACKAGES = ("layers", "models", "recipes")  # imported when they are first asked for

# Names of the first release -> where their parts are now. The next release drops them.
_MOVED = {
    "beam": ("bulk",),
    "bounds": ("decoding.bounds",),
    "checkpoint": ("training.checkpoint",),
    "classification": (
        "tasks.classification.training",
        "tasks.classification.data",
        "tasks.classification.inference",
    ),
    "cli": ("system.command_line", "training.command"),
    "distribution": ("training.distribution",),
    "foreign": ("artifact.foreign",),
    "heap": ("system.memory",),
    "input_pipeline": ("pipeline.encoded", "pipeline.batches"),
    "interrupts": ("system.interrupts",),
    "language_modelling": ("tasks.language.training",),
    "pages": ("reports.page",),
    "perplexity": ("tasks.language.inference", "tasks.language.adaptation"),
    "predict": ("zoo",),
    "predictors": (
        "tasks",
        "tasks.predictor",
        "tasks.streams",
        "tasks.classification.predictor",
        "tasks.language.predictor",
        "tasks.tagging.predictor",
        "tasks.translation.predictor",
    ),
    "progress": ("system.progress",),
    "recipes.long_memory": ("laboratory.__main__",),
    "report": ("reports.pictures", "reports.card"),
    "running_text": ("tasks.language.data",),
    "schemes": ("text.schemes",),
    "sequences": ("tasks.tagging.coder",),
    "storage": ("system.files",),
    "stream": ("pipeline.stream",),
    "subwords": ("text.subwords",),
    "tagger": ("tasks.tagging.inference",),
    "tagging": ("tasks.tagging.training", "tasks.tagging.data", "tasks.tagging.measure"),
    "torch_weights": ("convert.torch_weights",),
    "train": ("training.run",),
    "trainer": ("training.loop",),
    "translation": (
        "tasks.translation.training",
        "tasks.translation.data",
        "tasks.translation.measure",
    ),
    "translator": ("tasks.translation.inference",),
    "units": ("text.running",),
    "vocabulary": ("text.vocabulary",),
    "weights": ("artifact.weights",),
}
sys.meta_path.insert(
    0, renamed.Finder(_MOVED)
)  # before folders that an old checkout left behind


def __getattr__(name: str):
    if name in _PUBLIC:
        return getattr(importlib.import_module(_PUBLIC[name]), name)
    if name in _PACKAGES or name in _MOVED:
        return importlib.import_module(f"seqzoo.{name}")
    raise AttributeError(f"module 'seqzoo' has no attribute {name!r}")


def __dir__():
    special = (name for name in globals() if name.startswith("__") and name.endswith("__"))
    return sorted([*special, *__all__])
