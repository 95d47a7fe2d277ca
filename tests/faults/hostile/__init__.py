"""Artifacts and files of somebody who means harm: the published ways into Keras' files, and more.

Each case is a function of a `Trap` and of the folder of a sound artifact, which it spoils; hashes are made
to fit afterwards (`seal`), as who means harm would.
"""

from tests.faults.hostile import archives, arrays, folders, graphs, layers
from tests.faults.hostile.files import CASES, Trap, seal

__all__ = ["CASES", "Trap", "archives", "arrays", "folders", "graphs", "layers", "seal"]
