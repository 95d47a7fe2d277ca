"""Progress of an epoch: a bar in a terminal, a plain line now and then where there is none."""

import sys
import time

LINE_SECONDS = 20


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
