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
            if hasattr(module, name):
                return getattr(module, name)
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
        warnings.warn(
            f"{module.__name__} has moved; it is {first} now",
            DeprecationWarning,
            stacklevel=2,
        )

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
