"""Whether this process was forked from one that had used TensorFlow.

A forked process has none of its parent's threads. TensorFlow waits for its own for ever, so what needs it
asks here first. What runs on the engine does not: ONNX Runtime is used with care for that.
"""

import os
import sys

from seqzoo.errors import InputError

_CONTEXT = "tensorflow.python.eager.context"  # no public name tells whether TensorFlow has started threads
_forked = False


def check_not_forked() -> None:
    """Refuse to compute with TensorFlow where it would wait for ever.

    Raises:
        InputError: if TensorFlow had been used before this process was forked.
    """
    if _forked:
        raise InputError(
            f"process {os.getpid()} was forked from one that had used TensorFlow, which cannot compute here: "
            'start processes by multiprocessing.get_context("spawn"), or load models after the fork'
        )


def _note() -> None:
    global _forked
    context = getattr(sys.modules.get(_CONTEXT), "_context", None)
    _forked = _forked or bool(getattr(context, "_initialized", context is not None))


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_note)
