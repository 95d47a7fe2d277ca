"""A network on ONNX Runtime: a graph, and weights from a file beside it."""

import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from seqzoo.engine.graph_file import GraphFile, Stored
from seqzoo.errors import InputError
from seqzoo.system.cores import cores

VARIABLE = "SEQZOO_THREADS"
MOST_THREADS = 1024
QUIET = 4  # of ONNX Runtime's log: what fails is raised
EXPONENT = 0x7C00  # its bits in a float16
BLOCK = 2**17  # of numbers, which stay in the cache


def threads() -> int:
    """How many threads a network may use: `SEQZOO_THREADS`, or one for each core.

    Raises:
        InputError: if the variable is no number of threads.
    """
    given = os.environ.get(VARIABLE, "0")
    if not (given.isascii() and given.isdecimal()) or int(given) > MOST_THREADS:
        raise InputError(
            f"{VARIABLE}: expected a whole number, 0 to {MOST_THREADS}; got {given!r}"
        )
    return int(given) or cores()


def use_threads(count: int | None) -> None:
    """Let networks that are loaded from now on use so many threads; None: as they did.

    Raises:
        InputError: if that is no number of threads.
    """
    if count is None:
        return
    if not 1 <= count <= MOST_THREADS:
        raise InputError(f"threads: expected 1 to {MOST_THREADS}; got {count}")
    os.environ[VARIABLE] = str(count)


class Network:
    """A network that runs; safe to use from many threads.

    Args:
        graph: whose weights lie elsewhere.
        weights: name -> array, of which the graph takes what it names; or the bytes of the file, where the
            graph says at which place each array is (`GraphFile.placed`).
        location: the file that the weights are from; the graph may name no other.
        where: of the graph, for errors.
        inner: threads of one run; None: as many as `threads` says. Of a small network one is as fast.

    Attributes:
        where: the same.
        inner: threads of one run.
        inputs: names of the inputs -> the size of the last axis; None if that is open.
        outputs: the same of the outputs.

    Raises:
        InputError: if ONNX Runtime refuses the graph, or the weights are another network's.
    """

    def __init__(
        self,
        graph: GraphFile,
        weights: Mapping[str, np.ndarray] | bytes,
        location: str,
        where: str = "graph",
        inner: int | None = None,
    ):
        most = (
            threads()
        )  # a wrong number is an error of each network, whatever its own threads
        self.where, self.inner = where, most if inner is None else inner
        try:
            arrays = {
                name: _fitting(name, stored, weights, location)
                for name, stored in graph.stored.items()
            }
            self._session = _session(graph.content, arrays, self.inner)
        except InputError as error:
            raise InputError(f"{where}: {error}") from None
        # ONNX Runtime does not copy them: they have to live as long as the session.
        self._arrays = arrays
        try:
            self.inputs = {x.name: _last(x.shape) for x in self._session.get_inputs()}
            self.outputs = {x.name: _last(x.shape) for x in self._session.get_outputs()}
        except UnicodeDecodeError as error:
            raise InputError(f"{where}: a name of an axis in a graph: {error}") from error

    def run(self, given: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """The network's outputs by name, as new arrays.

        Args:
            given: an array for each of `inputs`; others are left out.

        Raises:
            InputError: if ONNX Runtime can't run the graph on them: a graph that does not fit its model,
                or more memory than there is.
        """
        feed = {name: given[name] for name in self.inputs}
        try:
            results = self._session.run(list(self.outputs), feed)
        except Exception as error:  # ONNX Runtime's own classes have no common one
            raise InputError(f"{self.where}: {_refused(error)}") from error
        return dict(zip(self.outputs, results, strict=True))


def _session(graph: bytes, arrays: Mapping[str, np.ndarray], count: int) -> Any:
    """ONNX Runtime's session, of so many threads, of a graph that `GraphFile` has looked over.

    Raises:
        InputError: if ONNX Runtime can't run the graph.
    """
    import onnxruntime

    values = map(onnxruntime.OrtValue.ortvalue_from_numpy, arrays.values())
    options = onnxruntime.SessionOptions()
    options.add_external_initializers(list(arrays), list(values))
    # Left to itself, ONNX Runtime binds its threads to cores, where others may be busy.
    options.intra_op_num_threads = count
    options.inter_op_num_threads = 1
    options.log_severity_level = QUIET
    # Threads that wait by spinning take the core from whoever else could use it. While a network runs, the
    # next piece of work comes sooner than a thread could be woken: there alone they spin.
    options.add_session_config_entry("session.intra_op.allow_spinning", "1")
    options.add_session_config_entry("session.force_spinning_stop", "1")
    try:
        # Its fallback tries a graph that fails once more, and prints four lines among the answers.
        return onnxruntime.InferenceSession(
            graph, options, providers=["CPUExecutionProvider"], enable_fallback=0
        )
    except Exception as error:  # ONNX Runtime's own classes have no common one
        raise InputError(_refused(error)) from error


def _refused(error: Exception) -> str:
    """What ONNX Runtime says, as one line."""
    return f"ONNX Runtime can't run it: {' '.join(str(error).split())[:300]}"


def _last(shape: list[Any]) -> int | None:
    """The size of the last axis, if it is fixed."""
    return shape[-1] if shape and isinstance(shape[-1], int) else None


def _fitting(
    name: str, stored: Stored, weights: Mapping[str, np.ndarray] | bytes, location: str
) -> np.ndarray:
    """The weights of a name, as the graph wants them.

    Raises:
        InputError: if there are none, of another shape, or such as are no finite numbers.
    """
    short = name[:80]
    if stored.location != location:
        raise InputError(
            f"{short}: weights in {stored.location[:80]!r}; expected {location}"
        )
    if isinstance(weights, bytes):
        try:
            array = stored.view(weights)
        except InputError as error:
            raise InputError(f"{short}: {error}") from None
    elif name in weights:
        array = weights[name]
    else:
        raise InputError(f"{short}: {location} has no weights of that name")
    if array.shape != stored.shape:
        raise InputError(f"{short}: expected {stored.shape}; the weights are {array.shape}")
    if not _finite(array):
        raise InputError(f"{short}: weights that are no finite numbers")
    return np.ascontiguousarray(array, stored.dtype)


def _finite(array: np.ndarray) -> bool:
    """Whether all numbers are finite."""
    if array.dtype != np.float16:
        return bool(np.isfinite(array).all())
    # NumPy would convert halves one by one. Of what is infinite or no number all exponent bits are set.
    bits = array.reshape(-1).view(np.uint16)
    blocks = (bits[start : start + BLOCK] for start in range(0, len(bits), BLOCK))
    return all((block & EXPONENT).max() < EXPONENT for block in blocks)
