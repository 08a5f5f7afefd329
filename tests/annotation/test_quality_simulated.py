"""Ten simulated labelers of known reliability, overlap 3: who is found, and whether every figure is
what somebody else computes of the exported rankings, with other libraries and in plain loops."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import combinations, pairwise
from operator import itemgetter
from pathlib import Path
from statistics import fmean, median
from typing import Any

import krippendorff
import numpy as np
import pytest
from scipy.stats import kendalltau, rankdata

from annotation.exchange.exports import export_lines, labeler_pseudonym
from annotation.models import Project, PromptRules, User
from annotation.prompts.prompts import text_hash
from annotation.quality.asking import report_of
from tests.annotation.crowd import CARELESS, CROWD, FIRST, LONG
from tests.annotation.quality_work import Line, crowd_enrol, crowd_work, lines_made, report_made
from tests.cast import Cast

pytestmark = pytest.mark.django_db

Row = dict[str, Any]
Pair = tuple[Row, Row]


def crowd_labels(cast: Cast, lines: list[Line]) -> list[User]:
    """Ten people rank every line three times, and nobody else is there."""
    cast.project.overlap = 3
    cast.project.save()
    cast.project.memberships.exclude(user=cast.ada).delete()
    # One of the file's prompts holds a telephone number: here nothing is withheld from exports.
    PromptRules.objects.create(project=cast.project, pii_filter=False)
    users = crowd_enrol(cast.project, CROWD)
    crowd_work(cast.project, CROWD, users, lines)
    report_made(cast.project)
    return users


def lines_real(shared_data: Path) -> list[Line]:
    """Of the file's prompts those with four or more different answers."""
    lines: list[Line] = []
    with (shared_data / "self_instruct_k6.jsonl").open() as file:
        for row in map(json.loads, file):
            texts = [each["text"] for each in row["completions"] if each["text"].strip()]
            texts = list({text_hash(text): text for text in texts}.values())
            if len(texts) >= 4:
                lines.append((row["prompt"], texts, "open_qa" if row["input"] else "generation"))
    return lines


@pytest.fixture(params=["synthetic", "self_instruct_k6"])
def labeled(request: pytest.FixtureRequest, cast: Cast) -> tuple[Cast, list[User]]:
    if request.param == "synthetic":
        return cast, crowd_labels(cast, lines_made(150, np.random.default_rng(0)))
    return cast, crowd_labels(cast, lines_real(request.getfixturevalue("shared_data")))


def test_the_page_finds_them_and_the_figures_are_those_of_the_export(labeled, enter):
    cast, users = labeled
    assert found_on(enter(cast.ada).get("/p/everyday/quality/").content.decode()) == {
        f"person{CARELESS} looks careless",
        f"person{FIRST} ranks by place: what is shown first",
        f"person{LONG} prefers long answers",
    }
    figures = report_of(cast.project).figures
    rows = exported(cast.project, users)
    assert len(rows) == figures["rankings"] == 3 * figures["tasks"]
    agreement_matches(figures, rows)
    parts_match(figures, rows)
    concordance_matches(figures, rows)
    flags_match(figures, rows)
    biases_match(figures, rows)


def found_on(html: str) -> set[str]:
    notes = html.split('id="findings"')[1].split("</section>")[0].split('<p class="note warn">')
    beginnings = ("looks careless", "what is shown first", "prefers long answers")
    told = set()
    for note in notes[1:]:
        text = note.split("</p>")[0]
        end = next((text.index(each) + len(each) for each in beginnings if each in text), None)
        told.add(text[:end])
    return told


def exported(project: Project, users: list[User]) -> list[Row]:
    """The lines of the export, with the labeler's id for their pseudonym."""
    ids = {labeler_pseudonym(project, each): each.pk for each in users}
    rows = []
    for line in export_lines(project=project, form="rankings", filters=None):
        responses = {each["text"]: each for each in line["responses"]}
        task = line["prompt"][0]["content"]
        rows.append({**line, "responses": responses, "task": task, "who": ids[line["labeler"]]})
    return rows


def compared(rows: list[Row]) -> Iterator[Pair]:
    by_task = defaultdict(list)
    for row in rows:
        by_task[row["task"]].append(row)
    for each in by_task.values():
        yield from combinations(each, 2)


def counts(pairs: list[Pair]) -> tuple[int, int]:
    """Pairs of answers that both ordered, and those ordered alike."""
    ordered = alike = 0
    for one, other in pairs:
        for a, b in combinations(one["responses"], 2):
            left = one["responses"][a]["rank"] - one["responses"][b]["rank"]
            right = other["responses"][a]["rank"] - other["responses"][b]["rank"]
            ordered += left * right != 0
            alike += left * right > 0
    return ordered, alike


def agreement_matches(figures: Row, rows: list[Row]) -> None:
    pairs = list(compared(rows))
    whole = figures["agreement"]["training"]
    assert counts(pairs) == (whole["ordered"], whole["alike"])
    assert whole["rate"] == pytest.approx(whole["alike"] / whole["ordered"], abs=1e-12)
    taus = [
        kendalltau(*([row["responses"][text]["rank"] for text in one["responses"]]
                     for row in (one, other))).statistic
        for one, other in pairs
    ]  # fmt: skip
    assert whole["tau"] == pytest.approx(np.nanmean(taus), abs=1e-9)
    matrix = figures["matrix"]
    for row in figures["labelers"]:
        mine = [pair for pair in pairs if row["labeler"] in (pair[0]["who"], pair[1]["who"])]
        assert counts(mine) == (row["agreement"]["ordered"], row["agreement"]["alike"])
        place = matrix["labelers"].index(row["labeler"])
        for index, other in enumerate(matrix["labelers"]):
            both = [pair for pair in mine if other in (pair[0]["who"], pair[1]["who"])]
            if other != row["labeler"]:
                cell = matrix["ordered"][place][index], matrix["alike"][place][index]
                assert counts(both) == cell


def parts_match(figures: Row, rows: list[Row]) -> None:
    """By use case, and by how many a labeler had handed in."""
    pairs = list(compared(rows))
    for row in figures["use_cases"]:
        mine = [pair for pair in pairs if pair[0]["use_case"] == row["use_case"]]
        assert counts(mine) == (row["ordered"], row["alike"])
    number: dict[int, int] = {}
    done: dict[int, int] = defaultdict(int)
    for row in rows:  # the export's order is that of submission
        done[row["who"]] += 1
        number[id(row)] = done[row["who"]]
    moments = [row["submitted_at"] for row in rows]
    assert all(one <= other for one, other in pairwise(moments))
    for stretch in figures["learning"]:
        ordered = alike = 0
        for pair in pairs:
            sides = sum(stretch["first"] <= number[id(row)] <= stretch["last"] for row in pair)
            each = counts([pair])
            ordered, alike = ordered + sides * each[0], alike + sides * each[1]
        assert (ordered, alike) == (stretch["ordered"], stretch["alike"])


def table(rows: list[Row], value: Callable[[Row], float]) -> np.ndarray:
    """Labelers by answers, nan where a labeler did not judge an answer."""
    units = {key: n for n, key in enumerate({(r["task"], t) for r in rows for t in r["responses"]})}
    people = {who: n for n, who in enumerate({row["who"] for row in rows})}
    found = np.full((len(people), len(units)), np.nan)
    for row in rows:
        for text, said in row["responses"].items():
            found[people[row["who"]], units[row["task"], text]] = value(said)
    return found


def concordance_matches(figures: Row, rows: list[Row]) -> None:
    for name, key in (("alpha_ranks", "rank"), ("alpha_likert", "likert")):
        data = table(rows, itemgetter(key))
        alpha = krippendorff.alpha(reliability_data=data, level_of_measurement="ordinal")
        assert figures[name] == pytest.approx(alpha, abs=1e-9)
    by_task = defaultdict(list)
    for row in rows:
        by_task[row["task"]].append(row)
    assert figures["w"] == pytest.approx(fmean(map(w_of, by_task.values())), abs=1e-9)


def w_of(rows: list[Row]) -> float:
    """Kendall's W by Siegel's formula, with scipy's ranks."""
    texts = list(rows[0]["responses"])
    said = [[row["responses"][text]["rank"] for text in texts] for row in rows]
    m, k = len(said), len(texts)
    sums = np.sum([rankdata(each) for each in said], axis=0)
    ties = sum(each.count(value) ** 3 - each.count(value) for each in said for value in set(each))
    squares = ((sums - sums.mean()) ** 2).sum()
    return float(12 * squares / (m * m * (k**3 - k) - m * ties))


def flags_match(figures: Row, rows: list[Row]) -> None:
    flagged = [row for row in figures["flags"] if row["flagged"]]
    assert len(flagged) == 1
    data = table(rows, lambda said: float(flagged[0]["flag"] in said["flags"]))
    assert flagged[0]["flagged"] == np.nansum(data)
    alpha = krippendorff.alpha(reliability_data=data, level_of_measurement="nominal")
    assert flagged[0]["alpha"] == pytest.approx(alpha, abs=1e-9)
    yes, judged = np.nansum(data, axis=0), (~np.isnan(data)).sum(axis=0)
    no = judged - yes
    agreed = ((yes * (yes - 1) + no * (no - 1)) / (judged * (judged - 1))).mean()
    chance = (yes.sum() / judged.sum()) ** 2 + (no.sum() / judged.sum()) ** 2
    assert flagged[0]["kappa"] == pytest.approx((agreed - chance) / (1 - chance), abs=1e-9)


def biases_match(figures: Row, rows: list[Row]) -> None:
    tasks = {task: n for n, task in enumerate({row["task"] for row in rows})}
    people = [row["labeler"] for row in figures["labelers"]]
    design, liked = np.zeros((len(rows), len(tasks) + len(people))), np.zeros(len(rows))
    for n, row in enumerate(rows):
        design[n, tasks[row["task"]]] = design[n, len(tasks) + people.index(row["who"])] = 1
        liked[n] = longer_liked(row)
    known = ~np.isnan(liked)
    fitted = np.linalg.lstsq(design[known], liked[known], rcond=None)[0][len(tasks) :]
    for index, row in enumerate(figures["labelers"]):
        mine = [each for each in rows if each["who"] == row["labeler"]]
        taus = [kendalltau(*places_and_ranks(each)).statistic for each in mine]
        assert row["position"]["tau"] == pytest.approx(np.nanmean(taus), abs=1e-9)
        effect = fitted[index] - median(fitted)
        assert row["length"]["effect"] == pytest.approx(effect, abs=1e-9)
        seconds = median(each["active_seconds"] for each in mine)
        assert row["pace"]["seconds"] == seconds


def places_and_ranks(row: Row) -> tuple[list[int], list[int]]:
    said = row["responses"].values()
    return [each["place"] for each in said], [each["rank"] for each in said]


def longer_liked(row: Row) -> float:
    """Of the pairs of different lengths, the longer's wins less its losses."""
    balance = pairs = 0
    for a, b in combinations(row["responses"].values(), 2):
        longer, shorter = (a, b) if len(a["text"]) > len(b["text"]) else (b, a)
        if len(longer["text"]) != len(shorter["text"]):
            pairs += 1
            balance += int(np.sign(shorter["rank"] - longer["rank"]))
    return balance / pairs if pairs else float("nan")
