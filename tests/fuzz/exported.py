"""The reader of exported taggers, which stands alone, as a module."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import seqzoo.export

FOLDER = Path(seqzoo.export.__file__).parent / "readers"


def _reader():
    """`tagging.py`, with stand-ins for what lies beside it in an export."""
    beside = {"lines": ModuleType("lines"), "runtime": ModuleType("runtime")}
    beside["lines"].answer = beside["runtime"].Network = None
    before = {name: sys.modules.get(name) for name in beside}
    sys.modules.update(beside)
    try:
        spec = importlib.util.spec_from_file_location("tagging_reader", FOLDER / "tagging.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        for name, old in before.items():
            sys.modules.pop(name)
            if old is not None:
                sys.modules[name] = old
    return module


tagging_reader = _reader()
