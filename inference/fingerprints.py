"""What a base model's folder holds now, told by one hash, read again only when it has changed."""

from functools import lru_cache
from pathlib import Path

from django.core.exceptions import SuspiciousFileOperation

from inference.child.files import sha256_folder
from inference.storage import local_folder

Signs = tuple[tuple[str, int, int], ...]


def base_fingerprint(reference: str) -> str:
    """Of a base's folder on this machine or in the storage; "" for a model of the hub."""
    path = Path(reference)
    if not path.is_absolute():
        try:
            path = local_folder(reference)
        except (FileNotFoundError, SuspiciousFileOperation):
            return ""
    if not path.is_dir():
        return ""
    stats = [(str(one), one.stat()) for one in sorted(path.rglob("*")) if one.is_file()]
    return _sha256(path, tuple((name, stat.st_size, stat.st_mtime_ns) for name, stat in stats))


@lru_cache(maxsize=16)
def _sha256(folder: Path, _signs: Signs) -> str:
    """By the files' sizes and times: large folders take long to read."""
    return sha256_folder(folder)
