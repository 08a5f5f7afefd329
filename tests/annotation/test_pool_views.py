"""The pages about a project's prompts."""

import pytest
from django.test import Client

from annotation.models import PromptFinding, PromptJob
from annotation.pool.rules import rules_of
from tests.annotation.pool import fresh, scanned
from tests.annotation.work import Enter, prompt_make
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.service]
HERE = "/p/everyday/prompts"


def page(client: Client, path: str, **query: str) -> str:
    return client.get(f"{HERE}/{path}", query).content.decode()


def test_findings_are_listed_narrowed_and_decided(cast: Cast, enter: Enter) -> None:
    private = prompt_make(cast.project, "I am a@mail.org & <b>bold</b>.")
    prompt_make(cast.project, "Schreibe ein Gedicht über den Herbst und den Wind.")
    scanned(cast.project, languages="en")
    client = enter(cast.ada)
    text = page(client, "findings/")
    assert "<mark>a@mail.org</mark> &amp; &lt;b&gt;" in text
    assert "Gedicht" in text
    assert "Gedicht" not in page(client, "findings/", kind="pii")
    assert "<mark>" not in page(client, "findings/", kind="language")
    assert "Nothing to look at" in page(client, "findings/", kind="cap")
    pii = PromptFinding.objects.get(kind="pii")
    said = {"decision": f"redact:{pii.pk}", "kind": "pii", "state": "open"}
    answer = client.post(f"{HERE}/findings/review/", said)
    assert answer.headers["Location"] == f"{HERE}/findings/?kind=pii&state=open"
    assert fresh(private).state == "withdrawn"
    assert "ada" in page(client, "findings/", state="redacted")
    rest = PromptFinding.objects.get(state="open")
    done = client.post(
        f"{HERE}/findings/review/", {"decision": "keep", "finding": [rest.pk]}, follow=True
    )
    assert "1 finding is settled" in done.content.decode()
    refused = client.post(f"{HERE}/findings/review/", {"decision": "keep"}, follow=True)
    assert "Choose the findings first" in refused.content.decode()


def test_a_scan_is_asked_for_and_followed(cast: Cast, enter: Enter) -> None:
    client = enter(cast.ada)
    assert "Never scanned" in page(client, "findings/")
    client.post(f"{HERE}/scan/start/", {"again": "yes"})
    job = PromptJob.objects.get()
    assert (job.spec, job.created_by) == ({"again": True}, cast.ada)
    assert "hx-trigger" in page(client, "scan/")
    PromptJob.objects.update(state="succeeded")
    assert "hx-trigger" not in page(client, "scan/")


def test_rules_are_changed_and_read_again_by(cast: Cast, enter: Enter) -> None:
    client = enter(cast.ada)
    assert 'name="mix_generation" value="45.6"' in page(client, "rules/")
    mix = {f"mix_{case}": share for case, share in rules_of(cast.project).mix.items()}
    said = {"prefix_length": 50, "near_percent": 0, "contributor_cap": 7, "languages": "de", **mix}
    answer = client.post(f"{HERE}/rules/", said, follow=True)
    assert "scanned by the new rules" in answer.content.decode()
    rules = rules_of(cast.project)
    assert (rules.contributor_cap, rules.languages, rules.pii_filter) == (7, "de", False)
    assert PromptJob.objects.get().spec == {"again": True}
    refused = client.post(f"{HERE}/rules/", {**said, "near_percent": 20, "mix_chat": 90})
    assert "between 60 and 100" in refused.content.decode()
    assert rules_of(cast.project) == rules


def test_the_mix_is_shown(cast: Cast, enter: Enter) -> None:
    prompt_make(cast.project, use_case="chat")
    text = page(enter(cast.rosa), "mix/")
    assert "100.0 %" in text
    assert "45.6 %" in text
    assert "prompts/rules" not in text  # a researcher does not change them


def test_each_role_sees_its_pages(cast: Cast, enter: Enter) -> None:
    allowed = {"findings/": "ada", "mix/": "ada rosa", "rules/": "ada", "scan/": "ada"}
    for path, names in allowed.items():
        for person in (cast.ada, cast.rosa, cast.lena):
            status = enter(person).get(f"{HERE}/{path}").status_code
            assert status == (200 if person.username in names.split() else 403), (path, person)
    cast.project.memberships.get(user=cast.rosa).roles.create(role="reviewer")
    assert enter(cast.rosa).get(f"{HERE}/findings/").status_code == 200
