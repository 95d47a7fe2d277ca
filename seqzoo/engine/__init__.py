"""Run an artifact's networks on ONNX Runtime and NumPy; neither Keras nor TensorFlow is imported."""

from seqzoo.engine.graph_file import GraphFile
from seqzoo.engine.network import Network, threads, use_threads
from seqzoo.engine.parallel import for_each

__all__ = ["GraphFile", "Network", "for_each", "threads", "use_threads"]
