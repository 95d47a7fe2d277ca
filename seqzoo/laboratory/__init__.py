"""How far back each recurrent cell can look: problems of known lag, trained runs, gradients, a report."""

from seqzoo.laboratory.experiment import Trial, run
from seqzoo.laboratory.problems import PROBLEMS
from seqzoo.laboratory.report import label, longest_lag, write

__all__ = ["PROBLEMS", "Trial", "label", "longest_lag", "run", "write"]
