"""Requests that come one by one, computed together: a bounded queue and a thread for each model."""

import collections
import dataclasses
import functools
import logging
import math
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from seqzoo.errors import InputError
from seqzoo.serving.limits import Limits, size
from seqzoo.tasks.options import Options
from seqzoo.tasks.predictor import Predictor

log = logging.getLogger("seqzoo.serving")
SMOOTHING = 0.2  # of the speed: what the latest batch counts
OVERHEAD = 20  # characters that a text costs beside its own


class Full(Exception):
    """There is no room for a request; `retry_after` seconds later there may be."""

    def __init__(self, retry_after: int, why: str = "no room now"):
        super().__init__(why)
        self.retry_after = retry_after


@dataclasses.dataclass(frozen=True)
class Job:
    """A request's inputs, how they are to be answered, and where the answers go.

    Attributes:
        texts: inputs: texts, or whatever the model reads.
        names: what errors call each of them.
        options: of the task.
        effort: how many times the usual it takes to answer with these.
        future: of the answers.
    """

    texts: Sequence
    names: Sequence[str]
    options: Options
    effort: float
    future: Future

    @functools.cached_property
    def cost(self) -> float:
        """Roughly what it takes to answer, in characters, or bytes of sounds and pictures."""
        return self.effort * (sum(map(size, self.texts)) + OVERHEAD * len(self.texts))


class Batcher:
    """A model at work in a thread of its own.

    Whatever waits is computed together, as many as `limits.batch` texts at a time, in the order it came; the
    model puts texts of like length side by side.

    Args:
        predictor: the model; nothing else may ask it for answers meanwhile.
        limits: what may wait.
        seen: told the texts and seconds of each batch.

    Attributes:
        texts: those that wait.
        closed: whether it takes nothing more.
    """

    def __init__(
        self, predictor: Predictor, limits: Limits, seen: Callable[[int, float], None]
    ):
        self.predictor, self.limits, self._seen = predictor, limits, seen
        self._key = "texts" if "text" in predictor.READS else "inputs"
        self._jobs: collections.deque[Job] = collections.deque()
        self._changed, self.closed = threading.Condition(), False
        self.texts, self._cost = 0, 0.0  # of what waits
        self._running, self._began = (
            0.0,
            0.0,
        )  # what is being computed: its cost, since when
        self._seconds = self._warm_up()
        self._thread = threading.Thread(target=self._run, name="batcher", daemon=True)
        self._thread.start()

    def _warm_up(self) -> float:
        """Compile all there is to compile; seconds a character."""
        texts = self.predictor.samples(16, 40)
        for count in (1, 16, 16):
            started = time.perf_counter()
            self.predictor.predict(texts[:count])
        return (time.perf_counter() - started) / self._job(
            texts, self.predictor.options()
        ).cost

    def _job(
        self, texts: Sequence, options: Options, names: Sequence[str] | None = None
    ) -> Job:
        if names is None:
            names = [f"{self._key}[{i}]" for i in range(len(texts))]
        return Job(texts, names, options, self.predictor.effort(options), Future())

    @property
    def alive(self) -> bool:
        """Whether its thread lives."""
        return self._thread.is_alive()

    @property
    def wait(self) -> float:
        """Seconds until a request that came now would be begun, as estimated.

        A batch that takes longer than was expected will take as long again as it is late.
        """
        left = 0.0
        if self._running:
            left = abs(self._running * self._seconds - (time.perf_counter() - self._began))
        return left + self._cost * self._seconds

    def check_room(self, texts: int = 1) -> None:
        """Raise `Full` if that many texts more can't wait; they always can where the model is idle."""
        if not self._jobs and not self._running:
            return
        if self.texts + texts > self.limits.queue or self.wait > self.limits.max_wait:
            raise Full(max(1, math.ceil(self.wait)))

    def submit(
        self, texts: Sequence, options: Options, names: Sequence[str] | None = None
    ) -> Future:
        """Queue a request.

        Args:
            texts: inputs to answer.
            options: as the model's `options` gives them.
            names: what errors call each input; None: `texts[i]` or `inputs[i]`.

        Returns:
            A future of the answers, or of the error.

        Raises:
            Full: if it can't wait.
        """
        job = self._job(texts, options, names)
        with self._changed:
            if self.closed:
                raise Full(1, "the server is ending")
            self.check_room(len(texts))
            self._count(job, 1)
            self._jobs.append(job)
            self._changed.notify()
        return job.future

    def close(self) -> None:
        """Take nothing more; what was accepted is finished."""
        with self._changed:
            self.closed = True
            self._changed.notify()

    def join(self, seconds: float) -> bool:
        """Wait for the end of all that was accepted; whether it came in time."""
        self._thread.join(seconds)
        return not self.alive

    def _count(self, job: Job, sign: int) -> None:
        self.texts += sign * len(job.texts)
        self._cost += sign * job.cost

    def _run(self) -> None:
        while jobs := self._next():
            try:
                outcomes = self._outcomes(jobs)
            except BaseException as error:
                log.exception("a batch could not be answered")
                outcomes = [(job, error) for job in jobs]
            seconds = time.perf_counter() - self._began
            self._seconds += SMOOTHING * (seconds / self._running - self._seconds)
            self._seen(sum(len(job.texts) for job in jobs), seconds)

            # Nothing runs any more, before anybody is told: who asks again at once must find room.
            self._running = 0.0
            for job, outcome in outcomes:
                if isinstance(outcome, BaseException):
                    job.future.set_exception(outcome)
                else:
                    job.future.set_result(outcome)

    def _next(self) -> list[Job]:
        """The jobs to do next, of the same options, those not wanted any more left out; none: the end."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._jobs or self.closed)
                taken = self._taken()
                jobs = [job for job in taken if job.future.set_running_or_notify_cancel()]
                self._running, self._began = (
                    sum(job.cost for job in jobs),
                    time.perf_counter(),
                )
            if jobs or not taken:
                return jobs

    def _taken(self) -> list[Job]:
        taken: list[Job] = []
        texts = 0
        while self._jobs:
            job = self._jobs[0]
            texts += len(job.texts)
            if taken and (texts > self.limits.batch or job.options != taken[0].options):
                break
            taken.append(self._jobs.popleft())
            self._count(job, -1)
        return taken

    def _outcomes(self, jobs: list[Job]) -> list[tuple[Job, list | BaseException]]:
        """What comes of jobs that are answered together; one that can't be answered spoils no other."""
        refused: list[tuple[Job, list | BaseException]] = []
        read = []
        for job in jobs:
            try:
                encoded = [
                    self.predictor.encoded(text, name)
                    for text, name in zip(job.texts, job.names, strict=True)
                ]
                read.append((job, list(zip(job.texts, encoded, strict=True))))
            except InputError as error:
                refused.append((job, error))
        items = [item for _, items in read for item in items]
        try:
            answers = iter(self.predictor.answers(items, jobs[0].options) if items else [])
        except InputError as error:
            if len(read) == 1:
                return [*refused, (read[0][0], error)]
            return refused + [one for job, _ in read for one in self._outcomes([job])]
        return refused + [(job, [next(answers) for _ in items]) for job, items in read]
