"""Which prompts are meant."""

import pytest

from annotation.exchange.imports import batch_start
from annotation.models import ImportBatch, Prompt
from annotation.pool import selecting
from annotation.pool.selecting import Wanted, firsts, prompts_select
from tests.annotation.exchange_files import jsonl, upload
from tests.annotation.pool import scanned
from tests.annotation.work import prompt_make
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.service]


def ids(cast: Cast, **wanted: str) -> list[int]:
    return list(prompts_select(cast.project, Wanted(**wanted)).values_list("pk", flat=True))  # type: ignore[arg-type]


def test_each_filter_narrows(cast: Cast) -> None:
    plain = prompt_make(cast.project, "Name a lake.", contributor="acme", split="train")
    private = prompt_make(cast.project, "I am a@mail.org.", source="customer", split="test")
    prompt_make(cast.other, "Name a lake.")
    scanned(cast.project)
    Prompt.objects.filter(pk=private.pk).update(state="unreviewed")
    assert ids(cast) == [private.pk, plain.pk]
    assert ids(cast, contributor="acme") == [plain.pk]
    assert ids(cast, finding="pii") == [private.pk]
    assert ids(cast, state="unreviewed", source="customer") == [private.pk]
    assert ids(cast, words="LAKE me") == [plain.pk]
    assert ids(cast, words="a", split="train") == [plain.pk]
    assert ids(cast, words="lake", finding="pii") == []


def test_what_an_import_has_not_shown_yet_is_not_there(cast: Cast) -> None:
    batch = upload(cast.project, jsonl({"prompt": "Name a lake."}))
    batch_start(actor=None, batch=batch, call=False)
    prompt = prompt_make(cast.project, "Name a sea.")
    hidden = prompt_make(cast.project, "Name a hidden lake.")
    Prompt.objects.filter(pk=hidden.pk).update(batch=batch)
    assert ids(cast) == [prompt.pk]
    ImportBatch.objects.update(state="visible")
    assert ids(cast) == [hidden.pk, prompt.pk]


def test_no_count_goes_on_for_ever(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selecting, "MOST_COUNTED", 2)
    rows = prompts_select(cast.project, Wanted())
    made: list[int] = []
    for number in range(5):
        assert firsts(rows) == (made[::-1][:2], number > 2)
        made.append(prompt_make(cast.project).pk)


def test_wanted_is_stored_and_restored() -> None:
    for wanted in (Wanted(), Wanted(words="a b", ids=(3, 4)), Wanted(ids=())):
        assert Wanted.restored(wanted.stored()) == wanted
