"""Secrets that are told once: only their hash is stored."""

import hashlib


def secret_hash(secret: str) -> str:
    """SHA-256 in hex. Ours are random and long, so that no slow hash is owed to them."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
