"""spec.json: the validated, versioned document that tells a child process what to do."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError


class Config(BaseModel):
    """Base of every small config: frozen, and an unknown field is an error, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _absolute(path: Path) -> Path:
    if not path.is_absolute():
        raise ValueError("must be an absolute path")
    return path


AbsolutePath = Annotated[Path, AfterValidator(_absolute)]


class Spec(Config):
    """What every kind of spec has. A kind's own model adds `kind: Literal[...]` and its fields."""

    version: Literal[1]
    kind: str
    seed: int = Field(ge=0, lt=2**31)
    output: AbsolutePath
    device: Literal["auto", "cpu", "cuda"] = "auto"
    threads: int | None = Field(default=None, ge=1)


class SpecError(Exception):
    """A spec that cannot be followed; the message names each field at fault by its path.

    `output` is the folder to tell it in, where the spec at least says that.
    """

    def __init__(self, message: str, output: Path | None = None) -> None:
        super().__init__(message)
        self.output = output


def load_spec(path: Path, kinds: Mapping[str, type[Spec]]) -> Spec:
    """Read and validate a spec; `kinds` maps its "kind" to the model to validate with.

    Raises SpecError.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SpecError(f"{path}: cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise SpecError(f"{path}: not JSON ({error})") from error
    if not isinstance(data, dict):
        raise SpecError(f"{path}: not a JSON object")
    output = _output(data)
    model = kinds.get(str(data.get("kind")))
    if model is None:
        known = ", ".join(sorted(kinds))
        raise SpecError(f"kind: {data.get('kind')!r} is none of {known}", output)
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise SpecError(_plain(error), output) from error


def _output(data: dict[str, Any]) -> Path | None:
    output = data.get("output")
    return Path(output) if isinstance(output, str) and Path(output).is_absolute() else None


def _plain(error: ValidationError) -> str:
    lines = []
    for one in error.errors(include_url=False):
        where = ".".join(str(part) for part in one["loc"]) or "spec"
        lines.append(f"{where}: {one['msg']}")
    return "\n".join(lines)
