import math

import pytest
import torch

from inference.tiny.build import corpus_tokenizer
from inference.tiny.config import PretrainConfig
from inference.tiny.pretrain import model_pretrained

TINY = PretrainConfig(steps=12, documents=4, layers=1, width=16, inner=16, heads=2, warmup=1)


@pytest.fixture(scope="module")
def tokenizer():
    return corpus_tokenizer(seed=0, vocabulary=400)


def test_the_loss_falls_from_that_of_a_guess(tokenizer):
    losses = []
    model_pretrained(
        tokenizer=tokenizer, config=TINY, seed=0, on_step=lambda step: losses.append(step.loss)
    )
    assert losses[0] == pytest.approx(math.log(len(tokenizer)), abs=0.3)
    assert losses[-1] < losses[0] - 0.2


def test_the_seed_decides_the_weights(tokenizer):
    first, again, other = (
        model_pretrained(tokenizer=tokenizer, config=TINY, seed=seed).state_dict()
        for seed in (0, 0, 1)
    )
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert any(not torch.equal(first[name], other[name]) for name in first)


@pytest.mark.parametrize("bad", [{"steps": 0}, {"width": 10, "heads": 4}, {"layers": 0}])
def test_bad_configs_are_refused(bad):
    with pytest.raises(ValueError, match=r"at least 1|do not divide"):
        PretrainConfig(**bad).validate()
