"""The reader of exported taggers, which stands alone, as a module."""

import importlib.util
import sys
from types import ModuleType

from seqzoo.tasks import task_of

PATH = task_of("entities").folder / "reader.py"


def _reader():
    """The taggers' `reader.py`, with stand-ins for what lies beside it in an export."""
    beside = {"lines": ModuleType("lines"), "runtime": ModuleType("runtime")}
    beside["lines"].answer = beside["runtime"].Network = None
    before = {name: sys.modules.get(name) for name in beside}
    sys.modules.update(beside)
    try:
        spec = importlib.util.spec_from_file_location("tagging_reader", PATH)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        for name, old in before.items():
            sys.modules.pop(name)
            if old is not None:
                sys.modules[name] = old
    return module


tagging_reader = _reader()
