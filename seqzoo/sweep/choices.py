"""The ways of searching and what a sweep does by default; flags know them from here, without keras-tuner."""

from seqzoo.lazy import Table

ORACLES = Table({
    "random": "seqzoo.sweep.oracles:Random",
    "grid": "seqzoo.sweep.oracles:Grid",
    "bayesian": "seqzoo.sweep.oracles:Bayesian",
    "hyperband": "seqzoo.sweep.oracles:Hyperband",
})  # fmt: skip
TRIALS = 20
LOST_AFTER = 60.0  # seconds
