"""The file format of wheels: what describes a package, and a zip file of the same bytes every time."""

import base64
import csv
import hashlib
import io
import stat
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

LICENCE = Path(__file__).parent / "LICENSE"
# The first ONNX Runtime that works with NumPy 2; opset 17 needs no later one.
RUNTIME = "onnxruntime>=1.19"
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip file can tell
_CARD = """\
# {name}

A model of seqzoo as a package ({task}). It needs no seqzoo.

```
pip install {module}-{version}-py3-none-any.whl
{name} "..."                  # answers as JSON, one a line; --plain; --help
{name} < texts.txt
```

```python
import {module}

{module}.load().predict(["..."])  # a list of dictionaries
```

Version {version}, written by seqzoo {seqzoo}. SHA-256 of the model: `{sha256}`. `load()` checks every file.
The code is under the Apache License 2.0. For the data that the model was trained on see its card:

"""


def needs(packages: Sequence[str]) -> list[str]:
    """What pip installs along.

    Args:
        packages: names of packages that the task's reader needs beside the runtime.
    """
    return [RUNTIME, "numpy", *packages]


def card(about: Mapping[str, Any], module: str, own: str) -> str:
    """A package's card.

    Args:
        about: what `about.json` says.
        module: the name to import.
        own: the model's own card.
    """
    text = _CARD.format(module=module, **about)
    return text + (own or "It has none.\n")


def information(
    about: Mapping[str, Any], module: str, needs: Sequence[str], card: str
) -> dict[str, bytes]:
    """The files of `NAME.dist-info` but RECORD: name -> content.

    Args:
        about: what `about.json` says.
        module: the name to import.
        needs: what pip installs along.
        card: the description, Markdown.
    """
    metadata = [
        "Metadata-Version: 2.4",
        f"Name: {about['name']}",
        f"Version: {about['version']}",
        f"Summary: A recurrent model ({about['task']}), by ONNX Runtime and NumPy",
        "License-Expression: Apache-2.0",
        "License-File: LICENSE",
        "Requires-Python: >=3.10",
        *[f"Requires-Dist: {each}" for each in needs],
        "Description-Content-Type: text/markdown",
    ]
    wheel = [
        "Wheel-Version: 1.0",
        f"Generator: seqzoo {about['seqzoo']}",
        "Root-Is-Purelib: true",
        "Tag: py3-none-any",
    ]
    entry = ["[console_scripts]", f"{about['name']} = {module}.__main__:main"]
    folder = f"{module}-{about['version']}.dist-info"
    return {
        f"{folder}/METADATA": ("\n".join(metadata) + f"\n\n{card}").encode(),
        f"{folder}/WHEEL": ("\n".join(wheel) + "\n").encode(),
        f"{folder}/entry_points.txt": ("\n".join(entry) + "\n").encode(),
        f"{folder}/licenses/LICENSE": LICENCE.read_bytes(),
    }


def write(path: Path, files: Mapping[str, bytes]) -> None:
    """Write a wheel, with the RECORD of its files.

    Args:
        path: of the wheel.
        files: name -> content; one of them is `NAME.dist-info/METADATA`.
    """
    metadata = next(name for name in files if name.endswith(".dist-info/METADATA"))
    record = metadata.replace("METADATA", "RECORD")
    with zipfile.ZipFile(path, "w") as file:
        for name, content in {**files, record: recorded(files, record)}.items():
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.create_system = 3  # Unix, wherever it is written
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            file.writestr(entry, content, zipfile.ZIP_DEFLATED)


def recorded(files: Mapping[str, bytes], record: str) -> bytes:
    """The content of RECORD: name, hash and bytes of each file; of itself the name alone.

    Args:
        files: name -> content.
        record: the name of RECORD.
    """
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    for name, content in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest())
        writer.writerow([name, f"sha256={digest.decode().rstrip('=')}", len(content)])
    writer.writerow([record, "", ""])
    return written.getvalue().encode()
