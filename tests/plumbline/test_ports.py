import socket

import pytest

from plumbline.ports import port_refusal


def test_a_free_port_is_not_refused() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    assert port_refusal("127.0.0.1", free) is None


def test_a_taken_port_is_refused_with_what_to_do() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        taken = holder.getsockname()[1]
        refusal = port_refusal("127.0.0.1", taken)
    assert refusal is not None
    assert f"make demo PORT={taken + 1}" in refusal


@pytest.mark.parametrize("port", [-1, 0, 65536])
def test_no_port_is_refused(port: int) -> None:
    assert "is no port" in str(port_refusal("127.0.0.1", port))
