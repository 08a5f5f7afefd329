"""Whether a kept connection still is one, asked of the socket instead of the server.

Connections are kept from request to request. After a restart of PostgreSQL each of them fails once,
and Django's own check against that costs every request a round trip.
"""

import select
from typing import Any

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    def is_usable(self) -> bool:
        """A server that hangs up says so on the socket, where nothing is to be read between two
        requests. Only where something is, it is asked."""
        connection: Any = self.connection
        if connection is None or connection.closed:
            return False
        waiting = select.poll()
        waiting.register(connection.fileno(), select.POLLIN)
        return not waiting.poll(0) or bool(super().is_usable())
