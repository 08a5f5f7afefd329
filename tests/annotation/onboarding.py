"""Factories of onboarding: steps of each kind, and Nora, who goes through them."""

from typing import Any

from annotation.gold.golds import gold_create
from annotation.models import Gold, Membership, OnboardingAttempt, OnboardingStep, Project
from annotation.onboarding.attempts import attempt_begin, attempt_submit, part_answer
from annotation.onboarding.steps import step_create
from tests.annotation.work import completions_make, prompt_make
from tests.cast import Cast, member, user

QUIZ: dict[str, Any] = {
    "questions": [
        {
            "text": "What comes **first**?",
            "multiple": False,
            "options": [{"text": "Length", "right": False}, {"text": "Help", "right": True}],
            "explanation": "Nobody asked for length.",
        },
        {
            "text": "Which are flags?",
            "multiple": True,
            "options": [
                {"text": "Sexual content", "right": True},
                {"text": "Violence", "right": True},
                {"text": "A typo", "right": False},
            ],
            "explanation": "",
        },
    ]
}
RIGHT = {"chosen": [[1], [0, 1]]}
SCREENED: dict[str, Any] = {
    "question": "Is it sensitive?",
    "texts": [
        {"text": "Tea is brewed.", "sensitive": False},
        {"text": "An insult.", "sensitive": True},
        {"text": "A threat.", "sensitive": True},
        {"text": "A recipe.", "sensitive": False},
    ],
    "demonstrations": ["Explain death to a child.", "Decline a cruel joke."],
    "topics": ["Politics", "Medicine"],
}


def nora(cast: Cast, **fields: Any) -> Membership:
    """A new labeler of Everyday, in onboarding."""
    person = user("Nora", email="nora@example.org", last_name="Nilsson")
    return member(cast.project, person, "labeler", **{"state": "onboarding", **fields})


def gold_for(project: Project, purpose: str, ranks: tuple[int, ...] = (1, 2, 3, 4)) -> Gold:
    prompt = prompt_make(project)
    return gold_create(
        actor=None,
        project=project,
        prompt=prompt,
        completions=completions_make(prompt, len(ranks)),
        ranks=ranks,
        purpose=purpose,
        explanation="It **answers** the question.",
    )


def step_make(cast: Cast, kind: str, **said: Any) -> OnboardingStep:
    """A step of the kind with something in it."""
    project = cast.project
    contents: dict[str, dict[str, Any]] = {
        "read": {},
        "consent": {"statement": "I agree to be measured."},
        "quiz": QUIZ,
        "practice": {},
        "screening": SCREENED,
    }
    content = contents[kind]
    if kind in ("practice", "screening") and "golds" not in said.get("content", {}):
        content = {**content, "golds": [gold_for(project, kind).pk for _ in range(2)]}
    given = {"title": kind.title(), "body": f"A step to {kind}.", "content": content, **said}
    return step_create(actor=cast.ada, project=project, kind=kind, **given)


def screened(
    membership: Membership,
    step: OnboardingStep,
    said: tuple[bool, ...] = (False, True, True, False),
    ranks: tuple[int, ...] = (1, 2, 3, 4),
    words: str = "Written in the screening",
) -> OnboardingAttempt:
    """Go through the screening and hand it in."""
    attempt = attempt_begin(membership=membership, step=step)
    golds = [f"ranking-{pk}" for pk in step.content["golds"]]
    answers: dict[str, dict[str, Any]] = {
        "texts": {"said": list(said)},
        **{key: {"ranks": list(ranks)} for key in golds},
        "demonstration-0": {"text": f"{words}, the first."},
        "demonstration-1": {"text": f"{words}, the second."},
        "topics": {"said": [2, 5]},
    }
    for key, answer in answers.items():
        part_answer(attempt=attempt, key=key, answer=answer)
    return attempt_submit(attempt=attempt)
