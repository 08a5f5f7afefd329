"""Reading a snapshot: frozen Parquet files and the manifest that vouches for them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pyarrow.parquet as parquet

from inference.child.failure import Failure
from inference.child.files import sha256_file
from inference.engines.templates import Message

Split = Literal["train", "valid", "test"]
VERSION = 1
DEMONSTRATIONS, RANKINGS = "demonstrations.parquet", "rankings.parquet"
PROMPTS = "prompts.parquet"


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
    likerts: list[int | None]
    """One per completion, 1 (worst) to 7; None where nobody said"""


@dataclass(frozen=True)
class Prompt:
    prompt_id: int
    messages: list[Message]


class Snapshot:
    """A snapshot folder. Raises Failure where it is not what was frozen."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = _manifest_files(folder)
        for name, entry in self._files.items():
            path = folder / name
            if not path.is_file() or sha256_file(path) != entry["sha256"]:
                raise Failure(
                    f"The snapshot's file {name} is not the one that was frozen.",
                    "Export a new snapshot: this one was changed or is damaged.",
                )

    @property
    def has_demonstrations(self) -> bool:
        """Whether they were frozen at all, be it none of them."""
        return DEMONSTRATIONS in self._files

    def demonstrations(self, split: Split) -> list[Demonstration]:
        return [
            Demonstration(row["prompt_id"], row["messages"], row["completion"])
            for row in self._rows(DEMONSTRATIONS, split)
        ]

    def rankings(self, split: Split) -> list[Ranking]:
        return [
            Ranking(
                row["prompt_id"],
                row["messages"],
                row["completions"],
                row["ranks"],
                row["likerts"],
            )
            for row in self._rows(RANKINGS, split)
        ]

    def prompts(self, split: Split) -> list[Prompt]:
        return [Prompt(row["prompt_id"], row["messages"]) for row in self._rows(PROMPTS, split)]

    def _rows(self, name: str, split: Split) -> list[dict[str, Any]]:
        if name not in self._files:
            raise Failure(
                f"The snapshot's manifest does not name {name}, which this stage learns from.",
                f"Export a snapshot with the {name.partition('.')[0]} in it.",
            )
        table = parquet.read_table(self._folder / name, filters=[("split", "=", split)])
        rows: list[dict[str, Any]] = table.to_pylist()
        return rows


def rated_completions(rankings: Sequence[Ranking], at_least: int) -> list[Demonstration]:
    """Ranked completions that nobody gave less on the Likert scale, each of them once."""
    messages = {one.prompt_id: one.messages for one in rankings}
    lowest: dict[tuple[int, str], int] = {}
    for one in rankings:
        for text, likert in zip(one.completions, one.likerts, strict=True):
            if likert is not None:
                key = (one.prompt_id, text)
                lowest[key] = min(likert, lowest.get(key, likert))
    return [
        Demonstration(prompt_id, messages[prompt_id], text)
        for (prompt_id, text), likert in lowest.items()
        if likert >= at_least
    ]


def _manifest_files(folder: Path) -> dict[str, dict[str, Any]]:
    """What the manifest says of each file. Raises Failure where it cannot be read."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except OSError as error:
        raise Failure(
            f"The snapshot has no manifest ({folder.name}).",
            "Export the snapshot again; it may have been removed.",
        ) from error
    except ValueError as error:
        raise Failure(
            f"The snapshot's manifest is not JSON ({folder.name}).", "Export a new snapshot."
        ) from error
    if not isinstance(manifest, dict) or manifest.get("version") != VERSION:
        raise Failure(
            f"The snapshot's manifest is not of version {VERSION} ({folder.name}).",
            "Export a new snapshot.",
        )
    files: dict[str, dict[str, Any]] = manifest["files"]
    return files
