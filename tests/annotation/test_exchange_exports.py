"""The export door and the files it writes; what goes out comes in again the same."""

import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from annotation.exchange.exports import (
    FORMS,
    ExportFilters,
    export_lines,
    export_write,
    iter_demonstrations,
    iter_prompts,
    iter_rankings,
)
from annotation.feedback.checks import JudgmentInput
from annotation.feedback.demonstrations import demonstration_record, demonstration_submit
from annotation.feedback.rankings import ranking_record, ranking_submit
from annotation.models import Assignment, Demonstration, ImportBatch, Project, Prompt, Ranking, Task
from annotation.pool.rules import rules_update
from annotation.prompts.marks import marks_of, marks_read
from annotation.prompts.prompts import prompt_create
from tests.annotation.exchange_files import counts, imported, jsonl
from tests.annotation.work import (
    claimed,
    completions_make,
    demonstration_task,
    prompt_make,
    ranked,
    ranking_task,
)
from tests.cast import Cast

RANKED = {
    "prompt": "Hi",
    "responses": [
        {"text": "best", "rank": 1},
        {"text": "tied a", "rank": 2},
        {"text": "tied b", "rank": 2},
        {"text": "worst", "rank": 3},
    ],
}


def lines(project: Project, form: str, **filters: Any) -> list[dict[str, Any]]:
    return list(export_lines(project=project, form=form, filters=ExportFilters(**filters)))


def said(project: Project) -> set[tuple[str, frozenset[tuple[str, int]]]]:
    """Every ranking by its prompt, completions and ranks: what a round trip must keep."""
    return {
        (
            json.dumps(row.messages),
            frozenset(zip(row.completions, row.ranks, strict=True)),
        )
        for row in iter_rankings(project=project)
    }


def demonstration(cast: Cast, text: str, **fields: Any) -> Demonstration:
    prompt, _ = prompt_create(
        project=cast.project, messages=[{"role": "user", "content": f"About {text}?"}]
    )
    row = demonstration_record(prompt=prompt, text=text, source="person", labeler=cast.lena)
    Demonstration.objects.filter(pk=row.pk).update(**fields)
    return row


def test_only_what_may_train_goes_out(cast: Cast) -> None:
    kept = demonstration(cast, "kept")
    demonstration(cast, "held out", trains=False)
    demonstration(cast, "replaced", is_current=False)
    hidden = ImportBatch.objects.create(project=cast.project, filename="x", state="staging")
    demonstration(cast, "staged", batch=hidden)
    (row,) = iter_demonstrations(project=cast.project)
    assert (row.demonstration_id, row.completion) == (kept.pk, "kept")
    assert list(iter_demonstrations(project=cast.other)) == []
    imported(cast.project, jsonl(RANKED))
    Ranking.objects.update(outcome="none_acceptable")
    assert list(iter_rankings(project=cast.project)) == []


def test_filters_narrow(cast: Cast) -> None:
    early = demonstration(cast, "early", created_at=timezone.now() - timedelta(days=2))
    late = demonstration(cast, "late", labeler=cast.luis)
    Prompt.objects.filter(pk=early.prompt_id).update(use_case="chat", split="valid")
    Prompt.objects.filter(pk=late.prompt_id).update(use_case="other", split="train")
    wanted: dict[str, Any] = {
        "until": timezone.now() - timedelta(days=1),
        "use_cases": ("chat",),
        "splits": ("valid",),
        "labelers": (cast.lena.pk,),
    }
    for name, value in wanted.items():
        rows = iter_demonstrations(project=cast.project, filters=ExportFilters(**{name: value}))
        assert [row.demonstration_id for row in rows] == [early.pk], name
    prompts = iter_prompts(project=cast.project, filters=ExportFilters(splits=("valid",)))
    assert [row.prompt_id for row in prompts] == [early.prompt_id]


def test_an_earlier_time_sees_what_was_current_then(cast: Cast) -> None:
    noon = timezone.now() - timedelta(hours=1)
    first = demonstration(cast, "first", created_at=noon - timedelta(minutes=5), is_current=False)
    second = demonstration(cast, "second", replaces=first, revision=2)

    def ids(until: Any) -> list[int]:
        rows = iter_demonstrations(project=cast.project, filters=ExportFilters(until=until))
        return [row.demonstration_id for row in rows]

    assert ids(noon) == [first.pk]
    assert ids(timezone.now()) == ids(None) == [second.pk]
    assert ids(noon - timedelta(hours=1)) == []


def test_labelers_are_pseudonyms_that_differ_between_projects(cast: Cast) -> None:
    demonstration(cast, "x")
    imported(cast.project, jsonl({**RANKED, "labeler": "lena@example.org"}))
    (row,) = iter_demonstrations(project=cast.project)
    (ranking,) = iter_rankings(project=cast.project)
    assert len(row.labeler) == len(ranking.labeler) == 16
    out = io.BytesIO()
    for form in FORMS:
        export_write(project=cast.project, form=form, file=out)
    for secret in ("lena", "Lena", str(cast.lena.public_id)):
        assert secret not in out.getvalue().decode()
    imported(cast.other, jsonl({**RANKED, "labeler": "lena@example.org"}))
    (other,) = iter_rankings(project=cast.other)
    assert other.labeler != ranking.labeler


def test_a_ranking_row_lines_up(cast: Cast) -> None:
    imported(cast.project, jsonl(RANKED))
    (row,) = iter_rankings(project=cast.project)
    assert dict(zip(row.completions, row.ranks, strict=True)) == {
        "best": 1,
        "tied a": 2,
        "tied b": 2,
        "worst": 3,
    }
    assert row.completion_ids == sorted(row.completion_ids)
    assert row.split in Prompt.Split.values


def test_rankings_go_out_with_all_that_is_known(cast: Cast) -> None:
    for outcome, rank in (("ranked", 1), ("none_acceptable", None)):
        ranking_task(cast.project)
        lease = claimed(cast.lena, cast.project)
        judgments = [JudgmentInput(rank)] * 4
        ranking_submit(assignment=lease, judgments=judgments, outcome=outcome, note=f"{outcome}?")
        Assignment.objects.filter(pk=lease.pk).update(active_seconds=30)
    imported(cast.project, jsonl(RANKED))
    found = lines(cast.project, "rankings")
    names = ("outcome", "note", "active_seconds")
    assert [tuple(line[name] for name in names) for line in found] == [
        ("ranked", "ranked?", 30),
        ("none_acceptable", "none_acceptable?", 30),
        ("ranked", "", None),
    ]
    assert {line["use_case"] for line in found} == {"other"}
    assert [line["submitted_at"] is None for line in found] == [False, False, True]
    for line in found[:2]:
        assert sorted(each["place"] for each in line["responses"]) == [0, 1, 2, 3]
    assert {each["place"] for each in found[2]["responses"]} == {None}
    assert [each["rank"] for line in found for each in line["responses"]] == [
        *[1] * 4,
        *[None] * 4,
        *(1, 2, 2, 3),
    ]
    assert len(lines(cast.project, "kwise")) == 2


def test_what_came_past_the_overlap_goes_out_and_says_so(cast: Cast) -> None:
    for make in (ranking_task, demonstration_task):
        task = make(cast.project)
        leases = [claimed(cast.lena, cast.project)]
        Task.objects.filter(pk=task.pk).update(overlap=2)
        leases.append(claimed(cast.luis, cast.project))
        Task.objects.filter(pk=task.pk).update(overlap=1)
        for lease in leases:
            if make is ranking_task:
                ranking_submit(assignment=lease, judgments=ranked([1, 2, 3, 4]), aim="worst")
            else:
                demonstration_submit(assignment=lease, text="Hi")
    for form in ("rankings", "demonstrations"):
        assert [line["extra"] for line in lines(cast.project, form)] == [False, True], form
    assert {line["aim"] for line in lines(cast.project, "rankings")} == {"worst"}


def test_preferences_are_all_strict_pairs(cast: Cast) -> None:
    imported(cast.project, jsonl(RANKED))
    pairs = [
        (line["chosen"][0]["content"], line["rejected"][0]["content"])
        for line in lines(cast.project, "trl-preference")
    ]
    assert sorted(pairs) == [
        ("best", "tied a"),
        ("best", "tied b"),
        ("best", "worst"),
        ("tied a", "worst"),
        ("tied b", "worst"),
    ]
    assert lines(cast.project, "trl-preference")[0]["prompt"] == [{"role": "user", "content": "Hi"}]


def test_demonstrations_in_both_forms(cast: Cast) -> None:
    imported(cast.project, jsonl({"prompt": "Hi", "completion": "Ho é"}))
    question = {"role": "user", "content": "Hi"}
    answer = {"role": "assistant", "content": "Ho é"}
    assert lines(cast.project, "trl-prompt-completion") == [
        {"prompt": [question], "completion": [answer]}
    ]
    assert lines(cast.project, "openai-chat") == [{"messages": [question, answer]}]
    with pytest.raises(ValidationError, match="Unknown form"):
        lines(cast.project, "pdf")


@pytest.mark.parametrize("form", ["trl-prompt-completion", "openai-chat", "demonstrations"])
def test_demonstrations_round_trip(cast: Cast, form: str) -> None:
    content = jsonl(*({"prompt": f"p{i}", "completion": f"c{i}"} for i in range(5)))
    imported(cast.project, content)
    out = io.BytesIO()
    assert export_write(project=cast.project, form=form, file=out) == 5
    assert counts(imported(cast.other, out.getvalue()))["demonstrations"] == 5
    assert lines(cast.other, form) == lines(cast.project, form)


def test_grades_flags_and_strength_round_trip(cast: Cast) -> None:
    """The lines come again the same, but for the labelers, who are others in every project."""
    first = [
        {"text": "c", "rank": 1, "likert": 7, "flags": []},
        {"text": "a", "rank": 2, "likert": 2, "flags": ["fails", "unfit"]},
        {"text": "b", "rank": 2, "flags": []},
    ]
    tie = [{"text": text, "rank": 1, "likert": 3, "flags": ["harmful"]} for text in ("a", "c")]
    ask = [{"role": "user", "content": "Hi"}]
    wanted = [
        {
            "prompt": ask,
            "responses": first,
            "strength": 2,
            "aim": "worst",
            "annotations": ["ambiguous", "closed_domain"],
            "split": "valid",
        },
        {
            "prompt": ask,
            "responses": tie,
            "strength": 0,
            "aim": "best",
            "annotations": [],
            "split": "valid",
        },
    ]
    # Whatever the order of a file's answers and flags, and of the rows that they become.
    mixed = {**first[1], "flags": ["unfit", "fails", "unfit"]}
    imported(
        cast.project,
        jsonl({**wanted[0], "responses": [mixed, first[2], first[0]]}, wanted[1]),
    )
    for project, copied in ((cast.project, cast.other), (cast.other, None)):
        found = lines(project, "kwise")
        assert [line.pop("labeler") for line in found] == ["", ""]
        assert found == wanted
        if copied:
            out = io.BytesIO()
            export_write(project=project, form="kwise", file=out)
            imported(copied, out.getvalue())


def test_real_preferences_round_trip(cast: Cast, shared_data: Path) -> None:
    name = "hh_rlhf_harmless_test_600.jsonl.gz"
    # People of Anthropic's data were told e-mail addresses and telephone numbers.
    for project in (cast.project, cast.other):
        rules_update(actor=None, project=project, pii_filter=False)
    imported(cast.project, (shared_data / name).read_bytes(), name)
    out = io.BytesIO()
    export_write(project=cast.project, form="kwise", file=out)
    imported(cast.other, out.getvalue())
    assert len(said(cast.project)) == 598
    assert said(cast.other) == said(cast.project)


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
rankings = st.lists(
    st.tuples(
        texts.filter(str.strip),
        st.lists(st.tuples(texts.filter(str.strip), st.integers(1, 4)), min_size=2, max_size=9),
    ),
    min_size=1,
    max_size=4,
)


class RoundTrip(TestCase):
    @settings(max_examples=25, deadline=None)
    @given(rankings)
    def test_any_rankings_round_trip(self, given_rankings: list[Any]) -> None:
        one = Project.objects.create(name="one", slug="one")
        two = Project.objects.create(name="two", slug="two")
        content = jsonl(
            *(
                {
                    "prompt": [{"role": "user", "content": prompt}],
                    "responses": [{"text": text, "rank": rank} for text, rank in answers],
                }
                for prompt, answers in given_rankings
            )
        )
        imported(one, content)
        out = io.BytesIO()
        export_write(project=one, form="kwise", file=out)
        if out.getvalue():
            imported(two, out.getvalue())
        assert said(two) == said(one)


@pytest.mark.django_db(transaction=True)
def test_the_commands_bring_a_file_in_and_out(cast: Cast, tmp_path: Path) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_bytes(jsonl(RANKED) + b"oops\n")
    with pytest.raises(CommandError, match="nothing was imported"):
        call_command("import_file", "everyday", str(source), stdout=io.StringIO())
    said_out = io.StringIO()
    call_command("import_file", "everyday", str(source), "--good-lines-only", stdout=said_out)
    assert "line 2: Not a JSON object" in said_out.getvalue()
    call_command("export_file", "everyday", "kwise", str(target), stdout=io.StringIO())
    assert json.loads(target.read_text())["responses"][0]["text"] == "best"
    for command in (["import_file", "x", str(source)], ["export_file", "x", "kwise", str(target)]):
        with pytest.raises(CommandError, match="no project"):
            call_command(*command, stdout=io.StringIO())


@pytest.mark.django_db
def test_what_a_prompt_is_marked_as_goes_out_with_its_rankings_and_comes_in_again(cast):
    marks = marks_read(language="pt-BR", skills=["law"], sensitive=["self-harm"])
    prompt = prompt_make(cast.project, "Olá", marks=marks)
    answers = completions_make(prompt, 4)
    ranking_record(
        project=cast.project, prompt=prompt, completions=answers, ranks=[1, 2, 3, 4], source="ai"
    )
    (line,) = json.loads(json.dumps(lines(cast.project, "kwise")))
    said = {name: line[name] for name in ("language", "skills", "sensitive", "annotations")}
    assert said == {
        "language": "pt",
        "skills": ["law"],
        "sensitive": ["self_harm"],
        "annotations": [],
    }
    imported(cast.other, jsonl(line))
    assert marks_of(Prompt.objects.get(project=cast.other)) == marks
