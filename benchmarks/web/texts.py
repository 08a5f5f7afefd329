"""The tasks' texts, the same for both systems: each is met once, as real ones are."""

from functools import cache

K = 4
TALE = (
    "a river carries its stones slowly to the sea and every bend remembers the flood that made it "
    "while people on the bank count what passes by in boats and baskets of salt and bread"
)
WORDS = TALE.split()


@cache
def sentence(start: int, length: int) -> str:
    return " ".join(WORDS[(start * 7 + step) % len(WORDS)] for step in range(length))


def question(number: int) -> str:
    return f"Question {number}: why is it that {sentence(number % 31, 24)}?"


def answers(number: int) -> list[str]:
    """K answers of some sixty words, with a little Markdown."""
    return [
        f"Answer {number}.{slot}: **{sentence(number % 13 + slot, 6)}**.\n\n"
        f"- {sentence(number % 17 + slot, 20)}\n- {sentence(number % 19 + slot, 20)}\n\n"
        f"So {sentence(number % 23 + slot, 14)}."
        for slot in range(K)
    ]
