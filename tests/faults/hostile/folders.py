"""Folders whose manifest, configuration or text files ask for what they should not."""

import json
import os
import pickle

from seqzoo.system.files import read_json, write_json
from tests.faults.hostile.files import Runs, case


def listed(folder, *names, **beside) -> None:
    """Have the manifest list further names."""
    write_json(
        folder / "manifest.json", {"format": 3, "sha256": {}, "besides": names, **beside}
    )


def configured(folder, model=None, **changes) -> None:
    """`config.json` with other values, of what builds the model and of the rest."""
    config = json.loads((folder / "config.json").read_text())
    config["model"] |= model or {}
    write_json(folder / "config.json", config | changes)


def with_arguments(folder, **arguments) -> None:
    """`config.json` with other arguments of the builder."""
    config = json.loads((folder / "config.json").read_text())
    configured(folder, {"arguments": config["model"]["arguments"] | arguments})


@case
def manifest_that_climbs_out(trap, folder):
    listed(folder, f"../{trap.secret.name}", os.path.relpath(trap.secret, folder))


@case
def manifest_of_an_absolute_path(trap, folder):
    listed(folder, str(trap.secret))


@case
def manifest_of_a_terabyte(trap, folder):
    with open(folder / "manifest.json", "wb") as file:
        file.truncate(2**40)


@case
def manifest_of_deep_nesting(trap, folder):
    content = '{"kept": 1, "format": 3, "sha256": ' + "[" * 100_000 + "]" * 100_000 + "}"
    (folder / "manifest.json").write_text(content)


@case
def hashes_that_do_not_fit(trap, folder):
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "model.keras").write_bytes(pickle.dumps(Runs(trap.payload)))
    write_json(folder / "manifest.json", {**manifest, "kept": 1})


@case
def link_to_a_file(trap, folder):
    (folder / "vocabulary.txt").unlink()
    (folder / "vocabulary.txt").symlink_to(trap.secret)


@case
def link_to_endless_zeros(trap, folder):
    (folder / "labels.txt").unlink()
    (folder / "labels.txt").symlink_to("/dev/zero")
    listed(folder, "labels.txt")


@case
def pipe_without_an_end(trap, folder):
    (folder / "labels.txt").unlink()
    os.mkfifo(folder / "labels.txt")
    listed(folder, "labels.txt")


@case
def folder_in_place_of_a_file(trap, folder):
    (folder / "labels.txt").unlink()
    (folder / "labels.txt").mkdir()
    listed(folder, "labels.txt")


@case
def network_of_a_terabyte(trap, folder):
    with open(folder / "model.keras", "wb") as file:
        file.truncate(2**40)


@case
def vocabulary_of_blank_lines(trap, folder):
    (folder / "vocabulary.txt").write_bytes(
        b"<pad>\n<unk>\n<s>\n</s>\n" + b"\n" * 30_000_000
    )


@case
def vocabulary_of_zeros(trap, folder):
    (folder / "vocabulary.txt").write_bytes(bytes(30_000_000))


@case
def modules_beside_the_model(trap, folder):
    code = f"import os\nos.system({trap.payload!r})\n"
    for name in ("__init__", "keras", "numpy", "seqzoo", "sitecustomize", "config"):
        (folder / f"{name}.py").write_text(code)
    (folder / "planted.pth").write_text(f"import os; os.system({trap.payload!r})\n")
    (folder / "vocabulary.txt").unlink()  # and nothing else would be wrong with it


@case
def builder_of_another_name(trap, folder):
    configured(folder, {"builder": "os.system"})


@case
def builder_that_is_none(trap, folder):
    configured(folder, {"builder": {"module": "os", "class_name": "system"}})


@case
def cell_of_another_name(trap, folder):
    with_arguments(folder, cell="__class__")


@case
def argument_of_another_name(trap, folder):
    with_arguments(folder, __class__="os")


@case
def layer_as_an_argument(trap, folder):
    value = {"module": "os", "class_name": "system", "config": {"command": trap.payload}}
    with_arguments(folder, cell=value, pooling=[value])


@case
def units_of_a_billion(trap, folder):
    with_arguments(folder, units=[2**30])


@case
def vocabulary_of_two_billion(trap, folder):
    with_arguments(folder, vocab_size=2**31 - 1, embedding_dim=2**31 - 1)


@case
def layers_without_number(trap, folder):
    with_arguments(folder, units=4, num_layers=10**9)


@case
def units_without_number(trap, folder):
    with_arguments(folder, units=[1] * 10**6)


@case
def numbers_that_are_none(trap, folder):
    text = (folder / "config.json").read_text()
    (folder / "config.json").write_text(
        text.replace('"vocab_size": 6', '"vocab_size": 1e999')
    )


@case
def configuration_of_deep_nesting(trap, folder):
    (folder / "config.json").write_text("[" * 100_000 + "]" * 100_000)


@case
def settings_of_texts_that_are_none(trap, folder):
    configured(folder, text={"unit": "os", "lowercase": "x", "max_length": -1})


@case
def link_in_place_of_a_commit(trap, folder):
    (folder / ".commit").symlink_to(trap.secret.parent)


@case
def task_of_another_builder(trap, folder):
    configured(
        folder,
        task="segmentation",
        text={"unit": "word", "scheme": "BMES", "max_length": 9},
    )


@case
def tags_without_number(trap, folder):
    arguments = {"vocab_size": 6, "num_tags": 10**5, "tags": "B" * 10**5, "scheme": "BMES"}
    text = {"unit": "word", "scheme": "BMES", "max_length": 9}
    configured(
        folder,
        {"builder": "tagger", "arguments": arguments},
        task="segmentation",
        text=text,
    )


@case
def arguments_left_out(trap, folder):
    configured(folder, {"arguments": {}})


@case
def search_that_is_none(trap, folder):
    text = {"unit": "word", "joint": True, "reverse_source": False, "length_ratio": 1.0}
    text["search"] = {"self": 1, "beam_size": 10**9}
    arguments = {"source_vocab_size": 6, "target_vocab_size": 6}
    configured(
        folder,
        {"builder": "translator", "arguments": arguments},
        task="translation",
        text=text,
    )


@case
def name_of_300_bytes(trap, folder):
    listed(folder, "字" * 100)


@case
def networks_without_number(trap, folder):
    for number in range(200):
        with open(folder / f"x{number}.keras", "wb") as file:
            file.truncate(2**20)


def averaging(folder, head=None, body=b"") -> None:
    """A classifier that answers with an average, and a bag of any first line and bytes behind it."""
    text = read_json(folder / "config.json")["text"]
    configured(folder, text=text | {"average_with_bag": True})
    if head is None:
        return
    sound = {"format": 1, "classes": 2, "majority": 0, "strength": 1.0, "bits": 12}
    sound |= {"scales": [1e-6], "intercepts": [0.0], "average": [0.5, 0.5]}
    line = json.dumps(sound | head).encode() + b"\n"
    (folder / "bag.bin").write_bytes(line + (body or bytes(2 << 12)))


@case
def average_without_a_bag(trap, folder):
    averaging(folder)


@case
def average_that_is_no_truth_value(trap, folder):
    text = read_json(folder / "config.json")["text"]
    configured(folder, text=text | {"average_with_bag": trap.payload})


@case
def average_without_weights(trap, folder):
    averaging(folder, {"average": None})


@case
def average_of_weights_without_end(trap, folder):
    averaging(folder, {"average": [1e999, 0.5]})


@case
def bag_of_an_exabyte(trap, folder):
    averaging(folder, {"bits": 60})


@case
def bag_of_a_billion_classes(trap, folder):
    averaging(folder, {"classes": 10**9, "scales": [1.0] * 5000})


@case
def bag_cut_off(trap, folder):
    averaging(folder, {}, bytes(100))


@case
def bag_that_is_a_pickle(trap, folder):
    averaging(folder, {})
    (folder / "bag.bin").write_bytes(pickle.dumps(Runs(trap.payload)))


@case
def bag_of_a_terabyte(trap, folder):
    averaging(folder, {})
    with open(folder / "bag.bin", "r+b") as file:
        file.truncate(2**40)


@case
def bag_that_is_a_link(trap, folder):
    averaging(folder)
    (folder / "bag.bin").symlink_to(trap.secret)
