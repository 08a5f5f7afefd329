"""A small `make trial`, on texts of our own; and that it would see a difference."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from annotation.feedback.checks import JudgmentInput
from annotation.feedback.rankings import ranking_submit
from annotation.models import Judgment
from annotation.queue.leases import shown_slots
from benchmarks.trial.check import differences, read
from benchmarks.trial.diary import Entry, Heard
from benchmarks.web.servers import group_end
from tests.annotation.work import claimed, ranking_task

ROOT = Path(__file__).resolve().parents[2]
SMALL = [
    *("--own", "--tasks", "4", "--labelers", "3", "--overlap", "2"),
    *("--seed", "4", "--interruptions", "0.7"),
]


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.xdist_group("browser")
def test_what_scripts_rank_in_a_browser_is_stored_as_they_said(tmp_path):
    if not any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))):
        pytest.skip("no Chromium found: install the Debian package chromium")
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.trial", "--out", str(tmp_path), *SMALL],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        said, _ = process.communicate(timeout=300)
    finally:
        group_end(process)
    assert process.returncode == 0, said.decode()
    report = json.loads((tmp_path / "trial.json").read_text())
    assert report["tasks"] == 4
    assert report["submissions"] + report["skipped"] >= 8
    assert sum(report["interruptions"].values()) >= 2


@pytest.mark.django_db
def test_a_rank_at_the_wrong_answer_is_a_difference(cast):
    ranking_task(cast.project, k=4)
    assignment = claimed(cast.lena, cast.project)
    texts = [slot.completion.text for slot in shown_slots(assignment)]
    ranks = [1, 2, 2, 3]
    ranking_submit(assignment=assignment, judgments=[JudgmentInput(rank) for rank in ranks])
    prompt = assignment.task.messages[0]["content"]
    heard = sorted(
        (Heard(text, rank, None, ()) for text, rank in zip(texts, ranks, strict=True)), key=repr
    )
    said = Entry("lena", prompt, "ranked", tuple(heard))
    assert differences([said]) == []
    assert len(differences([])) == 1
    Judgment.objects.filter(rank=1).update(rank=3)
    assert len(differences([said])) == 2


def test_a_text_is_read_as_the_page_shows_it():
    assert read("Use `a < b`\n\n- *one*\n- two & more") == "Use a < b one two & more"
