"""A server of every task, without a socket."""

import shutil
import socket
import threading

import pytest

from tests.serving.models import FORECASTER, NAMES, REGRESSOR, SERIES


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
def address(regressor, forecaster, series_classifier, tmp_path_factory):
    """A server in a thread of this process, with a model of every task."""
    import uvicorn

    from seqzoo.serving import Service, create_app
    from seqzoo.tasks import discover

    made = {REGRESSOR: regressor, FORECASTER: forecaster, SERIES: series_classifier}
    folder = tmp_path_factory.mktemp("served")
    copies = [shutil.copytree(each, folder / name) for name, each in made.items()]
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
