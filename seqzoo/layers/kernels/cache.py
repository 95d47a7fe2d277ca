"""The cache of compiled code on disk: made of the sources at hand, and whole, or else made anew.

Numba looks at the time stamp of a function's own file alone, but compiles into it what it calls from other
files. A file of its cache that is cut off makes each call raise, one with a flipped bit can end the process,
and a write that stopped between a function's two files leaves old code under a new stamp.
"""

import hashlib
import logging
import pickle
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from numba.core.caching import (
    CompileResultCacheImpl,
    FunctionCache,
    IndexDataCacheFile,
    InTreeCacheLocator,
    UserProvidedCacheLocator,
    UserWideCacheLocator,
)

log = logging.getLogger("seqzoo")


@cache
def sources() -> str:
    """A hash of all files that kernels are compiled from."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


class _Files(IndexDataCacheFile):
    """A function's files: an index, and a file of code for each signature, which begins with its hash."""

    def save(self, key, data):
        super().save(key, (repr(key), data))

    def load(self, key):
        """What was saved under the key, or None.

        Raises:
            ValueError: if that is another's, of other sources or not whole; other errors are pickle's.
        """
        found = super().load(key)
        if found is None:
            return None
        of, data = found
        if of != repr(key):
            raise ValueError("it is that of another signature")
        return data

    def _save_data(self, name, data):
        content = self._dump(data)
        with self._open_for_write(self._data_path(name)) as file:
            file.write(self._hash(content) + content)

    def _load_data(self, name):
        found = Path(self._data_path(name)).read_bytes()
        size = hashlib.sha256().digest_size
        if found[:size] != self._hash(found[size:]):
            raise ValueError("it is not whole, or of other sources")
        return pickle.loads(found[size:])

    def _hash(self, content: bytes) -> bytes:
        return hashlib.sha256(self._source_stamp.encode() + content).digest()


class _Places(CompileResultCacheImpl):
    """Where the files are: in `NUMBA_CACHE_DIR`, else in the user's folder of caches.

    Numba would take the package's own folder first. pip leaves what it did not write there when it
    removes a package, and the next editable install finds an empty `seqzoo` in place of itself.
    """

    _locator_classes = [  # noqa: RUF012, as Numba declares it
        UserProvidedCacheLocator,
        UserWideCacheLocator,
        InTreeCacheLocator,
    ]


class KernelCache(FunctionCache):
    """What is compiled of one function."""

    _impl_class = _Places

    def __init__(self, function: Callable):
        super().__init__(function)
        self._cache_file = _Files(self.cache_path, self._impl.filename_base, sources())

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The code for a signature, or None where there is none that can be used."""
        try:
            return super().load_overload(sig, target_context)
        except (
            Exception
        ) as error:  # bytes that are cut off or foreign raise errors of any kind
            self._warn("cannot be read", error, "it is compiled anew")
            self._forget()
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep the code for a signature, where that can be written."""
        try:
            super().save_overload(sig, data)
        except OSError as error:
            self._warn("cannot be written", error, "every process compiles it anew")
            self.disable()

    def _warn(self, what: str, error: Exception, then: str) -> None:
        reason = f"{type(error).__name__}: {error}"
        log.warning(
            "%s: compiled code in %s %s (%s): %s",
            self._name,
            self.cache_path,
            what,
            reason,
            then,
        )

    def _forget(self):
        """Empty the index, so that new code takes the place of the old; without leave to write, keep none."""
        try:
            self.flush()
        except OSError:
            self.disable()
