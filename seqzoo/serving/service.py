"""The models that a server has, by name and by hash."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from seqzoo import artifact, zoo
from seqzoo.config import flag
from seqzoo.errors import InputError, unknown_name
from seqzoo.serving.batching import Batcher, Full
from seqzoo.serving.counters import Metrics
from seqzoo.serving.limits import Limits
from seqzoo.serving.room import Room
from seqzoo.serving.sessions import Sessions
from seqzoo.system.files import sha256
from seqzoo.tasks.options import names

NO_OPTIONS: Mapping[str, Any] = {}


class Served:
    """A model at work.

    Args:
        folder: an artifact.
        limits: see `Limits`.
        metrics: where it counts.
        given: options of all answers that are not asked with others.

    Attributes:
        name: the folder's.
        hash: the SHA-256 of its manifest, which has those of all its files.
        batcher: what answers texts.
        streams: whether it hears a sound as it comes.
        sessions: talks that it keeps for those who ask.
    """

    def __init__(
        self, folder: Path, limits: Limits, metrics: Metrics, given: Mapping[str, Any]
    ):
        self.name, self.limits = folder.resolve().name, limits
        self.predictor = zoo.load(folder, **given)
        self.hash = sha256(artifact.file(folder, artifact.MANIFEST))
        self.task = self.predictor.task
        self.batcher = Batcher(self.predictor, limits, metrics.batches(self.name))
        self.streams = hears_as_it_comes(self.predictor)
        self.sessions = Sessions(self.predictor.turns)
        self._free = threading.BoundedSemaphore(limits.generations)
        self._ears = threading.BoundedSemaphore(limits.streams)

    def describe(self) -> dict:
        """What is told of it: name, hash, task, what it can tell, what it was trained on."""
        config, predictor = self.predictor.config, self.predictor
        return {
            "name": self.name,
            "hash": self.hash,
            "task": self.task.name,
            "summary": self.task.summary,
            "description": config.get("description"),
            "unit": config["text"].get("unit"),
            "reads": list(predictor.READS),
            "generates": self.task.generate_options is not None,
            "streams": self.streams,
            "max_seconds": self.limits.max_seconds if "audio" in predictor.READS else None,
            "alignments": False,
            "turns": predictor.turns,
            "labels": [],
            **predictor.about(),
        }

    def generate(self, prompt: str, **settings: Any) -> "Held":
        """How a text goes on, piece by piece; its place is free again once the iterator is closed.

        Raises:
            InputError: on a setting out of its range, or a prompt that is no text.
            Full: if it writes as many texts already as it may.
        """
        if self.batcher.closed:
            raise Full(1, "the server is ending")
        if not self._free.acquire(blocking=False):
            raise Full(1)
        try:
            # Under demands this writes the whole text.
            pieces = self.predictor.generate(prompt, **settings)
        except BaseException:
            self._free.release()
            raise
        return Held(pieces, self._free.release)

    @contextlib.contextmanager
    def hear(self) -> Iterator[Any]:
        """What takes a sound in pieces, with `feed(samples)` and `finish()`; its place is free at the end.

        Raises:
            Full: if it hears as many sounds already as it may.
        """
        if self.batcher.closed:
            raise Full(1, "the server is ending")
        if not self._ears.acquire(blocking=False):
            raise Full(1, f"no room now: it hears {self.limits.streams} sounds already")
        try:
            yield self.predictor.stream()
        finally:
            self._ears.release()


def hears_as_it_comes(predictor: Any) -> bool:
    """Whether a model hears a sound as it comes: one that reads from both ends needs the whole."""
    if "audio" not in predictor.READS or not hasattr(predictor, "stream"):
        return False
    try:
        predictor.stream()
    except InputError:
        return False
    return True


def options_of_each(
    folders: Sequence[Path], given: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Those of some options that each model has.

    Args:
        folders: of the models.
        given: the options by name.

    Raises:
        InputError: on an option that none of them has, or a model that cannot be opened.
    """
    each = []
    for folder in folders:
        known = names(zoo.opened(folder)[1].options)
        each.append({name: value for name, value in given.items() if name in known})
    for name in given:
        if not any(name in own for own in each):
            raise InputError(f"--{flag(name)}: expected a model that takes it; none does")
    return each


class Held:
    """An iterator that lets go of something, once, when it is closed.

    Args:
        pieces: what it gives.
        release: called when it is closed.
    """

    def __init__(self, pieces: Iterator[str], release: Callable[[], None]):
        self._pieces, self._release = pieces, release

    def __iter__(self) -> "Held":
        return self

    def __next__(self) -> str:
        return next(self._pieces)

    def close(self) -> None:
        """Let go."""
        release, self._release = self._release, lambda: None
        release()


class Service:
    """All models of a server.

    Args:
        models: names that `seqzoo list` shows, or artifacts' folders; their last parts must differ.
        limits: see `Limits`.
        loaded: called with the name of each model that has been loaded, and the seconds it took.
        given: options of all answers that are not asked with others, of the models that have such.

    Attributes:
        room: the memory of all its requests.
        draining: whether it takes nothing more.
        cut: requests that were not answered before the end.

    Raises:
        InputError: if one cannot be loaded, or two have one name; on an option that none of them has.
    """

    def __init__(
        self,
        models: Sequence[str | Path],
        limits: Limits | None = None,
        loaded: Callable[[str, float], None] = lambda name, seconds: None,
        given: Mapping[str, Any] = NO_OPTIONS,
    ):
        self.limits, self.metrics = limits or Limits(), Metrics()
        self.room, self.draining, self.cut = Room(), False, 0
        folders = [zoo.find(model) for model in models]
        called = [folder.resolve().name for folder in folders]
        if not called:
            raise InputError("models: expected at least one")
        if bad := next((name for name in called if ":" in name), None):
            raise InputError(f"{bad}: expected a folder without a colon in its name")
        if twice := next((name for name in called if called.count(name) > 1), None):
            raise InputError(f"{twice}: two models have this name; rename a folder")
        self.models = {}
        for folder, own in zip(folders, options_of_each(folders, given), strict=True):
            started = time.perf_counter()
            served = Served(folder, self.limits, self.metrics, own)
            loaded(served.name, time.perf_counter() - started)
            self.models[served.name] = served
            self.metrics.watch(served.name, served.batcher)

    def __getitem__(self, name_or_hash: str) -> Served:
        """A model.

        Raises:
            InputError: if there is none of that name or hash, with the names there are.
        """
        for served in self.models.values():
            if name_or_hash in (served.name, served.hash):
                return served
        raise unknown_name("model", name_or_hash, self.models)

    @property
    def alive(self) -> bool:
        """Whether each batcher works; a server that drains counts as alive."""
        return self.draining or all(served.batcher.alive for served in self.models.values())

    def drain(self) -> None:
        """Take nothing more; what was accepted is finished."""
        self.draining = True
        for served in self.models.values():
            served.batcher.close()
