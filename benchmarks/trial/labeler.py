"""One scripted labeler in a browser of their own: reads, ranks by key or mouse, is interrupted.

Everything is done through the page as a person does it. What is on the screen is read before
Submit and compared with what was meant; both go into the diary by the answers' texts.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext, Locator, Page

from benchmarks.trial.diary import Crew, Entry, Heard, plain
from benchmarks.trial.plans import KEYBOARD, Plan, Said, answers_draw, plan_draw

LeaseEnd = Callable[[str], Awaitable[None]]

ARRIVED = """(before) => {
  const work = document.getElementById("work");
  if (work) return work.dataset.ready !== undefined && work.dataset.draft !== before;
  return document.querySelector(".panel.empty h1") !== null;
}"""
READ = Path(__file__).with_name("read_page.js").read_text()


class Labeler:
    def __init__(
        self,
        name: str,
        context: BrowserContext,
        crew: Crew,
        *,
        seed: int,
        interruptions: float,
        lease_end: LeaseEnd,
    ) -> None:
        self.name, self.context, self.crew = name, context, crew
        self.dice = random.Random(f"{seed} {name}")
        self.interruptions = interruptions
        self.lease_end = lease_end
        self.page: Page

    async def work(self) -> None:
        """Go on until nobody has anything left to do."""
        self.crew.working.add(self.name)
        try:
            self.page = await self.context.new_page()
            while await self.next_task():
                while await self.at_task():
                    await self.task_do()
        except Exception as error:
            self.crew.faults.append(f"{self.name}: {type(error).__name__}: {error}")
        finally:
            self.crew.working.discard(self.name)

    async def next_task(self) -> bool:
        """Ask on the start page until there is a task; False when all have found nothing."""
        while True:
            ended = len(self.crew.entries)
            await self.begin()
            if await self.at_task():
                self.crew.looked.pop(self.name, None)
                return True
            self.crew.looked[self.name] = ended
            if self.crew.all_found_nothing():
                return False
            await asyncio.sleep(0.5)

    async def begin(self) -> None:
        await self.page.goto("/p/trial/work/")
        button = self.page.locator(".panel.empty form button")
        if await button.count():
            await button.click()
            await self.page.wait_for_function(ARRIVED, arg="")

    async def at_task(self) -> bool:
        return await self.page.locator("#work").count() > 0

    async def task_do(self) -> None:
        began = time.perf_counter()
        seen = await self.page.evaluate(READ)
        k = len(seen["answers"])
        plan = plan_draw(
            self.dice, k=k, annotations=seen["annotations"], interruptions=self.interruptions
        )
        if plan.skip:
            await self.skip(plan)
            self.crew.done(
                Entry(self.name, plain(seen["prompt"]), "skipped", (), reason=plan.skip), 0
            )
            return
        await self.mark_prompt(plan.annotations)
        asked = await self.page.evaluate(READ)
        said = answers_draw(self.dice, k=k, flags=asked["flags"])
        for index, answer in enumerate(said):
            if plan.interruption and index == plan.interrupted_after:
                await self.interrupt(plan.interruption)
            if plan.way == KEYBOARD:
                await self.rank_by_key(index, answer, asked["signs"])
            else:
                await self.rank_by_mouse(index, answer)
        at_the_end = plan.interrupted_after == k
        unsent = at_the_end and plan.interruption == "cut"  # handed in, it goes by itself later
        if plan.interruption and at_the_end and not unsent:
            await self.interrupt(plan.interruption)
        await self.close_up(plan)
        meant = entry_of(self.name, seen, plan, said)
        self.compare(await self.page.evaluate(READ), plan, said, asked["labels"])
        await (self.submit_unsent() if unsent else self.submit(plan))
        self.crew.done(meant, time.perf_counter() - began)

    async def mark_prompt(self, annotations: Sequence[str]) -> None:
        """They stand in a row that is opened for them, over the answers."""
        if not annotations:
            return
        row = self.page.locator("#annotations")
        await row.locator("summary").click()
        for key in annotations:
            await row.locator(f"input[value={key}]").check()
        await row.locator("summary").click()

    async def rank_by_key(self, index: int, answer: Said, signs: dict[str, str]) -> None:
        await self.walk_to(index)
        keys = ["l", str(answer.likert)] if answer.likert else []
        for flag in answer.flags:
            keys += ["f", signs[flag]]
        for key in [*keys, str(answer.slot)]:
            await self.page.keyboard.press(key)

    async def walk_to(self, index: int) -> None:
        """By j and k, as far as they go; the page knows which answer it is at."""
        for key in ("j", "k"):
            for _ in range(10):
                at = await self.page.locator(".card.focused").get_attribute("data-index")
                if at == str(index):
                    return
                await self.page.keyboard.press(key)
        raise AssertionError(f"answer {index} cannot be reached by key")

    async def rank_by_mouse(self, index: int, answer: Said) -> None:
        letter = self.page.locator(f".letters .letter[data-index='{index}']")
        await letter.click()
        if answer.likert:
            await self.page.locator(f"[data-score='{answer.likert}']").click()
        for flag in answer.flags:
            await self.page.locator(f"[data-flag='{flag}']").check()
        if self.dice.random() < 0.5:
            await self.page.locator(f".ladder-rank[data-slot='{answer.slot}']").click()
        else:
            await self.drag(letter, self.page.locator(f".letters[data-slot='{answer.slot}']"))

    async def drag(self, what: Locator, where: Locator) -> None:
        async with self.crew.drag:
            mouse = self.page.mouse
            await what.hover()
            await mouse.down()
            box = await what.bounding_box()
            assert box
            x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
            await mouse.move(x + 6, y + 6, steps=3)  # a first small move starts it
            await where.hover()
            await mouse.up()

    async def close_up(self, plan: Plan) -> None:
        if plan.none_acceptable:
            await self.page.locator("#none-button").click()
        if plan.note:
            await self.page.locator("#note").click()
            await self.page.keyboard.insert_text(plan.note)
            await self.page.keyboard.press("Escape")

    async def interrupt(self, how: str) -> None:
        """Lose the page, the connection or the lease; nothing of what was said may go with it."""
        self.crew.interrupted(how)
        before = await self.page.evaluate(READ)
        if how == "reload":
            await self.page.reload()
            await self.page.wait_for_function(ARRIVED, arg="")
        elif how == "close":
            await self.page.close()
            self.page = await self.context.new_page()
            await self.begin()
        elif how == "expire":
            public_id = (await self.draft_address()).split("/")[-3]
            await self.lease_end(public_id)
        elif how == "cut":
            await self.context.set_offline(True)
            await self.page.keyboard.press("Control+Enter")  # refused: not all is ranked
            await self.page.locator("#desk-error:not([hidden])").wait_for()
            await self.context.set_offline(False)
        after = await self.page.evaluate(READ)
        if after != before:
            self.crew.faults.append(f"{self.name}: lost by {how}: {before} became {after}")

    async def draft_address(self) -> str:
        return await self.page.locator("#work").get_attribute("data-draft") or ""

    def compare(self, shown: Any, plan: Plan, said: list[Said], labels: dict[str, str]) -> None:
        """What is on the screen is what was meant."""
        meant = [
            {"slot": a.slot, "likert": a.likert, "flags": sorted(labels[f] for f in a.flags)}
            for a in said
        ]
        screen = [
            {"slot": a["slot"], "likert": a["likert"], "flags": sorted(a["flags"])}
            for a in shown["answers"]
        ]
        if (screen, shown["none"], sorted(shown["held"])) != (
            *(meant, plan.none_acceptable),
            sorted(plan.annotations),
        ):
            self.crew.faults.append(f"{self.name}: the screen shows {screen}, meant was {meant}")

    async def submit(self, plan: Plan) -> None:
        before = await self.draft_address()
        if plan.way == KEYBOARD:
            await self.page.keyboard.press("Control+Enter")
        else:
            await self.page.locator("#submit").click()
        await self.page.wait_for_function(ARRIVED, arg=before)

    async def submit_unsent(self) -> None:
        """Submit without a network: what is ready hands itself in when the network is back."""
        self.crew.interrupted("unsent")
        before = await self.draft_address()
        await self.context.set_offline(True)
        await self.page.keyboard.press("Control+Enter")
        await self.page.locator("#desk-error:not([hidden])").wait_for()
        await self.context.set_offline(False)
        await self.page.wait_for_function(ARRIVED, arg=before)

    async def skip(self, plan: Plan) -> None:
        before = await self.draft_address()
        await self.page.keyboard.press("s")
        dialog = self.page.locator("dialog#skip")
        await dialog.locator(f"[name=reason][value={plan.skip}]").check()
        await dialog.get_by_role("button", name="Skip it").click()
        await self.page.wait_for_function(ARRIVED, arg=before)


def entry_of(name: str, seen: Any, plan: Plan, said: list[Said]) -> Entry:
    """What has to be stored: ranks without gaps, and none where no answer is acceptable."""
    levels = {slot: rank for rank, slot in enumerate(sorted({a.slot for a in said}), start=1)}
    answers = sorted(
        (
            Heard(
                plain(shown["text"]),
                None if plan.none_acceptable else levels[answer.slot],
                answer.likert,
                tuple(sorted(answer.flags)),
            )
            for shown, answer in zip(seen["answers"], said, strict=True)
        ),
        key=repr,
    )
    return Entry(
        name,
        plain(seen["prompt"]),
        "none_acceptable" if plan.none_acceptable else "ranked",
        tuple(answers),
        note=plan.note,
        annotations=tuple(sorted(plan.annotations)),
    )
