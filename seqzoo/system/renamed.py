"""Old names of modules, for one release: an import by one finds the new module, with a warning."""

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
import types
import warnings
from typing import Any

PACKAGE = "seqzoo"


def _warn(message: str) -> None:
    """Warn whoever uses an old name: Python shows a `DeprecationWarning` only where it is of `__main__`.

    Between that code and this lie frames of `importlib` and of the package, as many as the import has steps.
    """
    frame: types.FrameType | None = sys._getframe(1)
    while frame is not None and _is_between(frame):
        frame = frame.f_back
    if frame is None:
        warnings.warn(message, DeprecationWarning, stacklevel=2)
        return
    warnings.warn_explicit(
        message,
        DeprecationWarning,
        filename=frame.f_code.co_filename,
        lineno=frame.f_lineno,
        module=frame.f_globals.get("__name__", "<unknown>"),
        registry=frame.f_globals.setdefault("__warningregistry__", {}),
    )


def _is_between(frame: types.FrameType) -> bool:
    path, name = frame.f_code.co_filename, frame.f_globals.get("__name__", "")
    return (
        path.startswith("<frozen importlib")
        or name.partition(".")[0] == "importlib"
        or f"{name}.".startswith(f"{PACKAGE}.")
    )


class _Renamed(types.ModuleType):
    """Stands for a module that has moved: it looks a name up in the modules that have its parts now."""

    def __init__(self, name: str, places: tuple[str, ...]):
        super().__init__(name)
        self._places = places

    def __getattr__(self, name: str):
        if name.startswith("__"):
            raise AttributeError(name)
        for place in self._places:
            module = importlib.import_module(f"{PACKAGE}.{place}")
            if not hasattr(module, name):
                continue
            value = getattr(module, name)
            if len(self._places) > 1:  # its import could not say which of them it is
                defined = isinstance(value, type | types.FunctionType)
                home = value.__module__ if defined else module.__name__
                _warn(f"{self.__name__}.{name} is {home}.{name} now")
            return value
        raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")


class _Loader(importlib.abc.InspectLoader):
    def __init__(self, places: tuple[str, ...]):
        self._places = places

    def create_module(self, spec):
        return _Renamed(spec.name, self._places)

    def exec_module(self, module):
        first = f"{PACKAGE}.{self._places[0]}"
        if (found := importlib.util.find_spec(first)).submodule_search_locations:
            module.__path__ = list(found.submodule_search_locations)
        *others, last = (f"{PACKAGE}.{place}" for place in self._places)
        parts = f"its parts are in {', '.join(others)} and {last}"
        _warn(f"{module.__name__} has moved; {parts if others else f'it is {last}'} now")

    def get_code(self, fullname):
        """For `python -m OLD`: the code of the new module."""
        first = f"{PACKAGE}.{self._places[0]}"
        print(
            f"{fullname} has moved: python -m {first.removesuffix('.__main__')}",
            file=sys.stderr,
        )
        return importlib.util.find_spec(first).loader.get_code(first)

    def get_source(self, fullname):
        return None

    def is_package(self, fullname):
        return bool(
            importlib.util.find_spec(
                f"{PACKAGE}.{self._places[0]}"
            ).submodule_search_locations
        )


class Finder(importlib.abc.MetaPathFinder):
    """Finds modules under their old names.

    Args:
        table: old name -> new names, the package's own name left out of both.
    """

    def __init__(self, table: dict[str, tuple[str, ...]]):
        self._table = table

    def find_spec(
        self, fullname: str, path: Any = None, target: Any = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The specification of a module by its former name; None for any other name."""
        places = self._table.get(fullname.removeprefix(f"{PACKAGE}."))
        if places is None or not fullname.startswith(f"{PACKAGE}."):
            return None
        loader = _Loader(places)
        return importlib.machinery.ModuleSpec(
            fullname, loader, is_package=loader.is_package(fullname)
        )
