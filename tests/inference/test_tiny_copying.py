import pytest
import torch

from inference.tiny.build import corpus_tokenizer
from inference.tiny.copying import answers_sampled, measure_copying
from inference.tiny.corpus import Prompt
from inference.tiny.reading import parse_prompt

ASKED = "What is Port Kelso like?"


class Parrot:
    """Stands in for a model: it says the same, whatever it is asked."""

    def __init__(self, tokenizer, text):
        said = tokenizer(text, add_special_tokens=False)["input_ids"]
        self.said = torch.tensor([*said, tokenizer.eos_token_id])

    def generate(self, *, input_ids, num_return_sequences, **_):
        prompts = input_ids.repeat_interleave(num_return_sequences, dim=0)
        return torch.cat([prompts, self.said.expand(len(prompts), -1)], dim=1)


@pytest.fixture(scope="module")
def tokenizer():
    return corpus_tokenizer(seed=0, vocabulary=400)


@pytest.fixture
def prompts():
    facts = parse_prompt(ASKED)
    assert facts is not None
    return [Prompt(ASKED, facts)] * 3


@pytest.mark.parametrize(
    ("said", "on_topic", "subject"),
    [
        ("People visit Port Kelso for its music and its warm evenings.", 1.0, 1.0),
        ("Of course! Port Kelso is nice.", 1.0, 1.0),
        ("People visit Port Tarn for its music and its warm evenings.", 1.0, 0.0),
        ("Hi Anna Berg.", 0.0, 0.0),
    ],
)
def test_rates(tokenizer, prompts, said, on_topic, subject):
    copying = measure_copying(
        model=Parrot(tokenizer, said), tokenizer=tokenizer, prompts=prompts, samples=2
    )
    assert copying.answers == 6
    assert copying.on_topic_rate == on_topic
    assert copying.right_subject_rate == subject
    assert copying.eos_rate == 1.0


def test_answers_come_by_prompt(tokenizer, prompts):
    answers = answers_sampled(
        model=Parrot(tokenizer, "Hello."), tokenizer=tokenizer, prompts=prompts, samples=2, seed=0
    )
    assert answers == [[("Hello.", True)] * 2] * 3
