"""What a built base model says of itself, read without loading it (nor torch)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from inference.engines.templates import CHAT_TEMPLATE, PAD, ROLES
from inference.tiny.config import PretrainConfig

BUILD_FILE: Final = "build.json"
VOCABULARY: Final = 1152
RIGHT_SUBJECT_WANTED: Final = 0.9
"""Below this a model copies too badly for preferences to teach it much."""


@dataclass(frozen=True)
class Build:
    """What a build came to. `built` is false where the folder stood already.

    `same` is false where the folder that stood was built from another seed, shape or corpus:
    it is kept, since models may have been trained from it; force builds it anew.
    """

    folder: Path
    built: bool
    same: bool
    facts: dict[str, Any]


def build_standing(
    *, folder: Path, seed: int, config: PretrainConfig, vocabulary: int = VOCABULARY
) -> Build | None:
    """The build that stands in `folder`, whatever it was built from; None where there is nothing.

    Raises FileExistsError where something that is no built model stands there.
    """
    if not folder.exists():
        return None
    facts = build_facts(folder)
    wanted = build_fingerprint(seed=seed, config=config, vocabulary=vocabulary)
    return Build(folder, False, facts.get("fingerprint") == wanted, facts)


def build_facts(folder: Path) -> dict[str, Any]:
    """What build.json says. Raises FileExistsError where the folder holds no built model."""
    path = folder / BUILD_FILE
    if not path.is_file():
        raise FileExistsError(f"{folder} exists, but no base model was built there")
    facts: dict[str, Any] = json.loads(path.read_text())
    return facts


def build_fingerprint(*, seed: int, config: PretrainConfig, vocabulary: int) -> str:
    """Hash of all that decides the model: seed, shape, template and this package's own sources."""
    digest = hashlib.sha256()
    decides = [seed, config.as_dict(), vocabulary, PAD, ROLES, CHAT_TEMPLATE]
    digest.update(json.dumps(decides, sort_keys=True).encode())
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.name.encode() + b"\0" + source.read_bytes() + b"\0")
    return digest.hexdigest()
