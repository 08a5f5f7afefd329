"""What one labeler does at each system, as fast as it answers.

`first` gets a task. `turn` hands in the task at hand and gets the next; its times are told to the
diary. False means that no work is left. What is not as it should be raises UnexpectedError.
"""

import json
import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlencode

from benchmarks.web.connection import Answer, Connection
from benchmarks.web.measures import APART, OURS, PAGES, THEIRS

VERSION = re.compile(rb'name="((?:instructions|rubric)_version)" value="(\d+)"')
RANK = re.compile(rb'<select name="(rank-\d+)"')


class UnexpectedError(Exception):
    """The server said something that no labeler should read."""


@dataclass
class Diary:
    """When tasks were handed in, and how long each wait was, in ms, with the moment it ended.

    `next` is from asking for the next task to having it. `turn` is from sending one's work to
    having the next task: the same where handing in brings the next one along.
    """

    submitted: list[float] = field(default_factory=list)
    next: list[tuple[float, float]] = field(default_factory=list)
    turn: list[tuple[float, float]] = field(default_factory=list)
    errors: list[tuple[float, str]] = field(default_factory=list)


class Labeler(Protocol):
    diary: Diary
    browser: Connection

    async def first(self) -> bool: ...

    async def turn(self) -> bool: ...


def expect(answer: Answer, *statuses: int) -> Answer:
    if answer.status not in statuses:
        raise UnexpectedError(f"{answer.status}: {answer.body[-200:]!r}")
    return answer


class PlumblineLabeler:
    """The API's claim, then hand-ins that claim the next task in the same call."""

    def __init__(self, browser: Connection, project: str) -> None:
        self.browser = browser
        self.home = f"/p/{project}/work/"
        self.api = f"/api/projects/{project}"
        self.task: dict[str, Any] = {}
        self.diary = Diary()

    async def first(self) -> bool:
        expect(await self.browser.get(self.home), 200)  # brings the token of a signed-in browser
        return await self.claim()

    async def claim(self) -> bool:
        asked = time.perf_counter()
        answer = expect(await self.post("/tasks/claim/", {}), 200, 204)
        self.tell("next", asked)
        self.task = json.loads(answer.body) if answer.status == 200 else {}
        return bool(self.task)

    async def turn(self) -> bool:
        asked = time.perf_counter()
        self.task = (await self.hand_in(claim=True))["next"] or {}
        self.tell("next", asked)
        self.tell("turn", asked)
        return bool(self.task)

    async def hand_in(self, *, claim: bool) -> dict[str, Any]:
        body = {
            "judgments": [{"rank": rank} for rank in shuffled(len(self.task["answers"]))],
            "instructions_version": self.task["instructions_version"],
            "rubric_version": self.task["rubric_version"],
            "claim": claim,
        }
        answer = await self.post(f"/assignments/{self.task['id']}/submit/", body)
        said: dict[str, Any] = json.loads(expect(answer, 200).body)
        self.diary.submitted.append(time.perf_counter())
        return said

    async def post(self, path: str, body: dict[str, Any]) -> Answer:
        token = self.browser.cookies["csrftoken"]
        return await self.browser.post(
            self.api + path,
            json.dumps(body).encode(),
            Content_Type="application/json",
            X_CSRFToken=token,
        )

    def tell(self, name: str, asked: float) -> None:
        now = time.perf_counter()
        getattr(self.diary, name).append((now, (now - asked) * 1e3))


class ApartLabeler(PlumblineLabeler):
    """Hands in, then asks for the next task in a call of its own, as Label Studio's page does."""

    async def turn(self) -> bool:
        sent = time.perf_counter()
        await self.hand_in(claim=False)
        found = await self.claim()
        self.tell("turn", sent)
        return found


def shuffled(k: int) -> list[int]:
    """The ranks 1 to k, each once."""
    return random.sample(range(1, k + 1), k)


class PagesLabeler:
    """The start page's button, then the ranking page's: its form is sent by htmx."""

    def __init__(self, browser: Connection, project: str) -> None:
        self.browser = browser
        self.start = f"/p/{project}/work/"
        self.page: Answer | None = None
        self.path = ""
        self.diary = Diary()

    async def first(self) -> bool:
        expect(await self.browser.get(self.start), 200)
        asked = time.perf_counter()
        answer = await self.browser.post(self.start, b"", **self.token())
        found = await self.open(expect(answer, 302).headers["location"])
        self.tell("next", asked)
        return found

    async def turn(self) -> bool:
        assert self.page is not None
        form = ranking_form(self.page.body)
        asked = time.perf_counter()
        answer = await self.browser.post(
            f"{self.path}submit/",
            urlencode(form).encode(),
            Content_Type="application/x-www-form-urlencoded",
            HX_Request="true",
            **self.token(),
        )
        path = expect(answer, 200).headers["hx-redirect"]
        self.diary.submitted.append(time.perf_counter())
        found = await self.open(path)
        self.tell("next", asked)
        self.tell("turn", asked)
        return found

    async def open(self, path: str) -> bool:
        self.page, self.path = expect(await self.browser.get(path), 200), path
        return path != self.start

    def token(self) -> dict[str, str]:
        return {"X_CSRFToken": self.browser.cookies["csrftoken"]}

    def tell(self, name: str, asked: float) -> None:
        now = time.perf_counter()
        getattr(self.diary, name).append((now, (now - asked) * 1e3))


def ranking_form(page: bytes) -> dict[str, str]:
    """The page's form with a rank for each of its answers, each rank once."""
    names = [name.decode() for name in RANK.findall(page)]
    if not names:
        raise UnexpectedError("A page without answers to rank.")
    ranks = shuffled(len(names))
    form = {name.decode(): value.decode() for name, value in VERSION.findall(page)}
    return form | {name: str(rank) for name, rank in zip(names, ranks, strict=True)}


class LabelStudioLabeler:
    """What its labeling page asks of its API: the next task, then an annotation of it."""

    def __init__(self, browser: Connection, project: str) -> None:
        self.browser = browser
        self.project = project
        self.task: dict[str, Any] = {}
        self.diary = Diary()

    async def first(self) -> bool:
        asked = time.perf_counter()
        answer = await self.browser.get(f"/api/projects/{self.project}/next/")
        if answer.status == 404:
            return False
        self.task = json.loads(expect(answer, 200).body)
        now = time.perf_counter()
        self.diary.next.append((now, (now - asked) * 1e3))
        return True

    async def turn(self) -> bool:
        body = json.dumps(annotation(self.task, self.project)).encode()
        sent = time.perf_counter()
        path = f"/api/tasks/{self.task['id']}/annotations/?project={self.project}"
        expect(await self.browser.post(path, body, Content_Type="application/json"), 201)
        self.diary.submitted.append(time.perf_counter())
        found = await self.first()
        now = time.perf_counter()
        self.diary.turn.append((now, (now - sent) * 1e3))
        return found


def annotation(task: dict[str, Any], project: str) -> dict[str, Any]:
    """All answers of the task in an order, as Label Studio's page sends it."""
    names = [item["id"] for item in task["data"]["items"]]
    result = {
        "id": f"rank-{task['id']}",
        "from_name": "rank",
        "to_name": "answers",
        "type": "ranker",
        "origin": "manual",
        "value": {"ranker": {"rank": random.sample(names, len(names))}},
    }
    return {"result": [result], "lead_time": 1.0, "project": project}


LABELERS: dict[str, Callable[[Connection, str], Labeler]] = {
    OURS: PlumblineLabeler,
    APART: ApartLabeler,
    PAGES: PagesLabeler,
    THEIRS: LabelStudioLabeler,
}
