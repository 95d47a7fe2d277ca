"""A server of every task, without a socket."""

import pytest

from tests.serving.models import NAMES


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
