"""Django's PostgreSQL backend, which sees for itself that the server has hung up."""
