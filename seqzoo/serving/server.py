"""The process: a socket, uvicorn, and an end that loses nothing."""

import asyncio
import contextlib
import gc
import os
import signal
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import uvicorn

from seqzoo import engine, zoo
from seqzoo.errors import InputError
from seqzoo.serving import origins as sites
from seqzoo.serving.api import create_app
from seqzoo.serving.limits import Limits
from seqzoo.serving.listening import MESSAGE
from seqzoo.serving.service import Service
from seqzoo.system.cores import cores
from seqzoo.system.tensorflow_start import start_tensorflow

LINGER = 1.0  # seconds for which it answers "not ready" before it stops to listen
BACKLOG = 2048
SWITCH = 0.001  # seconds after which a model's thread lets the event loop have its turn


def serve(
    models: Sequence[str],
    host: str = "127.0.0.1",
    port: int = 8000,
    limits: Limits | None = None,
    threads: int | None = None,
    given: Mapping[str, Any] | None = None,
    origins: Sequence[str] = (),
) -> int:
    """Serve models until SIGTERM or Ctrl-C; returns the exit status.

    Args:
        models: names that `seqzoo list` shows, or artifacts' folders.
        host, port: to listen at; port 0 takes a free one.
        limits: see `Limits`.
        threads: for what a model computes; None: one for each core but one, which is left to the server.
        given: options of all answers that are not asked with others, of the models that have such.
        origins: of other sites whose pages may ask; see `seqzoo.serving.origins`.

    Returns:
        0; 1 if what had been accepted could not be finished within `limits.drain` seconds.

    Raises:
        InputError: if a model can't be loaded or the address can't be had.
    """
    sites.check(origins)
    with _listening(host, port) as listener:
        _use(threads, models)
        service = Service(models, limits, _tell, given or {})
        host, port = listener.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        print(f"serving {', '.join(service.models)} at http://{shown}:{port}", flush=True)
        sys.setswitchinterval(SWITCH)
        gc.collect()
        gc.freeze()  # what the models are made of stays: to look through it takes time
        server = Server(service, origins)
        with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
            runner.run(server.serve([listener]))
    return server.finish()


def _tell(name: str, seconds: float) -> None:
    print(f"{name}: loaded in {seconds:.2f} s", file=sys.stderr, flush=True)


def _use(threads: int | None, models: Sequence[str]) -> None:
    """Set how many threads networks use; TensorFlow too, where a model has no graphs for the engine."""
    if threads is not None and threads < 1:
        raise InputError(f"threads: expected at least 1; got {threads}")
    threads = max(1, cores() - 1) if threads is None else threads
    engine.use_threads(threads)
    if all(zoo.opened(name)[0].graphs for name in models):
        return
    start_tensorflow()
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except (OSError, OverflowError) as error:
        listener.close()
        raise InputError(f"{host}:{port}: can't listen there: {error}") from None
    return listener


class Server(uvicorn.Server):
    """uvicorn that, told to end, first says that it is not ready, and finishes what it has accepted.

    Args:
        service: what it serves.
        origins: see `seqzoo.serving.origins`.
    """

    def __init__(self, service: Service, origins: Sequence[str] = ()):
        self.service, self._told = service, False
        super().__init__(
            uvicorn.Config(
                create_app(service, origins), lifespan="off", log_level="warning", access_log=False,
                server_header=False, backlog=BACKLOG,
                # A message that is a little too large has an answer; of larger ones nothing is kept.
                ws_max_size=2 * MESSAGE, ws_max_queue=4, ws_per_message_deflate=False,
                timeout_graceful_shutdown=max(1, int(service.limits.drain - LINGER - 0.5)),
            )
        )  # fmt: skip

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """uvicorn's way would send the signal once more at the end, and the exit status be its."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._end)
        yield

    def _end(self) -> None:
        if self._told:  # told twice: at once
            self.force_exit = self.should_exit = True
            return
        self._told = True
        self.service.drain()
        asyncio.get_running_loop().call_later(LINGER, setattr, self, "should_exit", True)

    def finish(self) -> int:
        """The exit status, and a word on what was done."""
        print(f"ended; {self.service.metrics.answered()} requests answered", flush=True)
        if self.service.cut:
            print(
                f"error: {self.service.cut} requests were not answered in time",
                file=sys.stderr,
                flush=True,
            )
        code = 1 if self.service.cut else 0
        if not all(served.batcher.join(0.5) for served in self.service.models.values()):
            os._exit(
                code
            )  # a thread that still computes would bring the interpreter's own end down
        return code
