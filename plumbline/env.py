"""Settings from the environment; a value that cannot be read fails loudly at the start."""

import json
import os
from typing import Any

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}


def env_str(name: str, default: str) -> str:
    return os.environ.get(name, default)


def env_list(name: str, default: list[str]) -> list[str]:
    value = os.environ.get(name)
    if value is None:
        return default
    return [part.strip() for part in value.split(",") if part.strip()]


def env_bool(name: str, default: bool) -> bool:
    value = os.environ.get(name)
    if value is None:
        return default
    if value.lower() in TRUE:
        return True
    if value.lower() in FALSE:
        return False
    raise ImproperlyConfigured(f"{name}={value!r}: write 1 or 0.")


def env_float(name: str, default: float) -> float:
    value = os.environ.get(name)
    if value is None:
        return default
    try:
        return float(value)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}={value!r}: write a number.") from error


def env_int(name: str, default: int, *, least: int) -> int:
    value = os.environ.get(name)
    if value is None:
        return default
    try:
        number = int(value)
    except ValueError:
        number = least - 1
    if number < least:
        raise ImproperlyConfigured(f"{name}={value!r}: write a whole number from {least}.")
    return number


def env_json(name: str) -> dict[str, Any]:
    """A JSON object; nothing is an empty one."""
    value = os.environ.get(name) or "{}"
    try:
        read = json.loads(value)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}={value!r}: write a JSON object.") from error
    if not isinstance(read, dict):
        raise ImproperlyConfigured(f"{name}={value!r}: write a JSON object.")
    return read
