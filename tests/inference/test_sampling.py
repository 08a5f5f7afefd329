"""Sampling jobs: asked for, prepared, and what becomes of their answers, killed or not."""

import json

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from annotation.models import Completion, Task
from annotation.prompts.prompts import prompt_create
from inference.child.failure import Failure
from inference.engines.protocol import Answer, Request
from inference.engines.protocol import Completion as Sampled
from inference.models import Generation, ModelVersion, SamplingItem, SamplingJob
from inference.sampling import sampling_job_create
from inference.sampling_handler import SamplingHandler, item_settle

pytestmark = [pytest.mark.service, pytest.mark.django_db]

State = SamplingItem.State


@pytest.fixture
def prompts(cast):
    return [
        prompt_create(project=cast.project, messages=[{"role": "user", "content": f"Say {i}."}])[0]
        for i in range(20)
    ]


def model(cast, name="sft", storage=None, project=None, kind="sft"):
    version = ModelVersion.objects.create(
        project=project or cast.project,
        name=name,
        kind=kind,
        folder=f"models/{name}",
        made_by=name,
        template_hash="ab" * 32,
    )
    if storage:
        (storage / version.folder).mkdir(parents=True)
    return version


@pytest.fixture
def job(cast, prompts, storage_in_tmp):
    mix = [
        (model(cast, "sft", storage_in_tmp), 0.5, 1.0),
        (model(cast, "policy", storage_in_tmp), 0.5, 0.7),
    ]
    return sampling_job_create(
        project=cast.project,
        actor=cast.rosa,
        models=mix,
        prompts=cast.project.prompts.all(),
        k=6,
        seed=3,
    )


def claim(job):
    """As a worker does, so that the attempt counts."""
    SamplingJob.objects.filter(pk=job.pk).update(state="running", attempt=job.attempt + 1)
    job.refresh_from_db()
    return job


def prepared(job, folder):
    folder.mkdir(exist_ok=True)
    spec = SamplingHandler().prepare(job, folder)
    lines = (folder / "requests.jsonl").read_text().splitlines()
    return spec, [Request.model_validate_json(line) for line in lines]


def answer(requests, folder, text=lambda request, i: f"{request.id} answers {i}"):
    """The engine's file, by hand."""
    with (folder / "completions.jsonl").open("w") as file:
        for request in requests:
            completions = tuple(
                Sampled(
                    text=text(request, i),
                    token_ids=(5, 6, 2),
                    log_probs=(-0.5, -1.0, -0.25),
                    finish_reason="stop",
                )
                for i in range(request.n)
            )
            file.write(Answer(id=request.id, completions=completions).model_dump_json() + "\n")


def finish(job, folder):
    handler = SamplingHandler()
    handler.collect(job, {}, folder)
    with transaction.atomic():
        handler.finish(job, {}, folder)


def test_a_job_is_rows_first(job, cast, prompts):
    assert (job.state, job.created_by, job.project) == ("queued", cast.rosa, cast.project)
    assert job.items.filter(state=State.PENDING).count() == 20
    assert list(job.models.values_list("model__name", "weight", "temperature")) == [
        ("sft", 0.5, 1.0),
        ("policy", 0.5, 0.7),
    ]


@pytest.mark.parametrize("k", [3, 10])
def test_k_is_the_projects(cast, prompts, k):
    with pytest.raises(ValidationError, match="ranks 4 to 9"):
        sampling_job_create(
            project=cast.project, actor=None, models=[(model(cast), 1, 1)], prompts=[1], k=k
        )


def test_models_and_prompts_of_another_project_are_refused(cast, prompts):
    foreign = prompt_create(project=cast.other, messages=prompts[0].messages)[0]
    elsewhere = model(cast, "elsewhere", project=cast.other)
    with pytest.raises(ValidationError, match="another project"):
        sampling_job_create(
            project=cast.project, actor=None, models=[(elsewhere, 1, 1)], prompts=[1], k=4
        )
    with pytest.raises(ValidationError, match="not prompts of this project"):
        sampling_job_create(
            project=cast.project,
            actor=None,
            models=[(model(cast), 1, 1)],
            prompts=[foreign.pk],
            k=4,
        )
    assert not SamplingJob.objects.exists()


def test_nothing_to_ask_or_to_ask_with(cast, prompts):
    reward = model(cast, "reward", kind="reward")
    sft = model(cast)
    for models, asked, reason in [
        ([(sft, 1, 1)], [], "no prompt"),
        ([(sft, 0, 1)], prompts, "at least one model"),
        ([(reward, 1, 1)], prompts, "does not answer"),
        ([(sft, 1, -1)], prompts, "below 0"),
    ]:
        with pytest.raises(ValidationError, match=reason):
            sampling_job_create(
                project=cast.project,
                actor=None,
                models=models,
                prompts=[prompt.pk for prompt in asked],
                k=4,
            )


def test_requests_cover_every_prompt_and_model(job, prompts, tmp_path, storage_in_tmp):
    spec, requests = prepared(claim(job), tmp_path)
    assert len(requests) == 40
    assert {request.n for request in requests} == {5}  # three wanted of each, and two to spare
    sft, policy = (one.model for one in job.models.order_by("pk"))
    assert spec["models"][str(sft.pk)] == str(storage_in_tmp / "models/sft")
    assert spec["config"]["template_hashes"] == {str(sft.pk): "ab" * 32, str(policy.pk): "ab" * 32}
    assert {request.sampling.temperature for request in requests} == {1.0, 0.7}
    asked = {json.dumps(json.loads(one.model_dump_json())["messages"]) for one in requests}
    assert asked == {json.dumps(prompt.messages) for prompt in prompts}


def test_the_same_seed_and_texts_give_the_same_requests_whatever_their_ids(
    cast, prompts, tmp_path, storage_in_tmp
):
    """Of the other project the prompts come in another order, so that no id agrees."""
    asked = {}
    for project, name in ((cast.project, "a"), (cast.other, "b")):
        for prompt in reversed(prompts):
            prompt_create(project=project, messages=prompt.messages)
        mix = [(model(cast, f"{name}{i}", storage_in_tmp, project), 0.5, 1.0) for i in range(2)]
        job = sampling_job_create(
            project=project, actor=None, models=mix, prompts=project.prompts.all(), k=6, seed=3
        )
        _, requests = prepared(claim(job), tmp_path / name)
        asked[name] = [(one.seed, one.messages) for one in requests]
    assert asked["a"] == asked["b"]
    assert len({seed for seed, _ in asked["a"]}) == 40


def test_another_seed_gives_other_requests(job, tmp_path):
    _, first = prepared(claim(job), tmp_path / "a")
    SamplingJob.objects.filter(pk=job.pk).update(seed=4)
    _, second = prepared(claim(job), tmp_path / "b")
    assert not {one.seed for one in first} & {one.seed for one in second}


def test_answers_become_one_task_per_prompt(job, prompts, tmp_path):
    job = claim(job)
    _, requests = prepared(job, tmp_path)
    answer(requests, tmp_path)
    finish(job, tmp_path)
    assert set(job.items.values_list("state", flat=True)) == {State.DONE}
    assert Task.objects.count() == 20
    item = job.items.select_related("task").first()
    assert (item.task.kind, item.task.purpose, item.task.k) == ("ranking", "train", 6)
    assert item.task.prompt_id == item.prompt_id
    by_model = Generation.objects.filter(completion__prompt=item.prompt).values_list(
        "model__name", flat=True
    )
    assert sorted(by_model) == ["policy"] * 3 + ["sft"] * 3
    one = Generation.objects.earliest("pk")
    assert (one.tokens, one.log_probability, one.finish_reason) == (3, -1.75, "stop")


def test_again_after_a_kill_nothing_is_repeated_or_lost(job, tmp_path, monkeypatch):
    job = claim(job)
    _, requests = prepared(job, tmp_path)
    answer(requests, tmp_path)
    calls = []

    def dying(**arguments):
        calls.append(1)
        if len(calls) == 12:  # in the second chunk of 8
            raise KeyboardInterrupt
        item_settle(**arguments)

    monkeypatch.setattr("inference.sampling_handler.item_settle", dying)
    with pytest.raises(KeyboardInterrupt):
        finish(job, tmp_path)
    monkeypatch.setattr("inference.sampling_handler.item_settle", item_settle)
    assert Task.objects.count() == 8
    assert job.items.filter(state=State.PENDING).count() == 12
    first = set(Task.objects.values_list("pk", flat=True))

    second = claim(job)
    _, left = prepared(second, tmp_path / "second")
    assert len(left) == 24
    answer(left, tmp_path / "second")
    finish(second, tmp_path / "second")
    finish(second, tmp_path / "second")
    assert Task.objects.count() == 20
    assert first < set(Task.objects.values_list("pk", flat=True))
    assert Task.objects.values("prompt").distinct().count() == 20
    assert Completion.objects.count() == Generation.objects.count() == 120


def test_an_attempt_that_counts_no_more_writes_nothing(job, tmp_path):
    job = claim(job)
    _, requests = prepared(job, tmp_path)
    answer(requests, tmp_path)
    SamplingJob.objects.filter(pk=job.pk).update(attempt=2)
    SamplingHandler().collect(job, {}, tmp_path)
    assert not Task.objects.exists()
    assert not Completion.objects.exists()


def test_k_falls_to_the_different_answers_but_not_below_four(job, prompts, tmp_path):
    job = claim(job)
    _, requests = prepared(job, tmp_path)
    kinds = {prompts[0].pk: 5, prompts[1].pk: 3}

    def text(request, i):
        prompt = int(request.id.split(":")[0])
        return f"answer {i % kinds[prompt]} " if prompt in kinds else f"{request.id} {i}"

    answer(requests, tmp_path, text)
    finish(job, tmp_path)
    first, second = (job.items.get(prompt=prompt) for prompt in prompts[:2])
    assert (first.state, first.task.k) == (State.DONE, 5)
    assert (second.state, second.task) == (State.TOO_FEW, None)
    assert not Completion.objects.filter(prompt=prompts[1]).exists()
    # Both models said each of the five texts: a text has one completion and every origin.
    assert Completion.objects.filter(prompt=prompts[0]).count() == 5
    assert Generation.objects.filter(completion__prompt=prompts[0]).count() == 10


def test_a_model_that_always_says_the_same_fails_the_job(job, tmp_path):
    job = claim(job)
    _, requests = prepared(job, tmp_path)
    answer(requests, tmp_path, lambda *_: "Yes.")
    with pytest.raises(Failure, match=r"None of the 20 prompts got 4 different"):
        finish(job, tmp_path)


TOO_LONG = "The prompt has 900 tokens: with 64 for the answer it passes the model's 512."


def refuse(requests, folder, refused, text=lambda request, i: f"{request.id} answers {i}"):
    """The engine's file, in which each request that `refused` picks has no answer."""
    answer([one for one in requests if not refused(one)], folder, text)
    with (folder / "completions.jsonl").open("a") as file:
        for request in filter(refused, requests):
            file.write(Answer(id=request.id, refused=TOO_LONG).model_dump_json() + "\n")


def prompt_of(request):
    return int(request.id.split(":")[0])


def test_a_refused_prompt_says_why_and_the_others_go_on(job, prompts, tmp_path):
    job = claim(job)
    _, requests = prepared(job, tmp_path)
    refuse(requests, tmp_path, lambda one: prompt_of(one) == prompts[3].pk)
    finish(job, tmp_path)
    refused = job.items.get(prompt=prompts[3])
    assert (refused.state, refused.reason, refused.task) == (State.REFUSED, TOO_LONG, None)
    assert job.items.filter(state=State.DONE, reason="").count() == 19
    assert Task.objects.count() == 19


def test_a_prompt_that_one_model_refused_is_kept_where_the_other_said_enough(
    job, prompts, tmp_path
):
    job = claim(job)
    _, requests = prepared(job, tmp_path)
    policy = str(job.models.get(model__name="policy").model_id)
    refuse(requests, tmp_path, lambda one: one.model == policy)
    finish(job, tmp_path)
    assert set(job.items.values_list("state", "reason")) == {(State.DONE, "")}
    assert set(Task.objects.values_list("k", flat=True)) == {5}


def test_a_job_whose_prompts_were_all_refused_fails_with_the_reason(job, tmp_path):
    job = claim(job)
    _, requests = prepared(job, tmp_path)
    refuse(requests, tmp_path, lambda _: True)
    with pytest.raises(Failure) as raised:
        finish(job, tmp_path)
    assert (
        raised.value.cause == f"The model refused all of the 20 prompts, the first so: {TOO_LONG}"
    )
    assert "a longer context" in raised.value.advice
    assert "temperature" not in raised.value.advice
    assert job.items.filter(state=State.REFUSED).count() == 20


def test_a_job_that_failed_for_both_reasons_tells_both(job, prompts, tmp_path):
    job = claim(job)
    _, requests = prepared(job, tmp_path)
    refuse(requests, tmp_path, lambda one: prompt_of(one) == prompts[0].pk, lambda *_: "Yes.")
    with pytest.raises(Failure) as raised:
        finish(job, tmp_path)
    assert "None of the 20 prompts got 4 different answers. 1 was refused" in raised.value.cause
    assert "a longer context" in raised.value.advice
    assert "temperature" in raised.value.advice


@pytest.mark.parametrize(("state", "reason"), [(State.REFUSED, ""), (State.TOO_FEW, "Why not.")])
def test_only_what_was_refused_has_a_reason_and_it_must(job, state, reason):
    with pytest.raises(IntegrityError), transaction.atomic():
        job.items.update(state=state, reason=reason)


def test_without_tasks_one_answer_is_enough(cast, prompts, tmp_path, storage_in_tmp):
    job = sampling_job_create(
        project=cast.project,
        actor=None,
        models=[(model(cast, storage=storage_in_tmp), 1, 0)],
        prompts=[prompt.pk for prompt in prompts[:3]],
        k=1,
        makes_tasks=False,
    )
    job = claim(job)
    _, requests = prepared(job, tmp_path)
    answer(requests, tmp_path)
    finish(job, tmp_path)
    assert job.items.filter(state=State.DONE).count() == 3
    assert Completion.objects.count() == 3
    assert not Task.objects.exists()
