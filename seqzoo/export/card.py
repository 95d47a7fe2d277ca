"""The card of an export: what it is, how to use it, what was measured."""

from collections.abc import Sequence
from typing import Any

from seqzoo.export import formats

_CARD = """\
# {name}, {format}

The seqzoo model `{name}` ({task}) in another format. It needs no seqzoo:

```
pip install {packages}
echo "..." | python reader.py
```

```python
from reader import Reader

Reader().predict(["..."])  # a list of dictionaries
```

{files}
`signature.json` names every network's inputs and outputs with types and sizes (null: open). Ids are line
numbers from 0 of `vocabulary.txt`; 0 pads on the right, 1 is any unknown token.

## Proof

{figures}
"""
_FILES = {
    "keras": """\
`*.keras` are made of Keras' own layers, unless `signature.json` says otherwise.
""",
    "saved_model": """\
The folders are TensorFlow SavedModels; keep a reference to what `tf.saved_model.load` gives: its functions
die with it.
""",
    "onnx": """\
Batch and length are open. Recurrent layers are ONNX' own LSTM, GRU and RNN, with sequence_lens; of cells
that ONNX has no operator for, a Scan.
""",
    "litert": """\
One text at a time, padded to the least of the lengths that holds it; a longer one is refused. Each file
has all weights.
""",
}


def card(report: dict[str, Any], packages: Sequence[str], note: str = "") -> str:
    """The text of an export's `README.md`.

    Args:
        report: as `export` gives it.
        packages: names of packages that the reader needs beside the runtime's.
        note: what the task says of the networks' files alone.
    """
    format = report["format"]
    needed = [*formats.FORMATS[format].packages, *packages]
    return _CARD.format(
        name=report["model"],
        format=format,
        task=report["task"],
        packages=" ".join(needed),
        files=_FILES[format] + (note and f"{note}\n"),
        figures=figures(report),
    )


def figures(report: dict[str, Any]) -> str:
    """The measured figures of a report, one a line, as Markdown.

    Args:
        report: as `export` gives it.
    """
    made = "made of the model's vocabulary" if report["made_up"] else "of the user's"
    export, seqzoo = report["milliseconds"]["export"], report["milliseconds"]["seqzoo"]
    lines = [
        f"- {report['texts']:,} texts {made}: all answers are those of the model; largest difference of a "
        f"probability or score: {report['difference']:.1e}",
        f"- {report['bytes'] / 1e6:.1f} MB in {len(report['files'])} files",
        f"- milliseconds for one text: {export['1']:.2f}; seqzoo: {seqzoo['1']:.2f} (where it "
        "was exported, beside all that ran there)",
        f"- milliseconds for each of 64 texts: {export['64']:.2f}; seqzoo: {seqzoo['64']:.2f}",
    ]
    if "wheel" in report:
        size = report["wheel_bytes"] / 1e6
        lines.append(f"- pip install {report['wheel']}  ({size:.1f} MB)")
    if report["lengths"]:
        lengths = ", ".join(map(str, report["lengths"]))
        lines.append(f"- lengths: {lengths} tokens, one text at a time")
    if report["operators"]:
        counts = ", ".join(f"{n} {name}" for name, n in report["operators"].items())
        lines.append(f"- operators: {counts}")
    return "\n".join(lines)
