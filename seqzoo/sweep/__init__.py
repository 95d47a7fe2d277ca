"""Hyper-parameter sweeps of recipes, by keras-tuner: on one machine or on many.

`seqzoo sweep RECIPE` on the command line, `tune` in Python, `HyperModel` for a tuner of your own. In the
folder of a sweep: `trials.csv`, `report.html` with its pictures, `sweep.json` (what was asked for),
`search/` (keras-tuner's state), `data/` (prepared once for all trials), `trials/` (states, results and logs),
and in `best/`, if it was asked for, the model of the best settings.
"""

from typing import TYPE_CHECKING

from seqzoo import lazy

if TYPE_CHECKING:
    from seqzoo.sweep.hypermodel import HyperModel
    from seqzoo.sweep.search import TUNERS, Outcome, retrain, tune
    from seqzoo.sweep.spaces import space

__all__ = ["TUNERS", "HyperModel", "Outcome", "retrain", "space", "tune"]

_PLACES = {
    **lazy.places("seqzoo.sweep.search", "TUNERS", "Outcome", "retrain", "tune"),
    "HyperModel": "seqzoo.sweep.hypermodel:HyperModel",
    "space": "seqzoo.sweep.spaces:space",
}
__getattr__, __dir__ = lazy.names(__name__, _PLACES)
