"""Models that talk, by HTTP: nothing is kept unless asked, and then little, for a while."""

import pytest

import seqzoo
from seqzoo import InputError
from seqzoo.serving.sessions import Sessions
from tests.serving.models import SENTIMENT, ask

OPENING, ASKED = "i have a old small cow .", "what is it ?"


@pytest.fixture(scope="module")
def served(talker):
    """A server with a model that talks and one that does not, and the former's name."""
    from fastapi.testclient import TestClient

    from seqzoo.serving import Service, create_app

    service = Service([talker, SENTIMENT])
    yield (
        TestClient(create_app(service), raise_server_exceptions=False),
        service[talker.name],
    )
    service.drain()


def replied(client, name, **body):
    answer = ask(client, name, body, "reply")
    assert answer.status_code == 200, answer.json()
    return answer.json()


def test_without_a_session_nothing_is_kept(served, talker):
    client, model = served
    found = replied(client, model.name, text=OPENING, n_best=2)
    expected = seqzoo.load(talker).reply([OPENING], n_best=2)
    assert found["session"] is None
    assert found["prediction"]["answers"] == expected["answers"]
    assert found["prediction"]["text"] == OPENING
    assert len(model.sessions) == 0
    # Turns that stand in one text are one thing said.
    tabs = replied(client, model.name, text=f"no\t{OPENING}")["prediction"]
    assert tabs["text"] == f"no {OPENING}"


def test_a_turn_may_be_demanded(served, talker):
    client, model = served
    usual = replied(client, model.name, text=OPENING)["prediction"]["answer"]
    word = usual.split()[0]
    other = replied(client, model.name, text=OPENING, forbid=word)["prediction"]["answer"]
    assert word not in other
    assert other == seqzoo.load(talker).reply([OPENING], forbid=word)["answer"]
    for pattern, message in (("(.*a){99}", "cannot be met"), (201 * "a", "at most 200")):
        answer = ask(client, model.name, {"text": OPENING, "pattern": pattern}, "reply")
        assert answer.status_code == 422 and message in answer.json()["error"]


def test_a_session_goes_on_with_what_was_said(served, talker):
    client, model = served
    local, said = seqzoo.load(talker), []
    session = True
    for text in (OPENING, ASKED, ASKED):
        found = replied(client, model.name, text=text, session=session)
        session = found["session"]
        said.append(text)
        assert found["prediction"]["answer"] == local.reply(said)["answer"]
        said.append(found["prediction"]["answer"])
    assert len(session) > 20
    assert model.sessions.turns(session) == tuple(said[-3:])
    other = replied(client, model.name, text=OPENING, session=True)["session"]
    assert other != session


def test_what_cannot_be_used_is_told(served):
    client, model = served
    for name, body, status, message in (
        (model.name, {"text": "a", "session": "nobody"}, 422, "session: no such talk"),
        (model.name, {"text": "a", "session": False}, 422, "session: expected true"),
        (model.name, {"text": "a", "session": 3}, 422, "session"),
        (model.name, {"text": " "}, 422, "text: the text is blank"),
        (model.name, {"texts": ["a"]}, 422, "text: Field required"),
        (model.name, {"text": "a" * 20_001}, 413, "text: expected at most 20,000"),
        (model.name, {"text": "a", "n_best": 17}, 422, "n_best"),
        (model.name, {"text": "☃☃", "session": True}, 422, "none of its characters"),
        (SENTIMENT, {"text": "a"}, 404, "expected a model that talks; it is one of"),
    ):
        answer = ask(client, name, body, "reply")
        assert answer.status_code == status, answer.json()
        assert message in answer.json()["error"]
    assert {each["name"]: each["turns"] for each in client.get("/v1/models").json()["models"]} == {
        model.name: 3,
        SENTIMENT: 0,
    }  # fmt: skip


def test_sessions_are_few_short_and_expire():
    now = [0.0]
    sessions = Sessions(turns=2, most=3, seconds=10, clock=lambda: now[0])
    names = [sessions.begin() for _ in range(4)]
    for name in names[:3]:
        sessions.keep(name, ["a", "b", "c"])
    assert sessions.turns(names[0]) == ("b", "c")
    now[0] = 5
    sessions.keep(names[0], ["d"])  # the one that was silent longest is another now
    sessions.keep(names[3], ["e"])
    assert len(sessions) == 3
    with pytest.raises(InputError, match="no such talk, or none any more"):
        sessions.turns(names[1])
    now[0] = 12
    with pytest.raises(InputError, match="no such talk"):
        sessions.turns(names[2])
    assert sessions.turns(names[0]) == ("d",)
    now[0] = 30
    assert len(sessions) == 0
