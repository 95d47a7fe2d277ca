"""What is left out of a batch comes back at its place."""

import numpy as np

from seqzoo.decoding.finished import Finished


def test_results_stand_where_their_examples_stood():
    random = np.random.default_rng(0)
    for batch in (1, 2, 7, 64):
        names = np.arange(batch)
        lasting = random.integers(0, 30, batch)  # steps that an example takes
        finished, copies = Finished(batch), 0
        for t in range(30):
            done = lasting[names] <= t
            going = finished.left(done, (names, 10 * names))
            if going is not None:
                names, copies = names[going], copies + 1
                assert not done[going].any()
        first, second = finished.whole((names, 10 * names))
        np.testing.assert_array_equal(first, np.arange(batch))
        np.testing.assert_array_equal(second, 10 * np.arange(batch))
        assert copies <= 15  # each time a quarter goes


def test_a_batch_stays_whole_while_few_are_done_and_when_all_are():
    finished = Finished(8)
    assert finished.left(np.arange(8) < 1, (np.arange(8),)) is None
    assert finished.left(np.ones(8, bool), (np.arange(8),)) is None
    assert finished.left(np.arange(8) < 2, (np.arange(8),)).tolist() == [2, 3, 4, 5, 6, 7]
