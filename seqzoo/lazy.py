"""What is imported when it is first asked for: names of a module (PEP 562), and tables of things by name.

A place is written "module:attribute", as entry points write it.
"""

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any


def found(place: str) -> Any:
    """What is at a place, imported.

    Args:
        place: "module:attribute".
    """
    module, _, attribute = place.partition(":")
    return getattr(importlib.import_module(module), attribute)


def places(module: str, *names: str, **renamed: str) -> dict[str, str]:
    """Where names of a module are: name -> "module:attribute".

    Args:
        module: its name.
        names: its own names.
        renamed: new name -> its own name.
    """
    own = dict(zip(names, names, strict=True)) | renamed
    return {name: f"{module}:{attribute}" for name, attribute in own.items()}


class _Package(ModuleType):
    """A package that has functions of the names of its own modules, as `models.classifier`."""

    __all__: Sequence[str] = ()

    def __setattr__(self, name: str, value: Any) -> None:
        # Importing a module binds it in its package; a public function must not be hidden by that.
        if not (isinstance(value, ModuleType) and name in self.__all__):
            super().__setattr__(name, value)


def names(
    module: str, places: Mapping[str, str]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """The `__getattr__` and `__dir__` of a module that has some names without importing what they name.

    Args:
        module: its name; it has an `__all__`, and asks for this below it.
        places: name -> where it is. The module's `__getattr__` is asked once for each.
    """
    asking = sys.modules[module]
    asking.__class__ = _Package

    def get(name: str) -> Any:
        if name not in places:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        value = found(places[name])
        setattr(asking, name, value)
        return value

    def public() -> list[str]:
        special = (n for n in vars(asking) if n.startswith("__") and n.endswith("__"))
        return sorted({*special, *getattr(asking, "__all__", places)})

    return get, public


class Table(Mapping[str, Any]):
    """Things by name, each imported when it is first asked for; the names are there before.

    Args:
        places: name -> where the thing is.

    Attributes:
        places: the same.
    """

    def __init__(self, places: Mapping[str, str]):
        self.places = dict(places)

    def __getitem__(self, name: str) -> Any:
        return found(self.places[name])

    def __contains__(self, name: object) -> bool:
        return name in self.places

    def __iter__(self) -> Iterator[str]:
        return iter(self.places)

    def __len__(self) -> int:
        return len(self.places)


def after(module: str, then: Callable[[], object]) -> None:
    """Call a function as soon as a module is imported: at once if it is already.

    Args:
        module: name of a package at the top.
        then: the function.
    """
    if module in sys.modules:
        then()
    else:
        sys.meta_path.insert(0, _Watch(module, then))


class _Watch(importlib.abc.MetaPathFinder):
    """Finds a module as the others would, and has it loaded by `_Loader`."""

    def __init__(self, module: str, then: Callable[[], object]):
        self._module, self._then = module, then
        self._asking = False  # the others, which this one is among

    def find_spec(
        self, fullname: str, path: Any = None, target: Any = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The module's specification; None for any other name."""
        if fullname != self._module or self._asking:
            return None
        self._asking = True
        try:
            spec = importlib.util.find_spec(fullname)
        finally:
            self._asking = False
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader, self._end)
        return spec

    def _end(self) -> None:
        sys.meta_path.remove(self)
        self._then()


class _Loader(importlib.abc.Loader):
    """Loads as another loader does, then calls a function."""

    def __init__(self, loader: Any, then: Callable[[], object]):
        self._loader, self._then = loader, then

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        """As the other loader creates it."""
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """As the other loader runs it; the module then knows that loader alone."""
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        self._then()
