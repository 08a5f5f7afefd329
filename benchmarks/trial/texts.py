"""Tasks of our own for a small trial: answers with code, tables and lists, hardly any text, far
too much of it, and the loops that weak models fall into. Each keeps its first line for itself, so
that no two answers of a task look alike on the screen."""

from typing import Any

CODE = """Use a set to remember what came before:

```python
def first_twice(items):
    seen = set()
    for item in items:
        if item in seen:
            return item
        seen.add(item)
    return None  # nothing twice: <none> && "no" match
```

It reads the list once, so the time is *O(n)*."""
TABLE = """| City | River | Bridges |
|:--|:-:|--:|
| Prague | Vltava | 18 |
| Porto | Douro | 6 |
| Budapest | Danube | 8 |

The numbers count road bridges **within the city** only."""
STEPS = """1. Boil the kettle.
2. Warm the pot:
   - pour in a little water,
   - swirl it and pour it out.
3. Add one spoon of tea for each cup.

> Steep for four minutes, no longer.

Read [more about tea](https://example.org/tea)."""
PLAIN = "I would begin with the shortest piece, since what is learnt there helps with the others."
LEAK = "A line with <b>tags</b>, &amp; an entity, `code`, ~~a strike~~ and a \\*star\\*."
WORDS = ("slow", "river", "bends", "past", "mills", "and", "carries", "silt", "to", "sea")


def long_answer(words: int = 900) -> str:
    """Paragraphs of so many words, no two of them alike."""
    said = [f"{WORDS[i % len(WORDS)]}{i // len(WORDS) or ''}" for i in range(words)]
    return "\n\n".join(" ".join(said[i : i + 90]).capitalize() + "." for i in range(0, words, 90))


def repetitive(times: int = 60) -> str:
    """What a small model says when it has lost its way."""
    return "The answer is the answer. " * times + "The"


def task(prompt: str, *answers: str) -> dict[str, Any]:
    """A line of an import file; models are named, so that a leak of their names would be found."""
    completions = [
        {"model": f"secret-model-{number}", "text": text} for number, text in enumerate(answers)
    ]
    return {"prompt": prompt, "completions": completions}


def own_tasks() -> list[dict[str, Any]]:
    return [
        task(
            "Write a function that finds the first item that comes *twice*.\n\n```\n[3, 1, 3]\n```",
            *(CODE, TABLE, "No.", repetitive(), long_answer(), "```\nreturn items[0]\n```"),
        ),
        task(
            "Which cities have many bridges?",
            *(TABLE, STEPS, PLAIN, ".", LEAK, "- Prague\n- Porto\n- Budapest"),
        ),
        task(
            "Tell me how to make tea, for a beginner.",
            *(STEPS, "Tea.", "Tea!", long_answer(400), repetitive(25), CODE, LEAK, PLAIN, "# Tea"),
        ),
        task("What should I practise first?", PLAIN, "?", "Scales", repetitive(8)),
    ]
