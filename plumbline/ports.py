"""Is an address free? Asked before anything slow is done."""

import errno
import socket


def port_refusal(host: str, port: int) -> str | None:
    """Say in plain words why `port` cannot be served on, or None when it can."""
    if not 1 <= port <= 65535:
        return f"{port} is no port. Choose one between 1024 and 65535, for example PORT=8000"
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return (
                    f"Port {port} is taken by another program. Stop that one, or choose another "
                    f"port: make demo PORT={port + 1}"
                )
            if error.errno == errno.EACCES:
                return f"Port {port} needs a privilege you lack. Choose one above 1023: PORT=8000"
            return f"Port {port} cannot be used: {error.strerror}"
    return None
