"""Languages told apart, offline."""

import pytest

from annotation.prompts.cleaning.languages import language_identify

TEXTS = {
    "de": "Schreibe ein Gedicht über den Herbst und den Wind.",
    "en": "What is the capital of France, and why is it famous?",
    "fr": "Écris une lettre à mon propriétaire pour le chauffage.",
    "es": "¿Cuáles son los mejores lugares para ver los pájaros en otoño?",
    "zh": "请帮我写一封信给房东，告诉他暖气坏了，谢谢你了，祝你一切都好",
}


@pytest.mark.parametrize("language", TEXTS)
def test_a_sentence_says_its_language(language: str) -> None:
    found, certainty = language_identify(TEXTS[language])
    assert found == language
    assert 0.8 <= certainty <= 1


def test_what_nobody_can_tell_is_not_told() -> None:
    for text in ("", "hi", "x = 3 * (y + 2) / 7 - 12345678901234567890"):
        assert language_identify(text) == ("", 0.0)
