"""How long the server takes for an admin's pages where a project is large: `make bench-admin`."""
