"""A server of every task, without a socket."""

import hashlib
import os
import shutil
import socket
import tarfile
import threading

import pytest

from tests.serving.models import (
    CAPTIONER,
    FORECASTER,
    NAMES,
    PEN,
    REGRESSOR,
    SERIES,
    SPEECH,
    STORIES,
    TALKER,
    TREES,
    VERSE,
)

# axe-core, for tests of accessibility: where it is, and which.
VARIABLE = "SEQZOO_AXE"
VERSION = "4.11.0"
SHA256 = "39bed7d72308f6d620789c169d699bfd7e8da80f65b545821a6b2215c3e83107"


@pytest.fixture(scope="module")
def service():
    from seqzoo.serving import Service

    service = Service(NAMES)
    yield service
    service.drain()


@pytest.fixture(scope="module")
def client(service):
    from fastapi.testclient import TestClient

    from seqzoo.serving import create_app

    return TestClient(create_app(service), raise_server_exceptions=False)


@pytest.fixture(scope="module")
def address(
    regressor,
    forecaster,
    series_classifier,
    talker,
    verse_model,
    handwriter,
    captioner,
    tree_classifier,
    story_reader,
    tmp_path_factory,
):
    """A server in a thread of this process, with a model of every task."""
    import uvicorn

    from seqzoo.serving import Service, create_app
    from seqzoo.tasks import discover
    from tests.serving.sounds import recognizer

    made = {
        REGRESSOR: regressor,
        FORECASTER: forecaster,
        SERIES: series_classifier,
        TALKER: talker,
        VERSE: verse_model,
        PEN: handwriter,
        CAPTIONER: captioner,
        TREES: tree_classifier,
        STORIES: story_reader,
    }
    folder = tmp_path_factory.mktemp("served")
    copies = [shutil.copytree(each, folder / name) for name, each in made.items()]
    copies.append(recognizer(folder / SPEECH))
    service = Service([*NAMES, *copies])
    assert {served.task.name for served in service.models.values()} == discover().keys()
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(create_app(service), lifespan="off", log_level="warning")
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(20)
    service.drain()


@pytest.fixture(scope="module")
def axe():
    """The script of axe-core."""
    path = os.environ.get(VARIABLE)
    if not path:
        wanted = f"axe-core {VERSION}: npm pack it, and set {VARIABLE} to it"
        if path is None and os.environ.get("CI"):
            pytest.fail(f"expected {wanted}")
        pytest.skip(f"there is no {wanted}")
    with open(path, "rb") as file:
        assert hashlib.file_digest(file, "sha256").hexdigest() == SHA256
    with tarfile.open(path) as archive:
        return archive.extractfile("package/axe.min.js").read().decode()
