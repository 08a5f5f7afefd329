"""Whatever a labeler does, in whatever order: what is stored is what was shown last."""

from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page, expect

from annotation.feedback.rankings import dense_ranks
from annotation.models import Project, Ranking
from annotation.people.projects import project_update
from tests.annotation.work import ranking_task
from tests.browser.ranking_desk import SignIn, drag_to, gap, ready
from tests.cast import Cast

K = 4
SIGNS = "1234567890q"
ranks = st.integers(0, K).map(str)
# Each is a run of keys, or of acts by mouse or finger, that belong together; placing and what hangs
# on it come often.
STEPS = st.lists(
    st.one_of(
        ranks,
        ranks,
        st.integers(1, K).map(lambda slot: f"Shift+Digit{slot}"),
        st.sampled_from(["j", "k", "u", "u", "r", "Shift+ArrowUp", "Shift+ArrowDown", "n"]),
        st.integers(0, 7).map(lambda score: f"l {score}"),
        st.sampled_from(SIGNS).map(lambda sign: f"f {sign}"),
        st.sampled_from("3490q").map(lambda sign: f"f {sign}"),  # those under a condition
        st.sampled_from("4678q90").map(lambda sign: f"a {sign}"),
        st.integers(0, 4).map(lambda strength: f"g {strength}"),
        st.integers(0, 4).map(lambda severity: f"v {severity}"),
        st.sampled_from(
            [f"drop:{letter},{slot}" for letter in range(K) for slot in range(1, K + 1)]
        ),
        st.sampled_from(["press:up", "press:down", "reload:"]),
        ranks.map(lambda slot: f"press:insert press:{slot}"),
    ),
    min_size=8,  # else most are short
    max_size=20,
)
SHOWN = """() => {
    const all = (selector, root = document) => [...root.querySelectorAll(selector)];
    const text = (card, name) => card.querySelector(name).textContent;
    return {
        none: document.getElementById("none-button").ariaPressed === "true",
        annotations: all("[name=annotations]:checked").map((box) => box.dataset.label),
        strength: all("#strength:not([hidden]) [aria-pressed=true]").map(
            (each) => each.dataset.label),
        answers: all(".card").map((card) => ({
            text: text(card, ".card-text").trim(),
            slot: Number(card.closest("[data-slot]").dataset.slot),
            likert: Number(/([1-7]) of 7/.exec(text(card, ".card-state"))?.[1] ?? 0),
            severity: text(card, ".card-state").match(/severity ([0-4])/)?.[1] ?? "",
            flags: text(card, ".card-flags").split(" · ").filter(Boolean),
        })),
    };
}"""


PRESSED = {"up": "[title*='one rank up']", "down": "[title*='one rank down']"} | {
    "insert": ".picker-insert",
    **{str(slot): f"[data-rank='{slot}']" for slot in range(K + 1)},
}


def play(page: Page, steps: list[str]) -> None:
    for act in " ".join(steps).split():
        kind, _, what = act.partition(":")
        if kind == "press":
            page.locator(f".card .picker {PRESSED[what]}").dispatch_event("click")
        elif kind == "drop":
            letter, slot = what.split(",")
            drag_to(page, page.locator(f".letters [data-index='{letter}']"), gap(page, int(slot)))
            page.mouse.up()
        elif kind == "reload":
            reload(page)
        else:
            page.keyboard.press(act)


def reload(page: Page) -> None:
    """All is there again, and what could be undone can be."""
    shown, undoable = page.evaluate(SHOWN), page.locator("#undo").is_enabled()
    page.reload()
    ready(page)
    assert page.evaluate(SHOWN) == shown
    assert page.locator("#undo").is_enabled() == undoable


def rank_the_rest(page: Page) -> None:
    """Place what is left, as it comes: the state that is handed in has all its answers ranked."""
    page.keyboard.press("Escape")  # nothing is armed
    for slot in range(1, K + 1):
        left = page.locator(".pool .card")
        if page.locator("#none-button[aria-pressed=true]").count() or not left.count():
            return
        left.first.focus()
        page.keyboard.press(str(slot))


def grade_the_rest(page: Page) -> None:
    for index in range(K):
        page.locator(f"#card-{index}").focus()
        graded = "severity" in page.locator(f"#card-{index} .card-state").inner_text()
        if page.locator("#severity").is_visible() and not graded:
            play(page, ["v 1"])


def said(shown: dict[str, Any], rubric: dict[str, Any]) -> dict[str, Any]:
    """What the screen says, as the database is to hold it."""
    flags = {row["label"]: row["key"] for row in rubric["flags"]}
    annotations = {row["label"]: row["key"] for row in rubric["annotations"]}
    answers = shown["answers"]
    levels = dense_ranks([answer["slot"] for answer in answers])
    return {
        "outcome": "none_acceptable" if shown["none"] else "ranked",
        "annotations": sorted(annotations[label] for label in shown["annotations"]),
        "strength": shown["strength"],
        "answers": {
            answer["text"]: (
                None if shown["none"] else level,
                answer["likert"] or None,
                int(answer["severity"]) if answer["severity"] else None,
                sorted(flags[label] for label in answer["flags"]),
            )
            for answer, level in zip(answers, levels, strict=True)
        },
    }


def stored(ranking: Ranking) -> dict[str, Any]:
    strength = ranking.strength
    return {
        "outcome": ranking.outcome,
        "annotations": ranking.annotations,
        "strength": [] if strength is None else [Ranking.Strength(strength).label],
        "answers": {
            each.completion.text: (each.rank, each.likert, each.severity, each.flags)
            for each in ranking.judgments.select_related("completion")
        },
    }


def test_what_is_shown_last_is_what_is_stored(sign_in: SignIn, cast: Cast) -> None:
    rubric = {**cast.project.rubric, "strength": "optional"}
    project: Project = project_update(
        actor=cast.ada, project=cast.project, rubric=rubric, severity_asked="worst"
    )
    page = sign_in(cast.lena)

    @settings(
        max_examples=8,
        deadline=None,
        database=None,
        phases=[Phase.generate],  # a shorter example of what fails would take minutes to find
        suppress_health_check=list(HealthCheck),
    )
    @given(STEPS, STEPS, st.integers(0, 4))
    def any_steps(before: list[str], after: list[str], strength: int) -> None:
        task = ranking_task(project, k=K)
        page.goto(f"{page.url.split('/p/')[0].rstrip('/')}/p/everyday/work/")
        page.get_by_role("button", name="Start").click()
        ready(page)
        for steps in (before, after):  # the second on a ranking that is whole
            play(page, steps)
            rank_the_rest(page)
        grade_the_rest(page)
        play(page, [f"g {strength}"] if page.locator("#strength").is_visible() else [])
        shown = page.evaluate(SHOWN)
        page.keyboard.press("Control+Enter")
        expect(page.get_by_role("heading", name="Nothing is waiting")).to_be_visible()
        assert stored(Ranking.objects.get(task=task)) == said(shown, rubric)

    any_steps()
