from __future__ import annotations

import socket

from px.local.port import HOST, free_port, is_taken


def test_a_listening_socket_takes_its_port() -> None:
    """Taken while somebody listens, free after."""
    with socket.socket() as listening:
        listening.bind((HOST, 0))
        listening.listen()
        port = listening.getsockname()[1]

        assert is_taken(port)

    assert not is_taken(port)


def test_a_free_port_can_be_used() -> None:
    """What free_port gives is not taken."""
    assert not is_taken(free_port())
