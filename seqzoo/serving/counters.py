"""What a server tells of itself, in the format of Prometheus."""

from collections.abc import Callable
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)

from seqzoo.serving.batching import Batcher

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
TEXTS = (1, 2, 4, 8, 16, 32, 64, 128)


class Metrics:
    """Counters of one server."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        made: dict[str, Any] = {"registry": self.registry}
        self.requests = Counter(
            "seqzoo_requests",
            "Requests answered, by status",
            ["model", "action", "status"],
            **made,
        )
        self.seconds = Histogram(
            "seqzoo_request_seconds", "From a request to the end of its answer, of status 200",
            ["model", "action"], buckets=SECONDS, **made,
        )  # fmt: skip
        self._texts = Histogram(
            "seqzoo_batch_texts",
            "Texts computed together",
            ["model"],
            buckets=TEXTS,
            **made,
        )
        self._batch = Histogram(
            "seqzoo_batch_seconds", "Time of a batch", ["model"], buckets=SECONDS, **made
        )
        self._waiting = Gauge(
            "seqzoo_waiting_texts", "Texts that wait for a model", ["model"], **made
        )

    def batches(self, model: str) -> Callable[[int, float], None]:
        """What is to be told texts and seconds of each batch of a model."""
        texts, seconds = self._texts.labels(model), self._batch.labels(model)

        def seen(count: int, taken: float) -> None:
            texts.observe(count)
            seconds.observe(taken)

        return seen

    def watch(self, model: str, batcher: Batcher) -> None:
        """Show how many texts wait."""
        self._waiting.labels(model).set_function(lambda: batcher.texts)

    def request(self, model: str, action: str, status: int, seconds: float) -> None:
        """Count a request."""
        self.requests.labels(model, action, str(status)).inc()
        if status == 200:
            self.seconds.labels(model, action).observe(seconds)

    def answered(self) -> int:
        """Requests that had an answer of status 200."""
        samples = (
            sample for metric in self.requests.collect() for sample in metric.samples
        )
        return sum(
            int(s.value)
            for s in samples
            if s.name.endswith("_total") and s.labels["status"] == "200"
        )

    def text(self) -> bytes:
        """All of it."""
        return generate_latest(self.registry)
