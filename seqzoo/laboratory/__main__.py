"""How far back each recurrent cell can look: problems of a known lag, gradients step by step, a report.

`python -m seqzoo.laboratory` tries three cells on the adding problem, with and without clipping,
and simple recurrent networks of four spectral radii, in some six minutes on one core. Every finished trial
is kept in `runs.jsonl`: interrupted, the same command goes on with the next. Measured figures are in
`docs/records/cells.md`.
"""

import dataclasses
import itertools
import json
import logging
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from seqzoo.config import add_flags, from_flags, option
from seqzoo.errors import InputError
from seqzoo.laboratory import PROBLEMS, Trial, label, run, write
from seqzoo.layers import CELLS
from seqzoo.system.command_line import Parser, guarded
from seqzoo.system.files import locked
from seqzoo.system.interrupts import Interrupts


@dataclass(frozen=True)
class Config:
    """Every setting of an experiment."""

    problems: tuple[str, ...] = option(("adding",), "what is to be solved", PROBLEMS)
    cells: tuple[str, ...] = option(
        ("simple_rnn", "gru", "lstm"), "the recurrent cells", CELLS
    )
    lags: tuple[int, ...] = option(
        (25, 50, 100, 200), "steps to look back, rising, 10 at least", least=10
    )
    clip_norms: tuple[float, ...] = option(
        (1.0, 0.0), "largest norms of a gradient; 0: none", least=0
    )
    radii: tuple[float, ...] = option(
        (0.5, 0.9, 1.1, 1.5),
        "spectral radii of simple_rnn's recurrent matrix, tried too; 0: none",
        least=0,
    )
    seeds: int = option(1, "trials of each", least=1)
    units: int = option(64, "size of the state", least=1)
    batch_size: int = option(32, "examples a step", least=1)
    steps: int = option(4000, "training steps at most", least=1)
    learning_rate: float = option(0.003, "Adam's", above=0)
    all_lags: bool = option(
        False, "try longer lags where a shorter one was not solved, too"
    )


def trials(config: Config) -> Iterator[Trial]:
    """All trials: problem by problem, kind by kind, seed by seed, short lags first.

    Before them, one of no steps for each kind and seed: the gradients at the longest lag, before training.
    """
    kinds = [(cell, 0.0) for cell in config.cells]
    kinds += [("simple_rnn", radius) for radius in config.radii if radius]
    sizes = {
        name: getattr(config, name)
        for name in ("units", "batch_size", "steps", "learning_rate")
    }
    for problem, (cell, radius) in itertools.product(config.problems, kinds):
        for seed in range(config.seeds):
            first = Trial(
                problem, cell, config.lags[-1], seed, config.clip_norms[0], radius, **sizes
            )
            yield dataclasses.replace(first, steps=0)
        for clip_norm, seed, lag in itertools.product(
            config.clip_norms, range(config.seeds), config.lags
        ):
            yield Trial(problem, cell, lag, seed, clip_norm, radius, **sizes)


def explore(config: Config, folder: Path) -> list[dict]:
    """Run what has not been run yet; returns all records, in the order of `trials`."""
    with Interrupts() as interrupts, locked(folder):
        done = _read(folder / "runs.jsonl")
        records, failed = [], set()
        for trial in trials(config):
            series = dataclasses.replace(trial, lag=0)
            if series in failed and not config.all_lags:
                continue
            record = done.get(trial)
            if record is None:
                with interrupts.deferred():
                    record = run(trial, stop=lambda: interrupts.pending is not None)
                if record is None:
                    interrupts.leave()
                _append(folder / "runs.jsonl", record)
                if trial.steps:
                    print(_line(record), flush=True)
            records.append(record)
            if trial.steps and not record["success"]:
                failed.add(series)
        return records


def _read(path: Path) -> dict[Trial, dict]:
    """Finished trials; a line that a killed process left unfinished is cut off."""
    if not path.exists():
        return {}
    text = path.read_bytes()
    whole = text[: text.rfind(b"\n") + 1]
    if len(whole) < len(text):
        os.truncate(path, len(whole))
    names = [field.name for field in dataclasses.fields(Trial)]
    try:
        records = [json.loads(line) for line in whole.splitlines()]
        return {
            Trial(**{name: record[name] for name in names}): record for record in records
        }
    except (ValueError, KeyError, TypeError):
        raise InputError(f"{path}: a line is no record of a trial") from None


def _append(path: Path, record: dict) -> None:
    with open(path, "ab") as file:
        file.write(json.dumps(record).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _line(record: dict) -> str:
    end = (
        f"solved after {record['steps_to_success']} steps"
        if record["success"]
        else "not solved"
    )
    return (
        f"{record['problem']}, {label(record)}, lag {record['lag']}, seed {record['seed']}: {end}, "
        f"score {record['score']:.4f}, {record['seconds']:.0f} s"
    )


def parser() -> Parser:
    """The parser of the experiment's flags."""
    made = Parser("python -m seqzoo.laboratory", description=__doc__)
    made.add_argument(
        "--output",
        metavar="DIR",
        default="runs/laboratory",
        help="folder for report.html, pictures and runs.jsonl; the same folder resumes a run; "
        "default runs/laboratory",
    )
    add_flags(made, Config)
    return made


def main(arguments: list[str] | None = None) -> int:
    """Run the experiment its flags describe; returns the exit status."""

    def command() -> int:
        logging.getLogger("tensorflow").setLevel(
            "ERROR"
        )  # it warns that every trial is compiled anew
        parsed = parser().parse_args(arguments)
        config, folder = from_flags(Config, parsed), Path(parsed.output)
        if list(config.lags) != sorted(set(config.lags)):
            raise InputError(
                f"--lags: expected rising numbers; got {','.join(map(str, config.lags))}"
            )
        print(f"report: {write(folder, explore(config, folder))}")
        return 0

    return guarded(command)


if __name__ == "__main__":
    sys.exit(main())
