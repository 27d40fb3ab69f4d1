"""What one client may take: a server on loopback, and clients that take their time."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from sync.serving import ServeConfig
from sync.store.errors import StoreError
from sync.store.place import claimed
from sync.web.limits import PatientProtocol
from sync.web.server import listening, server
from tests.sync.web.stage import site

MOST_S = 20  # that a test waits for what ought to come at once


class Impatient(PatientProtocol):
    patience_s = 0.3


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    said = ServeConfig(port=0, connections=3)
    with site(tmp_path_factory.mktemp("limits")) as made, listening(said) as bound:
        web = server(made.app, said, protocol=Impatient)
        thread = threading.Thread(target=asyncio.run, args=(web.serve(sockets=[bound]),))
        thread.start()
        yield bound.getsockname()[:2]
        web.should_exit = True
        thread.join()


def answer_to(address: tuple[str, int], *parts: bytes) -> bytes:
    """All that comes until the server closes the connection."""
    with socket.create_connection(address, timeout=MOST_S) as client:
        for part in parts:
            client.sendall(part)
        return rest(client)


def rest(client: socket.socket) -> bytes:
    told = b""
    while some := client.recv(4_096):
        told += some
    return told


def test_who_says_nothing_is_hung_up_on(address: tuple[str, int]) -> None:
    assert answer_to(address) == b""


def test_who_says_half_is_hung_up_on(address: tuple[str, int]) -> None:
    assert answer_to(address, b"POST /hooks/github HTTP/1.1\r\nhost: x\r\n") == b""


def test_who_has_had_an_answer_must_not_dawdle_with_the_next_question(address: tuple[str, int]) -> None:
    with socket.create_connection(address, timeout=MOST_S) as client:
        client.sendall(b"GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n")
        assert client.recv(4_096).startswith(b"HTTP/1.1 200")
        client.sendall(b"GET /hea")
        assert b"HTTP/1.1" not in rest(client)


def test_headers_without_end_are_refused(address: tuple[str, int]) -> None:
    endless = b"GET /health HTTP/1.1\r\n" + b"x-filler: y\r\n" * 4_000
    assert answer_to(address, endless).startswith(b"HTTP/1.1 400")


def test_a_body_may_be_longer_than_headers_may_be(address: tuple[str, int]) -> None:
    body = b"x" * 300_000
    head = b"POST /hooks/github HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: 300000\r\n\r\n"
    assert answer_to(address, head, body).startswith(b"HTTP/1.1 401")


def test_more_than_there_is_room_for_are_told_so(address: tuple[str, int]) -> None:
    held = [socket.create_connection(address, timeout=MOST_S) for _ in range(3)]
    try:
        with httpx.Client(base_url=f"http://{address[0]}:{address[1]}") as client:
            assert client.get("/health").status_code == 503
    finally:
        for each in held:
            each.close()


def test_an_address_that_is_taken_is_said(address: tuple[str, int]) -> None:
    with pytest.raises(StoreError, match="cannot be listened on"):
        listening(ServeConfig(port=address[1]))


def test_a_store_that_cannot_be_there_is_said_before_anybody_listens(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="does not exist"), claimed(f"sqlite:///{tmp_path}/nowhere/facts.db"):
        pass
