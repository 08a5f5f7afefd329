"""Has a model learnt to copy? Of its on-topic answers, how many have the right subject."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from inference.tiny.corpus import Prompt
from inference.tiny.reading import answer_found


@dataclass(frozen=True)
class Copying:
    """Counts over sampled answers; rates are shares of all answers unless said otherwise.

    right_subject_rate: of the on-topic answers, those that carry the prompt's subject.
    right_facts_rate: of the on-topic answers, those that carry all that a right answer carries.
    """

    answers: int
    on_topic_rate: float
    right_subject_rate: float
    right_facts_rate: float
    eos_rate: float


def measure_copying(
    *,
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    prompts: Sequence[Prompt],
    samples: int = 4,
    seed: int = 0,
) -> Copying:
    """Sample answers at temperature 1 and count; on-topic ones have the asked kind's wording."""
    texts = answers_sampled(
        model=model, tokenizer=tokenizer, prompts=prompts, samples=samples, seed=seed
    )
    answers = [
        (prompt.facts, *answer)
        for prompt, group in zip(prompts, texts, strict=True)
        for answer in group
    ]
    found = [
        answer
        for facts, text, _ in answers
        if (answer := answer_found(facts=facts, text=text)) is not None
    ]
    return Copying(
        answers=len(answers),
        on_topic_rate=len(found) / max(1, len(answers)),
        right_subject_rate=sum(a.subject_right for a in found) / max(1, len(found)),
        right_facts_rate=sum(a.facts_right for a in found) / max(1, len(found)),
        eos_rate=sum(ended for _, _, ended in answers) / max(1, len(answers)),
    )


def answers_sampled(
    *,
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    prompts: Sequence[Prompt],
    samples: int,
    seed: int,
    longest: int = 64,
    batch: int = 64,
) -> list[list[tuple[str, bool]]]:
    """Per prompt, `samples` answers at temperature 1 and whether each ended by itself."""
    torch.manual_seed(seed)
    found: list[list[tuple[str, bool]]] = []
    for start in range(0, len(prompts), batch):
        rendered = [
            tokenizer.apply_chat_template(p.messages, add_generation_prompt=True, tokenize=False)
            for p in prompts[start : start + batch]
        ]
        encoded = tokenizer(rendered, add_special_tokens=False, padding=True, return_tensors="pt")
        with torch.inference_mode():
            rows = model.generate(
                input_ids=encoded["input_ids"],
                attention_mask=encoded["attention_mask"],
                do_sample=True,
                temperature=1.0,
                top_k=0,
                top_p=1.0,
                max_new_tokens=longest,
                num_return_sequences=samples,
            )[:, encoded["input_ids"].shape[1] :]
        texts = [
            (
                tokenizer.decode(row, skip_special_tokens=True),
                bool((row == tokenizer.eos_token_id).any()),
            )
            for row in rows
        ]
        found += [texts[i : i + samples] for i in range(0, len(texts), samples)]
    return found
