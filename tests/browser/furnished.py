"""A site on which every page has something real to show: rounds that ended, failed and run,
imports in each of their states, tasks of each kind begun, waiting and used up."""

from dataclasses import dataclass, replace
from pathlib import Path

from django.contrib.auth.tokens import default_token_generator
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.http import urlsafe_base64_encode

from annotation.copying import project_copy
from annotation.dialogue.turns import answers_offer, turn_say
from annotation.discussion.writing import message_remove
from annotation.exchange.imports import batch_start
from annotation.gold.golds import gold_create, gold_retire
from annotation.gold.reading import gold_proposed, tasks_rankable
from annotation.models import (
    Assignment,
    Candidate,
    Gold,
    GoldStanding,
    ImportBatch,
    Membership,
    OnboardingAttempt,
    OnboardingStep,
    Project,
    QualityReport,
    Task,
    User,
)
from annotation.onboarding.attempts import attempt_begin, part_answer, step_acknowledge
from annotation.onboarding.decisions import candidate_decide
from annotation.onboarding.grades import demonstration_grade
from annotation.people.invitations import (
    invitation_link,
    invitation_revoke,
    invitations_mail,
)
from annotation.people.projects import project_update
from annotation.pool.intake import key_create, notice_publish
from annotation.prompts.prompts import completion_create, prompt_create
from annotation.quality.report import quality_report
from annotation.queue.claims import leases_expire
from annotation.queue.drafts import draft_save
from annotation.queue.tasks import task_create
from annotation.writing.content import WritingInput
from annotation.writing.writing import writing_create
from benchmarks.trial.texts import STEPS, own_tasks
from inference.jobs.models import Job
from tests.annotation.crowd import CROWD, crowd_rankings
from tests.annotation.discussion import about, channel_of, own, say
from tests.annotation.exchange_files import demonstrations, imported, jsonl, k_line, upload
from tests.annotation.onboarding import screened, step_make
from tests.annotation.pool import scanned
from tests.annotation.quality_work import crowd_enrol, report_made
from tests.annotation.review_work import Reviews, reviews_make
from tests.annotation.work import (
    claimed,
    demonstration_task,
    dialogue_task,
    lease_age,
    ranking_task,
)
from tests.cast import Cast, member, user
from tests.training.by_hand import base_make, demonstrations_make, job_fail, prompts_make
from tests.training.turning import start, through
from training.models import Metric, Round, Run, RunEvent
from training.rounds import round_advance

INSTRUCTIONS = f"""## What makes a good answer

Prefer answers that are **helpful, truthful and harmless**, in this order.

{STEPS}
"""
WIDE = f"""| {" | ".join(f"Column{n}" for n in range(30))} |
{"|---" * 30}|
{"| cell " * 30}|

```
{"x = y + z; " * 60}
```
"""


@dataclass(frozen=True)
class Site:
    ranking: Assignment
    dialogue: Assignment
    demonstration: Assignment
    done: Assignment
    run: Run
    imports: dict[str, ImportBatch]
    member: Membership
    rankable: Task
    reviews: Reviews
    steps: dict[str, OnboardingStep]  # of the projects in which Nora is, by their addresses
    numbers: dict[str, int]  # hers in them, as a candidate
    reset: list[str]  # of a good link for a new password
    secret: str  # of an invitation's link
    said: dict[str, int]  # Lena's and Ada's last messages in the channel


def channel_make(cast: Cast) -> dict[str, int]:
    """A talk in the channel with an answer and a gap, and a question about a task at work."""
    lena, ada = channel_of(cast.lena), channel_of(cast.ada)
    asked = say(lena, "Does **politeness** count, @ada? See `rubric.md`.\n\n- yes\n- no")
    say(ada, "Only where the prompt asks for it, @lena.", asked)
    gone = say(lena, "Wrong window")
    message_remove(thread=lena, message=gone)
    ranking = Assignment.objects.filter(
        labeler=cast.lena, task__project=cast.project, state=Assignment.State.LEASED
    ).earliest("pk")
    question = say(own(ranking), "What is meant by “it”?")
    say(about(cast.ada, ranking.task), "The river.", question)
    last = say(lena, "Thank you, @ada!")
    return {"lena": last.pk, "ada": say(ada, "Any time.").pk}


def site_make(cast: Cast, storage: Path) -> Site:
    base_make(storage)
    demonstrations_make(prompts_make(cast.project)[:5])
    run = rounds_make(cast)
    cast.project.memberships.filter(user=cast.luis).update(
        state="suspended", languages=["en", "de"], skills=["python"]
    )
    batches = imports_make(cast.project)
    project_copy(actor=cast.ada, source=cast.project, name="Copied", slug="copied", prompts=True)
    findings_make(cast.project)
    quality_make(cast)
    steps = onboardings_make(cast)
    return Site(
        ranking=ranking_begun(cast),
        dialogue=dialogue_begun(cast),
        demonstration=demonstration_begun(cast),
        done=Assignment.objects.filter(labeler=cast.lena, state="submitted").latest("pk"),
        run=run,
        imports=batches,
        rankable=gold_made(cast),
        steps=steps,
        numbers=dict(Candidate.objects.values_list("project__slug", "number")),
        reviews=reviews_make(cast),
        member=cast.project.memberships.get(user=cast.luis),
        secret=invitations_make(cast),
        reset=[
            urlsafe_base64_encode(str(cast.hana.pk).encode()),
            default_token_generator.make_token(cast.hana),
        ],
        said=channel_make(cast),
    )


def invitations_make(cast: Cast) -> str:
    """One of each standing, and of each way that an e-mail can go. Returns the secret of a link."""
    for state, reason in (("sent", ""), ("failed", "The mail server refused the address: 550 No")):
        (made,) = invitations_mail(
            actor=cast.ada,
            project=cast.project,
            emails=f"{state}@example.org",
            origin="https://plumbline.example.org",
            language="en",
            roles=["labeler", "reviewer"],
            heldout=True,
        )
        sent_at = timezone.now() if state == "sent" else None
        made.mails.update(state=state, reason=reason, sent_at=sent_at)
    revoked, _ = invitation_link(actor=cast.ada, project=cast.project, roles=["labeler"])
    invitation_revoke(actor=cast.ada, invitation=revoked)
    _, secret = invitation_link(
        actor=cast.ada,
        project=cast.project,
        roles=["labeler"],
        state="onboarding",
        note="The students of May",
        most_uses=30,
    )
    return secret


def gold_made(cast: Cast) -> Task:
    """Gold, and whom it warned and paused. Returns a task that more can be made of."""
    task = tasks_rankable(cast.project)[0]
    assert task.prompt is not None
    proposed = gold_proposed(task)
    for kind in Gold.Kind.values:
        gold = gold_create(
            actor=cast.ada,
            project=cast.project,
            prompt=task.prompt,
            completions=[slot.completion for slot in proposed.slots],
            ranks=list(range(1, task.k + 1)),
            kind=kind,
            purpose=Task.Purpose.PRACTICE,
        )
    gold_retire(actor=cast.ada, gold=gold)
    for person, state, agreement in ((cast.hana, "warned", 0.61), (cast.luis, "paused", 0.4)):
        GoldStanding.objects.create(
            membership=cast.project.memberships.get(user=person),
            state=state,
            grades=8,
            agreement=agreement,
        )
    return task


def onboardings_make(cast: Cast) -> dict[str, OnboardingStep]:
    """Nora's: one project for each state in which somebody can be, named after it."""
    person = user("Nora", email="nora@example.org")
    steps = {}
    for name, kind in (
        ("agreeing", "consent"),
        ("failing", "quiz"),
        ("practising", "practice"),
        ("screened", "screening"),
        ("waiting", "screening"),
        ("rejected", "screening"),
    ):
        project = Project.objects.create(name=name.title(), slug=name, instructions=INSTRUCTIONS)
        member(project, cast.ada, "admin")
        candidate = member(project, person, "labeler", state="onboarding")
        there = replace(cast, project=project)
        first = step_make(there, "read", content={"instructions": True})
        steps[name] = step_make(there, kind, body=INSTRUCTIONS)
        step_acknowledge(membership=candidate, step=first, version=1)
        if kind != "consent":
            attempt_begin(membership=candidate, step=steps[name])
    onboardings_go_on(steps)
    return steps


def onboardings_go_on(steps: dict[str, OnboardingStep]) -> None:
    """Let what the names say happen."""
    attempts = {
        name: OnboardingAttempt.objects.get(step=step)
        for name, step in steps.items()
        if name != "agreeing"
    }
    part_answer(attempt=attempts["failing"], key="quiz", answer={"chosen": [[0], [0, 1]]})
    first = f"ranking-{steps['practising'].content['golds'][0]}"
    part_answer(attempt=attempts["practising"], key=first, answer={"ranks": [1, 3, 2, 4]})
    part_answer(
        attempt=attempts["screened"], key="texts", answer={"said": [True, False, True, False]}
    )
    for name in ("waiting", "rejected"):
        screened(attempts[name].membership, steps[name], words=STEPS)
    ada = User.objects.get(username="ada")
    demonstration_grade(reviewer=ada, attempt=attempts["waiting"], item=0, grade=6)
    candidate_decide(
        actor=ada,
        candidate=attempts["rejected"].membership.candidate,
        outcome="rejected",
        note="Careless.",
        message="Thank you for your time.",
    )


def rounds_make(cast: Cast) -> Run:
    """Three rounds: one succeeded, one failed, one runs. Returns the run under way."""
    through(cast, start(cast))
    failed = start(cast)
    round_advance(round_id=failed.pk)
    job_fail(failed.stages.get(name="sft"))
    round_advance(round_id=failed.pk)
    running = start(cast)
    round_advance(round_id=running.pk)
    assert set(Round.objects.values_list("state", flat=True)) == {"succeeded", "failed", "running"}
    run = Run.objects.get(state=Job.State.QUEUED)
    Run.objects.filter(pk=run.pk).update(
        state=Job.State.RUNNING, attempt=1, done=3, total=9, phase="train"
    )
    run.refresh_from_db()
    for name in ("train/loss", "valid/loss"):
        for step, value in enumerate([3.0, 2.0, 1.5]):
            Metric.objects.create(run=run, name=name, step=step, value=value)
    said = {"prompt": "How is **tea** made?", "completion": STEPS, "reward": 0.5, "kl": 1.2}
    for offset, (kind, data) in enumerate(
        [("sample", said), ("message", {"level": "warning", "text": "Left out: three prompts."})]
    ):
        RunEvent.objects.create(
            run=run,
            attempt=1,
            offset=offset,
            type=kind,
            step=0,
            data=data,
            created_at=timezone.now(),
        )
    default_storage.save(f"{run.attempt_folder}/log.txt", ContentFile(b"step 3 loss 1.5\n" * 200))
    return run


def quality_make(cast: Cast) -> None:
    """A report on ten labelers in Crowd, two of them held out; one on hardly any in Everyday."""
    report_made(cast.project)
    project = other_project(cast, "Crowd")
    people = crowd_enrol(project, CROWD)
    columns = crowd_rankings(tasks=200, heldout=(5, 6), labelers=[each.pk for each in people])
    columns.seconds[0] = 1
    QualityReport.objects.create(
        project=project,
        state=QualityReport.State.FAILED,
        error="MemoryError",
        figures=quality_report(columns),
        computed_at=timezone.now(),
    )


def imports_make(project: Project) -> dict[str, ImportBatch]:
    mixed = jsonl(*demonstrations(2), k_line("Name a lake.", 5), {"colour": "blue"})
    imports = {
        "preview": upload(project, mixed, name="mixed.jsonl"),
        "unreadable": upload(project, b"a;b\n\x00", name="broken.csv"),
        "failed": imported(project, mixed, name="mixed-again.jsonl"),
        "visible": imported(project, mixed, name="good-lines.jsonl", good_lines_only=True),
        # The last: whatever is started later in the project waits for it.
        "staging": upload(project, jsonl(*demonstrations(3, start=10)), name="waiting.jsonl"),
    }
    batch_start(actor=None, batch=imports["staging"], call=False)
    states = {name: batch.state for name, batch in imports.items()}
    assert states == {**{name: name for name in states}, "unreadable": "preview"}
    return imports


def findings_make(project: Project) -> None:
    """Prompts with something of each kind to look at."""
    story = "Write a story about a fisherman who finds a door at the bottom of the lake. " * 3
    for text in (
        f"{story}It ends well.",
        f"{story}It ends otherwise.",
        f"Please: {story}It ends well.",
        f"{WIDE}\nWrite to ann@mail.org, whose number is +49 30 901820.",
        "Schreibe ein Gedicht über den Herbst und den Wind.",
    ):
        prompt_create(
            project=project, messages=[{"role": "user", "content": text}], contributor="Acme"
        )
    notice_publish(actor=None, project=project, text="People read what you ask.")
    key_create(actor=None, project=project, name="Playground")
    scanned(project, languages="en", contributor_cap=4)
    kinds = set(project.prompt_findings.values_list("kind", flat=True))
    assert kinds == {"duplicate", "near_duplicate", "pii", "language", "cap"}


def ranking_begun(cast: Cast) -> Assignment:
    """Lena's in Everyday: six answers of many kinds, and all that a rubric can ask."""
    project_update(
        actor=cast.ada,
        project=cast.project,
        instructions=INSTRUCTIONS,
        rubric={**cast.project.rubric, "strength": "required"},
        prompts_wanted=20,
        user_stories="Plan meals for a week\nWrite to a landlord",
        ranking_aim="worst",
    )
    cast.project.refresh_from_db()
    writing_create(
        labeler=cast.lena,
        project=cast.project,
        said=WritingInput(kind="plain", use_case="chat", text="Where do *swifts* sleep?"),
    )
    Task.objects.filter(project=cast.project).update(state=Task.State.CLOSED)
    line = own_tasks()[0]
    prompt, _ = prompt_create(
        project=cast.project,
        messages=[
            {"role": "system", "content": "You are brief."},
            {"role": "user", "content": "Hello!"},
            {"role": "assistant", "content": f"Hello. What shall we do?\n\n{WIDE}"},
            {"role": "user", "content": line["prompt"]},
        ],
    )
    texts = [answer["text"] for answer in line["completions"]]
    texts[1] = WIDE
    answers = [completion_create(prompt=prompt, text=text)[0] for text in texts]
    task_create(project=cast.project, kind=Task.Kind.RANKING, prompt=prompt, completions=answers)
    expired(cast)
    return claimed(cast.lena, cast.project)


def expired(cast: Cast) -> None:
    """Lena's in Everyday: begun, and run out."""
    project = cast.project
    task = demonstration_task(project, priority=9)
    lease = claimed(cast.lena, project)
    draft_save(assignment=lease, draft={"text": "It begins with"})
    lease_age(lease, hours=1)
    leases_expire(now=timezone.now())
    Task.objects.filter(pk=task.pk).update(state=Task.State.CLOSED)


def other_project(cast: Cast, name: str) -> Project:
    project = Project.objects.create(name=name, slug=name.lower(), instructions=INSTRUCTIONS)
    member(project, cast.lena, "labeler")
    return project


def dialogue_begun(cast: Cast) -> Assignment:
    """Lena's in Talks, at the choice among answers."""
    project = other_project(cast, "Talks")
    dialogue_task(project, topics=["Your **garden**"], system="You are a gardener.")
    assignment = claimed(cast.lena, project)
    turn_say(assignment=assignment, step=0, text=f"What grows in the *shade*?\n\n{WIDE}")
    answers_offer(assignment=assignment)
    return assignment


def demonstration_begun(cast: Cast) -> Assignment:
    """Lena's in Letters."""
    project = other_project(cast, "Letters")
    project.suggestions = "named"
    project.save()
    task = demonstration_task(project)
    assert task.prompt is not None
    completion_create(prompt=task.prompt, text=f"It depends.\n\n{STEPS}")
    ranking_task(other_project(cast, "Notes"))
    other_project(cast, "Idle")
    return claimed(cast.lena, project)
