"""Run an artifact's networks on ONNX Runtime and NumPy; neither Keras nor TensorFlow is imported."""

from seqzoo.engine.graph_file import GraphFile
from seqzoo.engine.network import Network, threads, use_threads
from seqzoo.engine.parallel import ROWS, SPREAD, for_each, for_groups

__all__ = [
    "ROWS",
    "SPREAD",
    "GraphFile",
    "Network",
    "for_each",
    "for_groups",
    "threads",
    "use_threads",
]
