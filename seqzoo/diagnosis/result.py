"""What a diagnosis says: findings, and the figures behind them."""

import dataclasses
import json
import math
import textwrap
from collections.abc import Iterable

SEVERITIES = ("warning", "note", "ok")
CHECKS = (
    "answers", "batch", "values", "masks", "gradients", "gates", "units", "loop", "cudnn", "export", "scope",
)  # fmt: skip
WIDTH = 108


@dataclasses.dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        severity: `"warning"`: results or learning suffer; `"note"`: slow, or worth knowing; `"ok"`.
        check: one of `CHECKS`.
        where: names of layers or inputs with commas between, or `"model"`.
        found: what was seen.
        advice: what to do about it; empty where there is nothing to do.
    """

    severity: str
    check: str
    where: str
    found: str
    advice: str = ""

    def __post_init__(self):
        for name, choices in ((self.severity, SEVERITIES), (self.check, CHECKS)):
            if name not in choices:
                raise ValueError(f"expected one of {', '.join(choices)}; got {name!r}")


@dataclasses.dataclass(frozen=True)
class Diagnosis:
    """All findings on a model; `str()` of it is a table, the worst first.

    Attributes:
        model: the model's name.
        batch: what it was looked at with.
        findings: the worst first.
        saturation: of each recurrent layer, by the gate's name, the share of activations at its ends.
        gradient_norms: for each row of the batch the norm of d loss / d x_t at each real step t, x_t being
            what the first recurrent layer reads; empty where it could not be had.
        gradient_ratio: the norm at the first real step by that at the last, median of the rows; or None.
    """

    model: str
    batch: str
    findings: list[Finding]
    saturation: dict[str, dict[str, float]]
    gradient_norms: list[list[float]]
    gradient_ratio: float | None

    @property
    def warnings(self) -> list[Finding]:
        """The findings of severity `"warning"`."""
        return [finding for finding in self.findings if finding.severity == "warning"]

    def __str__(self) -> str:
        counts = {
            s: sum(finding.severity == s for finding in self.findings) for s in SEVERITIES
        }
        lines = [
            f"{self.model}, on {self.batch}",
            ", ".join(f"{s}: {n}" for s, n in counts.items()),
            "",
        ]
        for finding in self.findings:
            text = f"{finding.where}: {finding.found}"
            lines += _wrapped(f"{finding.severity:<8} {finding.check:<9} ", text)
            if finding.advice:
                lines += _wrapped(" " * 19 + "-> ", finding.advice)
        return "\n".join(lines)

    def to_json(self) -> str:
        """All of it as JSON; a figure that is no finite number as null."""
        return json.dumps(_finite(dataclasses.asdict(self)), indent=2, ensure_ascii=False)


def gathered(findings: Iterable[Finding]) -> list[Finding]:
    """The findings, the worst first; those that differ in nothing but the place become one."""
    places: dict[Finding, list[str]] = {}
    for finding in findings:
        places.setdefault(dataclasses.replace(finding, where=""), []).append(finding.where)
    merged = [
        dataclasses.replace(finding, where=_joined(names))
        for finding, names in places.items()
    ]
    return sorted(
        merged, key=lambda f: (SEVERITIES.index(f.severity), CHECKS.index(f.check))
    )


def _joined(names: list[str]) -> str:
    """Names with commas between; both directions of a layer as the layer."""
    both = {n.removesuffix("/forward") for n in names} & {
        n.removesuffix("/backward") for n in names
    }
    return ", ".join(
        dict.fromkeys(
            layer if (layer := n.rpartition("/")[0]) in both else n for n in names
        )
    )


def _wrapped(start: str, text: str) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=start,
        subsequent_indent=" " * len(start),
        break_long_words=False,
    )


def _finite(value):
    if isinstance(value, dict):
        return {name: _finite(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_finite(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
