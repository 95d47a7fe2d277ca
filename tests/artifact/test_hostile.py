"""Artifacts and files of somebody who means harm, a few of each kind; as slow all of them, watched."""

import zipfile

import pytest

import seqzoo
from seqzoo import InputError, artifact, models
from seqzoo.artifact import foreign, weights
from seqzoo.artifact.places import place
from tests.faults.hostile import CASES, Trap, seal
from tests.faults.hostile import run as hostile

# What Keras would read; the engine reads at the places that the graph says, and finds no weights there.
ARCHIVES = {  # case -> what the message has
    "archive_packed_by_bzip2": "packed by method 12",
    "archive_packed_by_lzma": "packed by method 14",
    "weights_cut_off": "model.weights.h5: damaged",
}
ARTIFACTS = {  # case -> what the message has
    "archive_with_two_weights": "expected one model.weights.h5",
    "archive_that_lies_about_sizes": "model.weights.h5: damaged",
    "archive_behind_a_password": "encrypted",
    "archive_that_claims_to_be_dense": "packed denser than weights can be",
    "link_in_place_of_a_commit": "a link; expected a folder",
    "task_of_another_builder": '"model": expected a tagger',
    "tags_without_number": "expected tags.txt",
    "arguments_left_out": 'expected "vocab_size"',
    "search_that_is_none": 'expected a usable "search"',
    "name_of_300_bytes": "no name of a file in the folder",
    "networks_without_number": "expected 100 at most",
    "external_link": "a link to elsewhere",
    "array_kept_in_another_file": "kept elsewhere or filtered",
    "virtual_array_of_another_file": "kept elsewhere or filtered",
    "hard_links_in_a_circle": "too deep or too many",
    "array_of_a_trillion_that_nobody_wrote": "0 are there",
    "array_of_strings": "expected plain numbers",
    "weights_that_are_no_numbers": "no finite numbers",
    "manifest_that_climbs_out": "no name of a file in the folder",
    "manifest_of_a_terabyte": "expected 33,554,432 at most",
    "link_to_a_file": "expected a plain file",
    "pipe_without_an_end": "expected a plain file",
    "hashes_that_do_not_fit": "model.keras: damaged: its SHA-256",
    "vocabulary_of_blank_lines": "lines; the model has 6",
    "modules_beside_the_model": "expected vocabulary.txt",
    "builder_of_another_name": '"model": expected a classifier',
    "cell_of_another_name": "cell: expected one of",
    "vocabulary_of_two_billion": "6 lines; the model has 2,147,483,647",
    "units_without_number": "out of the range of models",
    "settings_of_texts_that_are_none": '"text": expected a usable "unit"',
    "graph_with_an_operator_of_a_library": "operators of 'com.microsoft'",
    "graph_with_an_operator_that_draws": "operator 'RandomNormal' in a graph",
    "graph_with_weights_of_another_file": "weights in '/.*; expected model.keras",
    "graph_with_weights_behind_the_end_of_the_file": "bytes 999,999,999,999 to .*; the file has",
    "graph_with_weights_before_the_file": "with the offset '-4096'",
    "graph_with_more_weights_than_numbers": "expected .* bytes; got 999999",
    "graph_with_weights_of_other_names": "has no weights of that name",
    "graph_with_a_shape_of_a_trillion": "numbers that are no sizes",
    "graph_of_functions": "functions of its own",
    "graph_of_loops_in_loops": "loops in loops",
    "graph_cut_off": "not an ONNX graph|ends in the middle",
    "graph_that_is_none": "not an ONNX graph",
    "graph_of_another_model": "expected .* bytes; got",
    "graph_with_an_input_more": "expected one input and one output",
    "average_without_a_bag": "expected bag.bin; its manifest.json lists none",
    "average_that_is_no_truth_value": '"text": expected a usable "average_with_bag"',
    "average_without_weights": "bag.bin: expected the weights of the average",
    "average_of_weights_without_end": 'bag.bin: expected a usable "average"',
    "bag_of_an_exabyte": 'bag.bin: expected a usable "bits"',
    "bag_of_a_billion_classes": "bag.bin: expected 2 classes; got 1000000000",
    "bag_cut_off": "bag.bin: expected 8,192 bytes behind the first line; got 100",
    "bag_that_is_a_pickle": "bag.bin: expected a bag of n-grams of format 1",
    "bag_of_a_terabyte": "bag.bin: 1,099,511,627,776 bytes; expected 33,554,432 at most",
    "bag_that_is_a_link": "bag.bin: expected a plain file",
}
FILES = {
    "lambda_layer_with_code": "Lambda: not read",
    "class_of_an_arbitrary_module": "os.system: not read",
    "exec_as_activation": "builtins.function: not read",
    "run_in_arguments_of_a_call": "os.system: not read",
    "string_lookup_of_a_local_file": "StringLookup: not read",
    "dotted_name_of_a_lookup": "StringLookup: not read",
    "name_that_is_a_list": "not read",
    "a_pickle_as_the_model": "not a .keras file",
    "a_model_of_deep_nesting": "recursion",
    "archive_with_a_config_that_blows_up": "config.json: 1,073,741,824 bytes",
}


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """The folder of an artifact without a fault."""
    from tests.faults.file_operations import ModelFolder

    subject = ModelFolder(tmp_path_factory.mktemp("sound"))
    subject.save(1)
    return subject.folder


@pytest.fixture
def trap(tmp_path):
    (tmp_path / "secret.txt").write_text("secret\n")
    return Trap(tmp_path / "canary", tmp_path / "secret.txt", 1)


def spoilt(case, sound, trap):
    import shutil

    folder = shutil.copytree(sound, trap.canary.parent / "spoilt")
    CASES[case](trap, folder)
    seal(folder)
    return folder


@pytest.mark.parametrize("case", ARTIFACTS)
def test_a_hostile_artifact_is_refused_with_the_reason(case, sound, trap):
    with pytest.raises(InputError, match=ARTIFACTS[case]) as caught:
        hostile.used(spoilt(case, sound, trap))
    assert "spoilt" in str(caught.value)
    assert not trap.canary.exists()


@pytest.mark.parametrize("case", ARCHIVES)
def test_a_hostile_archive_is_refused_by_keras_and_by_the_engine(case, sound, trap):
    folder = spoilt(case, sound, trap)
    with pytest.raises(InputError, match=ARCHIVES[case]) as caught:
        artifact.Artifact(folder).load()
    assert "spoilt" in str(caught.value)
    with pytest.raises(InputError, match=r"spoilt.model.onnx: "):
        hostile.used(folder)


@pytest.mark.parametrize("case", FILES)
def test_a_hostile_file_is_refused_with_the_reason(case, sound, trap):
    with pytest.raises(InputError, match=FILES[case]):
        foreign.network(spoilt(case, sound, trap) / "model.keras")
    assert not trap.canary.exists()


@pytest.mark.slow
def test_no_hostile_case_does_or_takes_what_it_must_not():
    records = hostile.run(list(CASES))
    assert len(CASES) >= 40
    assert len(records) == 3 * len(CASES)  # on the engine, in Keras, as a file
    assert [record for record in records if hostile.faults(record)] == []


def test_what_a_network_file_names_is_not_read(sound, trap):
    """The architecture is the builder's, whatever `model.keras` says."""
    folder = spoilt("lambda_layer_with_code", sound, trap)
    place(folder / "model.onnx")  # the weights lie elsewhere in the new file
    seal(folder)
    found = seqzoo.load(folder)
    assert found.model is not None
    assert found.predict(["a b"]) == seqzoo.load(sound).predict(["a b"])
    assert not trap.canary.exists()


def test_files_that_the_manifest_does_not_list_are_not_read(sound):
    found = artifact.Artifact(sound)
    (sound / "transitions.json").write_text("[]")
    with pytest.raises(
        InputError, match=r"expected transitions.json; its manifest.json lists none"
    ):
        found.path("transitions.json")
    assert "transitions.json" not in found.names


def test_a_file_of_keras_is_read_with_its_weights(tmp_path):
    model = models.classifier(
        20, 3, cell="gru", units=3, embedding_dim=2, pooling="attention"
    )
    model.save(tmp_path / "m.keras")
    again = foreign.network(tmp_path / "m.keras")
    for a, b in zip(model.get_weights(), again.get_weights(), strict=True):
        assert (a == b).all()
    with zipfile.ZipFile(tmp_path / "m.keras", "a") as archive:
        archive.writestr("assets/../../x", "x")
    assert foreign.network(tmp_path / "m.keras").count_params() == model.count_params()
    assert not (tmp_path.parent / "x").exists()
    assert len(weights.read(tmp_path / "m.keras")) > 4 * model.count_params()
