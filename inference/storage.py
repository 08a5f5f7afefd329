"""Folders of the storage. The database knows them by paths relative to it, so that object storage
is a setting; processes work on local folders, which for a local storage are the same ones.

In a storage without local paths a folder is its files plus `<folder>.manifest.json`, written last:
who finds the manifest finds the folder whole, and tells from it whether a local copy is still good.
"""

import json
import shutil
import uuid
from pathlib import Path, PurePosixPath
from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage

from inference.child import files

Manifest = dict[str, str]
"""Relative file name -> sha256, or what the storage knows instead."""


def relative_check(relative: str) -> str:
    """The path in its plain form. Raises SuspiciousFileOperation where it leaves the storage."""
    path = PurePosixPath(relative)
    if not path.parts or path.is_absolute() or ".." in path.parts or "\\" in relative:
        raise SuspiciousFileOperation(f"{relative!r} is no path inside the storage.")
    return path.as_posix()


def work_folder(relative: str) -> Path:
    """Where to write what will be published as `relative`: local, not created here.

    Nested names agree: `work_folder("a/b") == work_folder("a") / "b"`.
    """
    relative = relative_check(relative)
    return local_path(relative) or _local_root() / "work" / relative


def local_folder(relative: str) -> Path:
    """The folder as a local one, fetched to the cache where the storage is not local.

    Raises FileNotFoundError where the storage has no such folder.
    """
    relative = relative_check(relative)
    path = local_path(relative)
    if path is None:
        return _fetch(relative)
    if not path.is_dir():
        raise FileNotFoundError(f"The storage has no folder {relative}.")
    return path


def publish_folder(local: Path, relative: str) -> None:
    """Make the folder `local` the storage's folder `relative`; it appears whole or not at all."""
    relative = relative_check(relative)
    final = local_path(relative)
    if final is None:
        _upload(local, relative)
    elif final.resolve() != local.resolve():
        final.parent.mkdir(parents=True, exist_ok=True)
        temporary = final.with_name(f"{final.name}.{uuid.uuid4().hex}.tmp")
        shutil.copytree(local, temporary)
        files.publish_folder(temporary, final)


def folder_remove(relative: str) -> None:
    """Remove a folder of the storage; one that is not there is none."""
    relative = relative_check(relative)
    path = local_path(relative)
    if path is not None:
        shutil.rmtree(path, ignore_errors=True)
        return
    # The manifest first: without it nobody takes what is left for a whole folder.
    default_storage.delete(_manifest_name(relative))
    for name in _walk(relative):
        default_storage.delete(f"{relative}/{name}")


def local_path(relative: str) -> Path | None:
    """Where a local storage keeps `relative`; None for any other storage."""
    # Not by asking for a path: Django's storage in memory answers too, with a file that is not.
    if isinstance(default_storage, FileSystemStorage):
        return Path(default_storage.path(relative))
    return None


def _local_root() -> Path:
    return Path(settings.STORAGE_ROOT)


def _manifest_name(relative: str) -> str:
    return f"{relative}.manifest.json"


def _upload(local: Path, relative: str) -> None:
    names = sorted(p.relative_to(local).as_posix() for p in local.rglob("*") if p.is_file())
    for name in names:
        with (local / name).open("rb") as file:
            _replace(f"{relative}/{name}", File(file))
    manifest = {name: files.sha256_file(local / name) for name in names}
    _replace(_manifest_name(relative), ContentFile(json.dumps(manifest).encode()))


def _replace(name: str, content: "File[Any]") -> None:
    """Storages rename what would overwrite; here the name is the point."""
    if default_storage.exists(name):
        default_storage.delete(name)
    saved = default_storage.save(name, content)
    if saved != name:
        default_storage.delete(saved)
        raise FileExistsError(f"{name} was written by another process meanwhile.")


def _fetch(relative: str) -> Path:
    manifest = _manifest(relative)
    target = _local_root() / "cache" / relative
    seal = target.with_name(target.name + ".manifest.json")
    if target.is_dir() and _read_json(seal) == manifest:
        return target
    temporary = target.with_name(f"{target.name}.{uuid.uuid4().hex}.tmp")
    for name in manifest:
        path = temporary / relative_check(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        with default_storage.open(f"{relative}/{name}") as source, path.open("wb") as copy:
            shutil.copyfileobj(source, copy, 1 << 20)
    seal.unlink(missing_ok=True)
    files.publish_folder(temporary, target)
    files.atomic_write_json(seal, manifest)
    return target


def _manifest(relative: str) -> Manifest:
    name = _manifest_name(relative)
    if default_storage.exists(name):
        with default_storage.open(name) as file:
            manifest: Manifest = json.loads(file.read())
        return manifest
    # Put there by hand: sizes are all there is to tell a change by.
    manifest = {name: str(default_storage.size(f"{relative}/{name}")) for name in _walk(relative)}
    if not manifest:
        raise FileNotFoundError(f"The storage has no folder {relative}.")
    return manifest


def _walk(relative: str, below: str = "") -> list[str]:
    """Names of all files below the folder, relative to it."""
    try:
        folders, names = default_storage.listdir(f"{relative}/{below}".rstrip("/"))
    except FileNotFoundError:
        return []
    found = [below + name for name in names if name]
    for folder in folders:
        if folder:
            found += _walk(relative, f"{below}{folder}/")
    return sorted(found)


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError):
        return None
