"""Trainings of translators: settings, and stops in mid-epoch."""

import numpy as np
import pytest

import seqzoo
from seqzoo import InputError
from seqzoo.recipes import translation as recipe
from seqzoo.tasks.translation.training import TranslationTexts
from seqzoo.training.command import run_recipe
from tests.support.flags import changed


@pytest.mark.parametrize(
    "flags",
    [
        "--attention none --reverse-source --cell lstm --bridge copy --bidirectional-encoder",
        "--input-feeding --unit bpe --vocabulary 60 --joint --share-embeddings --variants 3",
        "--reverse-source --unit character --attention luong_monotonic --scheduled-sampling 0.3",
        "--attention-at bottom --num-layers 2 --residual --token-dropout 0.1 --unit unigram --vocabulary 45",
    ],
)
def test_other_settings_train_and_load(translation_flags, tmp_path, flags):
    flags = [*flags.split(), "--output", str(tmp_path / "m")]
    flags = changed(translation_flags, "--epochs", "1", *flags)
    assert run_recipe(recipe, flags) == 0
    model = seqzoo.load(tmp_path / "m")
    assert isinstance(model.translate("one two."), str)
    if "none" in flags:
        with pytest.raises(InputError, match="alignments: the model has no attention"):
            model.predict(["one."], alignments=True)
    else:
        (answer,) = model.predict(["one two three."], alignments=True)
        assert len(answer["alignments"][0]) == len(answer["source_pieces"])


class Interrupted:
    """Batches that a user's Ctrl-C ends after some, counted over epochs in `left`."""

    def __init__(self, batches, left):
        self.batches, self.left, self.element_spec = batches, left, batches.element_spec

    def __iter__(self):
        for batch in self.batches:
            if not self.left[0]:
                raise KeyboardInterrupt
            self.left[0] -= 1
            yield batch


@pytest.mark.slow
def test_stopped_and_gone_on_with_it_ends_the_same(
    translation_flags, tmp_path, monkeypatch
):
    """Stopped twice in mid-epoch, once in a later one: the weights, means among them, of one that ran
    through."""
    more = "--epochs 3 --scheduled-sampling 0.2 --unit bpe --variants 2 --vocabulary 60 --save-seconds 0"
    flags = changed(translation_flags, *more.split())
    assert run_recipe(recipe, [*flags, "--output", str(tmp_path / "through")]) == 0
    original = TranslationTexts.batches
    for left in ([5], [30]):

        def batches(self, planned, left=left):
            return Interrupted(original(self, planned), left)

        monkeypatch.setattr(TranslationTexts, "batches", batches)
        assert run_recipe(recipe, [*flags, "--output", str(tmp_path / "stopped")]) == 130
    monkeypatch.undo()
    assert run_recipe(recipe, [*flags, "--output", str(tmp_path / "stopped")]) == 0
    through, stopped = (seqzoo.load(tmp_path / name) for name in ("through", "stopped"))
    for a, b in zip(through.model.get_weights(), stopped.model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
