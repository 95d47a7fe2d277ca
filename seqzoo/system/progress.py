"""Progress of an epoch: a bar in a terminal, a plain line now and then where there is none."""

import sys
import time

LINE_SECONDS = 20
WORTH_SAYING = 5  # seconds that are left
COUNT_SECONDS = 0.5  # between two counts in a terminal
FIRST, MEASURED = 10, 50  # steps that are left out, since they compile; and then timed


class Plain:
    """Prints a line every `LINE_SECONDS`."""

    def __init__(self, title: str, total: int, start: int):
        self.title, self.total, self.done = title, total, start
        self.printed = time.monotonic()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def advance(self, text: str) -> None:
        """One batch more; `text` says how it goes."""
        self.done += 1
        if time.monotonic() - self.printed >= LINE_SECONDS:
            self.printed = time.monotonic()
            print(f"{self.title}: batch {self.done}/{self.total}, {text}", flush=True)


class Bar:
    """A bar with the time left."""

    def __init__(self, title: str, total: int, start: int):
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        self.progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[text]}"),
        )
        self.task = self.progress.add_task(title, total=total, completed=start, text="")

    def __enter__(self):
        self.progress.start()
        return self

    def __exit__(self, *_):
        self.progress.stop()

    def advance(self, text: str) -> None:
        """One batch more; `text` says how it goes."""
        self.progress.update(self.task, advance=1, text=text)


def bar(title: str, total: int, start: int = 0) -> "Bar | Plain":
    """A context manager with `advance(text)`, fit for where standard output goes."""
    return (Bar if sys.stdout.isatty() else Plain)(title, total, start)


class Count:
    """How many inputs are answered, on standard error, if that is a terminal and standard output is none."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty() and not sys.stdout.isatty()
        self._done = 0
        self._started = self._printed = time.monotonic()

    def advance(self) -> None:
        """One more."""
        self._done += 1
        now = time.monotonic()
        if self._shown and now - self._printed >= COUNT_SECONDS:
            self._printed = now
            self._print(now)

    def end(self) -> None:
        """Leave the line, if there is one."""
        if self._shown and self._printed > self._started:
            self._print(time.monotonic())
            print(file=sys.stderr)

    def _print(self, now: float) -> None:
        rate = self._done / (now - self._started)
        text = f"\r{self._done:,} answered, {rate:,.0f} a second "
        print(text, end="", file=sys.stderr, flush=True)


class Pace:
    """Says once, after the first steps, how long all of them will take.

    Args:
        steps: that are left.
        epochs: that are left, of which these are the steps.
    """

    def __init__(self, steps: int, epochs: int):
        self._left, self._epochs = steps, epochs
        self._done, self._started = 0, 0.0

    def advance(self) -> str | None:
        """A step more; what to say, if there is something."""
        self._done += 1
        if self._done == FIRST:
            self._started = time.monotonic()
        if self._done != FIRST + MEASURED:
            return None
        seconds = (time.monotonic() - self._started) / MEASURED
        total = seconds * (self._left - self._done)
        if total < WORTH_SAYING:
            return None
        return (
            f"a step takes {1000 * seconds:.3g} ms: about {_time(total)} left for {self._epochs} "
            f"{'epoch' if self._epochs == 1 else 'epochs'}, validation apart"
        )


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} seconds"
    if seconds < 5400:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:.1f} hours"
