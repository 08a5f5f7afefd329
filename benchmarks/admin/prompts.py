"""A project of many prompts, of all use cases and sources, with findings; and the pages over it."""

import hashlib
import random
from collections.abc import Iterator

from django.db import connection

from annotation.models import Membership, MembershipRole, Project, Prompt, PromptFinding, User
from annotation.pool.models import INSTRUCTGPT_MIX
from annotation.prompts.prompts import content_hash, split_for

LIMIT = 300
HERE = "/p/bench/prompts/"
SOURCES = ("import", "customer", "labeler", "generated")
KINDS = ("duplicate", "near_duplicate", "pii", "language", "cap")
CHUNK = 1_000
WORDS = 20_000
RARE = "xylograph"
"""A word that stands in one of ten thousand prompts."""


def fill(count: int) -> User:
    """Write `count` prompts of 10 to 300 words; a tenth has something to look at."""
    draw = random.Random(1)
    admin = User.objects.create(username="bench-admin")
    project = Project.objects.create(name="Bench", slug="bench")
    member = Membership.objects.create(project=project, user=admin)
    MembershipRole.objects.create(membership=member, role="admin")
    words = [hashlib.sha256(str(n).encode()).hexdigest()[: 3 + n % 7] for n in range(WORDS)]
    for start in range(0, count, CHUNK):
        made = [prompt(project, draw, words, n) for n in range(start, min(count, start + CHUNK))]
        Prompt.objects.bulk_create(made)
        PromptFinding.objects.bulk_create(findings(project, made, draw))
    if connection.vendor == "postgresql":  # as its autovacuum does; SQLite has nothing like it
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    return admin


def prompt(project: Project, draw: random.Random, words: list[str], number: int) -> Prompt:
    # Words are as frequent as in a language: the n-th by about 1/n (Zipf).
    said = [words[int(WORDS ** draw.random()) - 1] for _ in range(draw.randint(10, 300))]
    if number % 10_000 == 5_000:
        said.append(RARE)
    messages = [{"role": "user", "content": " ".join([*said, str(number)])}]
    contributor = f"org-{draw.randint(1, 400)}"
    return Prompt(
        project=project,
        messages=messages,
        content_hash=content_hash(messages),
        use_case=draw.choices(list(INSTRUCTGPT_MIX), list(INSTRUCTGPT_MIX.values()))[0],
        source=draw.choices(SOURCES, (80, 15, 4, 1))[0],
        contributor=contributor,
        split=split_for(contributor),
        language=draw.choices(("", "en", "de", "is"), (50, 40, 9, 1))[0],
        skills=["law"] if number % 500 == 0 else [],
        state=draw.choices(("active", "withdrawn"), (98, 2))[0],
        scanned="bench",
    )


def findings(
    project: Project, prompts: list[Prompt], draw: random.Random
) -> Iterator[PromptFinding]:
    for number, each in enumerate(prompts[1:], start=1):
        if draw.random() < 0.1:
            kind = draw.choice(KINDS)
            near = kind in ("duplicate", "near_duplicate")
            yield PromptFinding(
                project=project,
                prompt=each,
                kind=kind,
                key=kind,
                other=prompts[number - 1] if near else None,
                score=0.9 if near else None,
                what="email" if kind == "pii" else "",
                message=0 if kind == "pii" else None,
                start=0 if kind == "pii" else None,
                end=4 if kind == "pii" else None,
            )


def addresses() -> Iterator[tuple[str, str, int]]:
    """(name, address, milliseconds it may take)."""
    middle = Prompt.objects.order_by("pk")[Prompt.objects.count() // 2].pk
    finding = PromptFinding.objects.order_by("pk")[PromptFinding.objects.count() // 2].pk
    common = hashlib.sha256(b"1").hexdigest()[:4]
    for name, address in (
        ("list", HERE),
        ("list, from its middle", f"{HERE}?before={middle}"),
        ("search, a common word", f"{HERE}?words={common}"),
        ("search, a rare word", f"{HERE}?words={RARE}"),
        ("search, a word of nobody", f"{HERE}?words=qqqqqqqqqq"),
        ("search, three words", f"{HERE}?words={common}+{common[:3]}+{RARE}"),
        ("search and filter", f"{HERE}?words={common}&use_case=extract&split=test"),
        ("filter, use case", f"{HERE}?use_case=extract"),
        ("filter, rare source", f"{HERE}?source=generated"),
        ("filter, split", f"{HERE}?split=valid"),
        ("filter, state", f"{HERE}?state=withdrawn"),
        ("filter, contributor", f"{HERE}?contributor=org-7"),
        ("filter, rare language", f"{HERE}?marked=language:is"),
        ("filter, skill", f"{HERE}?marked=skills:law"),
        ("filter, open finding", f"{HERE}?finding=near_duplicate"),
        ("filter, three at once", f"{HERE}?source=generated&split=test&use_case=chat"),
        ("findings", f"{HERE}findings/"),
        ("findings, duplicates", f"{HERE}findings/?kind=duplicate"),
        ("findings, from their middle", f"{HERE}findings/?after={finding}"),
        ("mix", f"{HERE}mix/"),
        ("rules", f"{HERE}rules/"),
    ):
        yield name, address, LIMIT
