"""What both pipelines share: a model that each process loads once, and how answers are written."""

import json
from collections.abc import Mapping
from typing import Any

import apache_beam as beam
from apache_beam.utils.shared import Shared

BAD = "bad"
NO_OPTIONS: Mapping[str, Any] = {}


class Answering(beam.DoFn):
    """Has a model, which each process loads once.

    Args:
        model: a name or folder, which every worker can read.
        given: options of all answers.

    Attributes:
        predictor: the model, once Beam has called `setup`.
    """

    def __init__(self, model: str, given: Mapping[str, Any] = NO_OPTIONS):
        self.model, self.given = model, dict(given)
        self.shared = Shared()
        self.predictor: Any = None

    def setup(self) -> None:
        """Load the model, or take the one that this process has; Beam calls it first."""
        from seqzoo import zoo
        from seqzoo.system.memory import keep_freed_memory

        def load() -> Any:
            keep_freed_memory()
            return zoo.load(self.model, **self.given)

        self.predictor = self.shared.acquire(load)


def bad(about: Mapping[str, Any], error: str) -> beam.pvalue.TaggedOutput:
    """What could not be used, for the output `bad`; see `line`."""
    return beam.pvalue.TaggedOutput(BAD, line(about, {"error": error}))


def line(about: Mapping[str, Any], answer: Mapping[str, Any]) -> str:
    """An answer as JSON, behind what tells where its input stands."""
    return json.dumps({**about, **answer}, ensure_ascii=False)
