"""The cache of compiled code on disk: made of the sources at hand, and whole, or else made anew.

Numba looks at the time stamp of a function's own file alone, but compiles into it what it calls from other
files; and a file of its cache that is cut off makes each call raise.
"""

import hashlib
import logging
from functools import cache
from pathlib import Path

from numba.core.caching import FunctionCache, IndexDataCacheFile


@cache
def sources() -> str:
    """A hash of all files that kernels are compiled from."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


class KernelCache(FunctionCache):
    """What is compiled of one function."""

    def __init__(self, function):
        super().__init__(function)
        self._cache_file = IndexDataCacheFile(self.cache_path, self._impl.filename_base, sources())

    def load_overload(self, sig, target_context):
        """The code for a signature, or None where there is none that can be used."""
        try:
            return super().load_overload(sig, target_context)
        except Exception as error:  # bytes that are cut off or foreign raise errors of any kind
            logging.getLogger("seqzoo").warning(
                "%s: compiled code in %s cannot be read (%s: %s): it is compiled anew",
                self._name, self.cache_path, type(error).__name__, error,
            )  # fmt: skip
            self._forget()
            return None

    def _forget(self):
        """Empty the index, so that new code takes the place of the old; without leave to write, keep none."""
        try:
            self.flush()
        except OSError:
            self.disable()
