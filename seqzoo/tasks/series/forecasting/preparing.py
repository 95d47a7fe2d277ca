"""Series split, scaled and written: what a training reads."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from seqzoo.config import flag
from seqzoo.datasets.series import Scaler, Series, chronological, filled, tell_constant
from seqzoo.datasets.series.splits import Border
from seqzoo.errors import InputError
from seqzoo.pipeline.prepared import PARTS
from seqzoo.system.files import write_json
from seqzoo.tasks.series.forecasting.checks import tell_leaks
from seqzoo.tasks.series.forecasting.corpora import Read
from seqzoo.tasks.series.forecasting.plan import Plan
from seqzoo.tasks.series.forecasting.seen import hashed

BLOCK = 2**17  # steps whose channels are in memory at once
VALUES, SCALER, SERIES = "values.npy", "scaler.json", "series.json"


def border_of(name: str, text: str) -> Border:
    """A border as a flag has it: `0.2` a share, `2880` steps, else a time.

    Raises:
        InputError: on a number that is neither.
    """
    try:
        number = float(text)
    except ValueError:
        return text
    if 0 < number < 1:
        return number
    # A year alone, such as 1990, is a number of steps.
    if number >= 1 and number.is_integer():
        return int(number)
    raise InputError(
        f"--{flag(name)}: expected a share below 1, a number of steps, or a time; got {text!r}"
    )


def written(
    folder: Path,
    read: Read,
    plan: Plan,
    borders: tuple[Border, Border, Border | None],
    scaling: str,
    scope: str,
) -> dict[str, Any]:
    """Write channels, scaler and borders; returns what `ready` asks for."""
    validation, test, end = borders
    series = [plan.ordered(each) for each in read.series]
    plan = plan.with_static(series)
    parts = [chronological(each, validation, test, end) for each in series]
    train = [each.part(p.train) for each, p in zip(series, parts, strict=True)]
    tell_constant(train)
    tell_leaks(train, plan)
    scaler = Scaler.fit(train, scaling, scope)
    said: list[dict[str, Any]] = []
    parted = []
    for each, own in zip(series, parts, strict=True):
        used = each.part(slice(0, own.test.stop))
        if plan.missing == "error":
            filled(used, plan.missing)
        _check_windows(used, own, plan)
        parted.append(used)
        steps = [0, own.train.stop, own.validation.stop, own.test.stop]
        said.append(
            {
                "id": each.id,
                "steps": len(used),
                "borders": steps,
                "where": each.where,
                "static": plan.static_of(each).tolist(),
                "hashed": hashed(each.values[: own.validation.stop, : len(plan.targets)]),
            }
        )
    _write(folder / VALUES, parted, plan, scaler)
    (folder / SCALER).write_text(scaler.to_json(), "utf-8")
    write_json(folder / SERIES, said)
    sizes = {
        part: sum(_count(own[place], plan, place == 0) for own in parts)
        for place, part in enumerate(PARTS)
    }
    text = {**vars(plan), "until": _until(series, parts)}
    about = {"series": len(series), "steps": sum(each["steps"] for each in said)}
    return {"description": read.description, "text": text, "sizes": sizes | about}


def _write(path: Path, series: Sequence[Series], plan: Plan, scaler: Scaler) -> None:
    """Write the channels of all series, one behind the other, a block in memory at a time: as `np.save`."""
    shape = sum(map(len, series)), plan.count
    with path.open("wb") as file:
        header = {"descr": "<f4", "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(file, header)
        for each in series:
            for begin in range(0, len(each), BLOCK):
                # A step's time counts from the one before.
                before = min(begin, 1)
                block = each.part(slice(begin - before, begin + BLOCK))
                values = plan.channels(block, scaler)[before:]
                file.write(np.ascontiguousarray(values, "<f4").tobytes())


def _until(series: Sequence[Series], parts: Sequence[Any]) -> str | None:
    """The last time before a test part, in ISO 8601; None: there are no times."""
    last = [
        each.times[own.validation.stop - 1]
        for each, own in zip(series, parts, strict=True)
        if each.times is not None
    ]
    return str(max(last)) if last else None


def _count(part: slice, plan: Plan, within: bool) -> int:
    """The windows whose horizons lie in a part."""
    first = max(part.start + plan.look_back if within else part.start, plan.look_back)
    return part.stop - first - plan.horizon + 1


def _check_windows(series: Series, parts: Any, plan: Plan) -> None:
    """Refuse parts without a window.

    Raises:
        InputError: naming series and part.
    """
    for place, name in enumerate(PARTS):
        if _count(parts[place], plan, place == 0) < 1:
            steps = parts[place].stop - parts[place].start
            needed = plan.horizon + (plan.look_back if place == 0 else 0)
            raise InputError(
                f"{series.where}: expected {needed} steps at least in the {name} part; it has {steps}; a "
                f"shorter --horizon or --look-back needs fewer"
            )
