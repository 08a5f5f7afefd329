"""A setting brought up: a database made for a system, its keeper, and its web server."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.web.databases import database_make
from benchmarks.web.keeper import Keeper, keeper_run
from benchmarks.web.servers import Server, Serving, server_run


@dataclass(frozen=True)
class System:
    """A program that gives out tasks. `serving` is told the folder for its files and the address
    of its database; `duties` is the module that its keeper works by; `ways` are the labelers that
    it is measured with, each a system of its own in the table."""

    name: str
    python: Path
    duties: str
    serving: Callable[[Path, str], Serving]
    ways: tuple[str, ...]


@dataclass(frozen=True)
class Setting:
    """What is measured: a system on a database."""

    system: System
    database: str

    def __str__(self) -> str:
        return f"{self.system.name} on {self.database}"


@dataclass(frozen=True)
class Standing:
    """A setting that is up, with its labelers signed in."""

    setting: Setting
    server: Server
    keeper: Keeper
    project: str
    sessions: list[dict[str, str]]


@contextmanager
def setting_stand(setting: Setting, *, labelers: int, folder: Path) -> Iterator[Standing]:
    """A database with a project and its labelers, served; all of it is gone after the block."""
    system = setting.system
    name = f"{system.name}_{setting.database}".replace("-", "_")
    folder = folder / name
    folder.mkdir()
    with ExitStack() as stack:
        address = stack.enter_context(database_make(setting.database, name=name, folder=folder))
        serving = system.serving(folder, address)
        keeper = stack.enter_context(
            keeper_run(
                system.duties,
                python=system.python,
                environment=serving.environment,
                log=folder / "keeper.log",
            )
        )
        people = keeper.ask("people", labelers=labelers)
        server = stack.enter_context(server_run(serving, folder / "web.log"))
        yield Standing(setting, server, keeper, people["project"], people["sessions"])
