"""The reader of exported taggers, which stands alone, as a module."""

import importlib.util
import sys
from types import ModuleType

from seqzoo.tasks import task_of

FOLDER = task_of("entities").folder


def _module(name, file, **beside):
    """A file of the taggers' folder as a module, with what lies beside it in an export."""
    before = {name: sys.modules.get(name) for name in beside}
    sys.modules.update(beside)
    try:
        spec = importlib.util.spec_from_file_location(name, FOLDER / file)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        for name, old in before.items():
            sys.modules.pop(name)
            if old is not None:
                sys.modules[name] = old
    return module


dictionary = _module("tagging_dictionary", "reader_dictionary.py")
marks = _module("tagging_marks", "reader_marks.py", dictionary=dictionary)
_lines, _runtime = ModuleType("lines"), ModuleType("runtime")
_lines.answer = _runtime.Network = None
tagging_reader = _module(
    "tagging_reader",
    "reader.py",
    lines=_lines,
    runtime=_runtime,
    marks=marks,
    dictionary=dictionary,
)
