"""How much a server takes on, by what a model reads."""

import numpy as np
import pytest

from seqzoo.serving import Limits
from seqzoo.serving.batching import Full
from seqzoo.serving.limits import TOGETHER, size
from seqzoo.serving.room import Room
from seqzoo.tasks.inputs import KINDS, SERVED_AUDIO, SERVED_IMAGE, Audio


def test_texts_bound_what_comes_as_text_and_each_kind_its_files():
    limits = Limits(request_characters=1000)
    for name in ("text", "json", "table", "strokes"):
        assert limits.file((name,)) == limits.request((name,)) == limits.body
    assert limits.file(("audio",)) == SERVED_AUDIO
    assert limits.file(("text", "image")) == SERVED_IMAGE
    assert limits.request(("image", "audio")) == limits.request(("audio",))


@pytest.mark.parametrize("name", ["audio", "image"])
def test_a_request_holds_the_largest_files_in_base64(name):
    coded = 4 * (KINDS[name].served // 3 + 1)
    assert Limits().request((name,)) >= TOGETHER * coded


def test_size_counts_characters_bytes_and_values():
    samples = np.zeros((4, 2), np.float32)
    assert size("abc") == 3
    assert size(np.zeros((2, 3, 1), np.uint8)) == 6
    assert size(Audio(samples, 8000)) == samples.nbytes + 1
    assert size({"ab": [1, None, "xyz"], "c": 2}) == 2 + 5 + 1 + 1


def test_the_room_of_a_request_is_free_again_at_its_end():
    room = Room(10)
    with room.reserve() as take, room.reserve() as other:
        take(6)
        other(4)
        with pytest.raises(Full):
            take(1)
        assert room.taken == 10
    assert room.taken == 0
    with pytest.raises(ZeroDivisionError), room.reserve() as take:
        take(6)
        take(1 // 0)
    assert room.taken == 0
