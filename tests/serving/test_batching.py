"""The queue of a server: what is computed together, what is refused, and that nothing accepted is lost."""

import threading
import time

import pytest

from seqzoo.errors import InputError
from seqzoo.serving.batching import Batcher, Full
from seqzoo.serving.limits import Limits


class Echo:
    """A predictor that answers when it may, and keeps what it was asked."""

    def __init__(self):
        self.batches, self.may = [], threading.Event()
        self.settings = []
        self.may.set()

    def encoded(self, text, where):
        if text == "bad":
            raise InputError(f"{where}: bad")
        return len(text)

    READS = ("text",)

    def answers(self, items, options):
        assert self.may.wait(10)
        self.batches.append([text for text, _ in items])
        self.settings.append(options)
        if any(text == "bug" for text, _ in items):
            raise RuntimeError("a bug")
        if len(items) > 1 and any(text == "alone" for text, _ in items):
            raise InputError("a search failed")
        return [{"text": text} for text, _ in items]

    def predict(self, texts):
        return self.answers([(text, 0) for text in texts], "usual")

    def options(self):
        return "usual"

    def effort(self, options):
        return 2.0 if options == "twice the effort" else 1.0

    def samples(self, count, longest):
        return ["text"] * count


@pytest.fixture
def made():
    """A function from limits to a predictor that stands still and its batcher."""
    batchers = []

    def make(**limits):
        predictor, seen = Echo(), []
        batcher = Batcher(predictor, Limits(**limits), lambda *told: seen.append(told))
        predictor.batches.clear()
        predictor.settings.clear()
        predictor.may.clear()
        batchers.append((predictor, batcher))
        return predictor, batcher, seen

    yield make
    for predictor, batcher in batchers:
        predictor.may.set()
        batcher.close()
        assert batcher.join(10)


def busy(predictor, batcher):
    """Have the thread at work on a text, so that what comes next waits."""
    batcher._seconds = 1e-6
    future = batcher.submit(["first"], "usual")
    while batcher.texts:
        time.sleep(0.001)
    return future


def texts(future):
    return [answer["text"] for answer in future.result(10)]


def test_what_waits_is_computed_together_in_its_order(made):
    predictor, batcher, seen = made(batch=4)
    first = busy(predictor, batcher)
    futures = [batcher.submit([f"{i}a", f"{i}b"], "usual") for i in range(3)]
    assert batcher.texts == 6
    predictor.may.set()
    assert texts(first) == ["first"]
    assert [texts(future) for future in futures] == [
        ["0a", "0b"],
        ["1a", "1b"],
        ["2a", "2b"],
    ]
    assert predictor.batches == [["first"], ["0a", "0b", "1a", "1b"], ["2a", "2b"]]
    batcher.close()
    assert batcher.join(10)
    assert [count for count, _ in seen] == [1, 4, 2]
    assert batcher.texts == 0


def test_a_request_larger_than_a_batch_is_one_batch(made):
    predictor, batcher, _ = made(batch=2)
    predictor.may.set()
    assert texts(batcher.submit(["a", "b", "c"], "usual")) == ["a", "b", "c"]


def test_a_full_queue_refuses_and_says_when_to_come_again(made):
    predictor, batcher, _ = made(queue=3)
    busy(predictor, batcher)
    batcher.submit(["a", "b"], "usual")
    with pytest.raises(Full) as refused:
        batcher.submit(["c", "d"], "usual")
    assert refused.value.retry_after >= 1
    last = batcher.submit(["c"], "usual")
    with pytest.raises(Full):
        batcher.check_room()
    predictor.may.set()
    assert texts(last) == ["c"]
    batcher.check_room()


def test_a_wait_that_is_too_long_refuses(made):
    predictor, batcher, _ = made(max_wait=0.5)
    busy(predictor, batcher)
    batcher._began = time.perf_counter()
    batcher._seconds, batcher._running = (
        0.01,
        1e-9,
    )  # a character: 20 of each text's own beside what it has
    accepted = batcher.submit(["x" * 20], "usual")
    assert batcher.wait == pytest.approx(0.4, abs=0.05)
    batcher.submit(["x"], "usual")
    assert batcher.wait == pytest.approx(0.61, abs=0.05)
    with pytest.raises(Full):
        batcher.submit(["x"], "usual")
    predictor.may.set()
    assert texts(accepted) == ["x" * 20]


def test_what_is_being_computed_counts_too(made):
    predictor, batcher, _ = made(max_wait=0.5)
    batcher._seconds = 0.1
    accepted = batcher.submit(
        ["x" * 30], "twice the effort"
    )  # idle, it takes whatever comes
    while batcher.texts:
        time.sleep(0.001)
    assert 9 < batcher.wait <= 10
    with pytest.raises(Full) as refused:
        batcher.submit(["x"], "usual")
    assert refused.value.retry_after == 10
    batcher._began -= 15  # 5 seconds late, it will take 5 more
    assert batcher.wait == pytest.approx(5, abs=0.5)
    predictor.may.set()
    assert texts(accepted) == ["x" * 30]


def test_who_is_answered_finds_the_model_idle(made):
    """Else the next request of a client could be refused for the one that it has the answer of."""
    predictor, batcher, _ = made(max_wait=0.5)
    waits = []
    for text in ("good", "bad", "bug"):
        predictor.may.clear()
        batcher._seconds = 1.0  # a character
        future = batcher.submit([text], "usual")
        future.add_done_callback(lambda _: waits.append(batcher.wait))
        predictor.may.set()
        future.exception(10)
    assert waits == [0, 0, 0]


def test_one_that_cannot_be_answered_spoils_no_other(made):
    predictor, batcher, _ = made()
    busy(predictor, batcher)
    bad, alone, good = (
        batcher.submit(each, "usual") for each in (["ok", "bad"], ["alone"], ["good"])
    )
    predictor.may.set()
    with pytest.raises(InputError, match=r"texts\[1\]: bad"):
        bad.result(10)
    assert texts(alone) == ["alone"]  # together it fails, by itself it does not
    assert texts(good) == ["good"]


def test_a_bug_is_told_and_the_thread_lives_on(made, caplog):
    predictor, batcher, _ = made()
    predictor.may.set()
    with pytest.raises(RuntimeError, match="a bug"):
        batcher.submit(["bug"], "usual").result(10)
    assert texts(batcher.submit(["good"], "usual")) == ["good"]
    assert batcher.alive
    assert "could not be answered" in caplog.text


def test_requests_of_other_options_are_not_computed_together(made):
    predictor, batcher, _ = made()
    busy(predictor, batcher)
    for options in ("usual", "usual", "other", "usual"):
        last = batcher.submit(["a"], options)
    predictor.may.set()
    last.result(10)
    assert predictor.settings == ["usual", "usual", "other", "usual"]
    assert predictor.batches == [["first"], ["a", "a"], ["a"], ["a"]]


def test_what_nobody_waits_for_is_left_out(made):
    predictor, batcher, _ = made()
    busy(predictor, batcher)
    gone, stays = batcher.submit(["gone"], "usual"), batcher.submit(["stays"], "usual")
    assert gone.cancel()
    predictor.may.set()
    assert texts(stays) == ["stays"]
    assert predictor.batches[1:] == [["stays"]]


def test_closed_it_takes_nothing_and_finishes_all(made):
    predictor, batcher, _ = made(batch=1)
    futures = [
        busy(predictor, batcher),
        *(batcher.submit([str(i)], "usual") for i in range(5)),
    ]
    batcher.close()
    with pytest.raises(Full):
        batcher.submit(["late"], "usual")
    predictor.may.set()
    assert [texts(future)[0] for future in futures] == ["first", "0", "1", "2", "3", "4"]
    assert batcher.join(10)


def test_many_threads_at_once_lose_nothing(made):
    predictor, batcher, _ = made(queue=10**6, max_wait=10**6, batch=7)
    predictor.may.set()
    got = {}

    def ask(number):
        for i in range(50):
            text = f"{number}-{i}"
            got[text] = texts(batcher.submit([text], "usual"))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 400
    assert all(answers == [text] for text, answers in got.items())
    assert (batcher.texts, batcher.wait) == (0, 0)


@pytest.mark.parametrize(
    "name", ["max_texts", "max_characters", "queue", "max_wait", "batch"]
)
def test_limits_are_above_nothing(name):
    with pytest.raises(InputError, match=f"{name}: expected above 0; got 0"):
        Limits(**{name: 0})
