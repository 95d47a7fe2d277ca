"""A trained model in another format, with what gets from text to answer, and the proof that it answers alike.

The folder of an export needs the format's own runtime and never seqzoo: the networks, `runtime.py` that runs
them, `reader.py` from text to answer, the vocabulary, `signature.json`, `report.json` and a card.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path

from seqzoo import artifact, predict
from seqzoo.errors import InputError, unknown_name
from seqzoo.export import card, formats, proof
from seqzoo.layers import to_stock
from seqzoo.storage import write_json

FORMATS = tuple(formats.FORMATS)
READERS = Path(__file__).parent / "readers"
TAGGING = ("segmentation", "entities")
SIDE_FILES = (
    "vocabulary.txt",
    "labels.txt",
    "tags.txt",
    "bigrams.txt",
    "source.model",
    "target.model",
    "subwords.model",
)


def export(
    model: str | Path,
    format: str,
    output: str | Path | None = None,
    *,
    lengths: Sequence[int] | None = None,
    texts: Sequence[str] | None = None,
) -> dict:
    """Write a model in another format and prove that it answers like the model.

    Args:
        model: a name that `seqzoo list` shows, or an artifact's folder.
        format: `keras`, `saved_model`, `onnx` or `litert`.
        output: a new folder; default: the model's name and the format, in the current one.
        lengths: LiteRT alone: tokens that a text may have, a file each.
        texts: to prove it by; default: 1,000 made of the model's vocabulary.

    Returns:
        The report, as in `report.json`.

    Raises:
        InputError: on bad arguments, a missing package, or answers that differ; nothing is left then.
    """
    if format not in formats.FORMATS:
        raise unknown_name("format", format, FORMATS)
    source = predict.find(model)
    predictor = predict.load(source)
    task = predictor.config["task"]
    formats.check_installed(format)
    lengths = formats.check_lengths(format, lengths, task)
    name = source.resolve().name
    folder = Path(output) if output is not None else Path(f"{name}-{format}")
    if folder.exists():
        raise InputError(f"{folder}: exists already; expected a new folder")
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        written = _write(partial, predictor, task, format, lengths)
        print("written; asking the model and its export the same texts", flush=True)
        report = proof.prove(partial, predictor, task, format, lengths, texts)
        report = (
            {"model": name, "format": format, "task": task} | report | _contents(partial, written, format)
        )
        write_json(partial / "report.json", report)
        (partial / "README.md").write_text(card.card(name, format, task, report), "utf-8")
        partial.rename(folder)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return report


def _in_graph(format: str, task: str, predictor) -> bool:
    """Whether the graph does more than the network: it takes text, or has a translator's search."""
    if format != "saved_model" or task == "language":
        return False
    # Words are found by regular expressions, whose places TensorFlow does not tell.
    return task not in TAGGING or (predictor.unit == "character" and predictor.tagging.legal)


def _write(folder, predictor, task, format, lengths) -> list[Path]:
    """Networks, readers, texts' files and the signature."""
    kind, written, signature = formats.FORMATS[format], [], {}
    in_graph = _in_graph(format, task, predictor)
    for name, network in predictor.networks.items():
        network = to_stock(network)
        if kind.whole and task in TAGGING:
            network = predictor.model  # with its CRF
        if in_graph and task == "classification":
            written += formats.text_model(folder, name, network, predictor)
        elif in_graph and task in TAGGING:
            written += formats.tagger_model(folder, name, network, predictor, proof.field(predictor.model))
        else:
            written += kind.write(folder, name, network, lengths)
        signature[name] = formats.signature(network, kind, lengths)
    if in_graph and task == "translation":
        written += formats.search_model(folder, predictor)
    for name in SIDE_FILES:
        if name in predictor.artifact.names:
            shutil.copyfile(predictor.artifact.path(name), folder / name)
    for name, target in _readers(format, task, in_graph):
        shutil.copyfile(READERS / f"{name}.py", folder / f"{target}.py")
    write_json(folder / "signature.json", signature)
    write_json(folder / "text.json", _text(predictor, task) | {"in_graph": in_graph})
    return written


def _readers(format: str, task: str, in_graph: bool):
    """Files in `readers`, and what they are called in an export."""
    if in_graph and task == "classification":
        return [("classification_saved_model", "reader"), ("lines", "lines")]
    files = [("tagging" if task in TAGGING else task, "reader"), (f"runtime_{format}", "runtime")]
    files.append(("lines", "lines"))
    if task == "translation":
        files.append(("search_saved_model" if in_graph else "search_networks", "search"))
    return files


def _text(predictor, task: str) -> dict:
    """What a reader must know of texts."""
    text = {"task": task, **predictor.config["text"]}
    if task == "language":
        names = predictor.reading.names
        text["states"] = {name: int(predictor.model.input[name].shape[-1]) for name in names}
    if hasattr(predictor, "tagging"):
        text["field"] = proof.lists(proof.field(predictor.model)) if predictor.tagging.legal else None
    return text


def _contents(folder: Path, written: list[Path], format: str) -> dict:
    """Bytes of the networks' files, and operators where the format tells them."""
    found = {str(path.relative_to(folder)): path.stat().st_size for path in written}
    return {"bytes": sum(found.values()), "files": found, "operators": formats.operators(written, format),
            "versions": artifact.versions()}  # fmt: skip


def read_texts(path: Path) -> list[str]:
    """Texts of a file, one a line, to prove an export by.

    Raises:
        InputError: if there are none.
    """
    texts = [line for line in path.read_text("utf-8").split("\n") if line.strip()]
    if not texts:
        raise InputError(f"{path}: expected texts, one a line; it has none")
    return texts


def describe(report: dict) -> str:
    """A report as a person reads it."""
    return card.figures(report)


__all__ = ["FORMATS", "describe", "export", "read_texts"]
