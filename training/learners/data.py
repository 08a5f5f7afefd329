"""Reading a snapshot: frozen Parquet files and the manifest that vouches for them."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pyarrow.parquet as parquet

from inference.child.failure import Failure
from inference.child.files import sha256_file
from inference.engines.templates import Message

Split = Literal["train", "valid", "test"]


@dataclass(frozen=True)
class Demonstration:
    prompt_id: int
    messages: list[Message]
    completion: str


@dataclass(frozen=True)
class Ranking:
    """One person's order of a prompt's K >= 2 completions."""

    prompt_id: int
    messages: list[Message]
    completions: list[str]
    ranks: list[int]
    """One per completion, dense from 1 = best; equal ranks tie"""


@dataclass(frozen=True)
class Prompt:
    prompt_id: int
    messages: list[Message]


class Snapshot:
    """A snapshot folder. Raises Failure where it is not what was frozen."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        except OSError as error:
            raise Failure(
                f"The snapshot has no manifest ({folder.name}).",
                "Export the snapshot again; it may have been removed.",
            ) from error
        for name, entry in manifest["files"].items():
            path = folder / name
            if not path.is_file() or sha256_file(path) != entry["sha256"]:
                raise Failure(
                    f"The snapshot's file {name} is not the one that was frozen.",
                    "Export a new snapshot: this one was changed or is damaged.",
                )

    def demonstrations(self, split: Split) -> list[Demonstration]:
        return [
            Demonstration(row["prompt_id"], row["messages"], row["completion"])
            for row in self._rows("demonstrations.parquet", split)
        ]

    def rankings(self, split: Split) -> list[Ranking]:
        return [
            Ranking(row["prompt_id"], row["messages"], row["completions"], row["ranks"])
            for row in self._rows("rankings.parquet", split)
        ]

    def prompts(self, split: Split) -> list[Prompt]:
        return [
            Prompt(row["prompt_id"], row["messages"])
            for row in self._rows("prompts.parquet", split)
        ]

    def _rows(self, name: str, split: Split) -> list[dict[str, Any]]:
        path = self._folder / name
        if not path.is_file():
            return []
        table = parquet.read_table(path, filters=[("split", "=", split)])
        rows: list[dict[str, Any]] = table.to_pylist()
        return rows
