"""What differs between two revisions, in words."""

from typing import Any

from django.utils.translation import override

from annotation.feedback.history import AnswerSaid, demonstration_changes, ranking_changes
from annotation.models import Demonstration, Ranking

ASKED = {"sensitive": "Sensitive content"}
Said = dict[str, Any]


def changes(before: list[Said], after: list[Said], first: Any = None, second: Any = None) -> Any:
    rows = [Ranking(**{"outcome": "ranked", **(fields or {})}) for fields in (first, second)]
    answers = [
        [
            AnswerSaid(letter, "", **{"likert": None, "severity": None, "flags": [], **each})
            for letter, each in zip("ABC", said, strict=False)
        ]
        for said in (before, after)
    ]
    return ranking_changes(rows[0], rows[1], *answers, annotations=ASKED)


def ranks(*given: int | None) -> list[Said]:
    return [{"rank": rank} for rank in given]


def test_ranks_are_told_by_letter() -> None:
    assert changes(ranks(1, 2, 3), ranks(1, 1, 2)) == ["B: 2 → 1", "C: 3 → 2"]
    assert changes(ranks(1, 2), ranks(1, 2)) == []


def test_scores_severities_and_flags_are_told() -> None:
    before: list[Said] = [{"rank": 1, "likert": 5, "flags": ["Fails"]}, {"rank": 2, "severity": 0}]
    after: list[Said] = [{"rank": 1, "flags": ["Rude"]}, {"rank": 2, "likert": 7, "severity": 3}]
    assert changes(before, after) == [
        "A: score 5 → –",
        "A: marked “Rude”",
        "A: “Fails” taken away",
        "B: score – → 7",
        "B: severity 0 → 3",
    ]


def test_what_was_said_of_the_prompt_is_told_in_the_rubrics_words() -> None:
    before, after = {"annotations": ["gone"]}, {"annotations": ["sensitive"]}
    told = ["Prompt: marked “Sensitive content”", "Prompt: “gone” taken away"]
    assert changes(ranks(1), ranks(1), before, after) == told
    rows = Demonstration(text="So.", **before), Demonstration(text="So.", **after)
    assert demonstration_changes(*rows, annotations=ASKED) == told


def test_an_outcome_is_told_instead_of_all_ranks() -> None:
    none = {"outcome": "none_acceptable"}
    assert changes(ranks(1, 2), ranks(None, None), None, none) == ["Outcome: none acceptable"]
    assert changes(ranks(None, None), ranks(1, 2), none) == ["Outcome: ranked"]


def test_the_note_and_the_strength_are_told() -> None:
    same = ranks(1, 2)
    assert changes(same, same, {"note": ""}, {"note": "So."}) == ["Note added"]
    assert changes(same, same, {"note": "So."}, {"note": ""}) == ["Note taken away"]
    assert changes(same, same, {"note": "So."}, {"note": "Thus."}) == ["Note changed"]
    assert changes(same, same, {"strength": None}, {"strength": 1}) == [
        "How much better: – → Slightly better"
    ]


def test_a_text_is_told_by_its_words() -> None:
    def told(before: str, after: str) -> list[str]:
        return demonstration_changes(
            Demonstration(text=before), Demonstration(text=after), annotations={}
        )

    assert told("One two", "One two three") == ["Text: 2 → 3 words"]
    assert told("One two", "Two one") == ["Text changed, 2 words as before"]
    assert told("One", "One") == []


def test_german_nouns_keep_their_capital_amid_a_line() -> None:
    with override("de"):
        (told,) = changes(ranks(None), ranks(1), {"outcome": "none_acceptable"})
    assert told == "Ergebnis: Mit Rängen"
