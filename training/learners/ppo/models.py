"""What PPO asks of its models: log-probabilities of a response, and values along it."""

from typing import Any, NamedTuple, Self

import torch
from torch import Tensor, nn

from inference.engines.reward_models import RewardModel
from training.learners.ppo.sequences import Sequences


class TokenStatistics(NamedTuple):
    log_probs: Tensor
    """(b, r) float32, nats; 0 at padding"""
    entropy: Tensor
    """(b, r) float32, nats, without gradient; 0 at padding"""


def response_statistics(model: Any, sequences: Sequences, temperature: float) -> TokenStatistics:
    """Of each response token under a causal LM, by one forward without a cache.

    The vocabulary's logits are computed at response positions only, their log-softmax in float32.
    """
    hidden = model.base_model(
        input_ids=sequences.ids, attention_mask=sequences.mask, use_cache=False
    ).last_hidden_state
    logits = model.get_output_embeddings()(sequences.gather(hidden)).float() / temperature
    distribution = logits.log_softmax(-1)
    log_probs = distribution.gather(-1, sequences.response[..., None]).squeeze(-1)
    with torch.no_grad():
        entropy = -(distribution.exp() * distribution).sum(-1)
    padding = ~sequences.response_mask
    return TokenStatistics(log_probs.masked_fill(padding, 0), entropy.masked_fill(padding, 0))


class ValueModel(nn.Module):
    """The reward model's trunk with a head of its own, a value per token."""

    def __init__(self, trunk: nn.Module, head: nn.Linear) -> None:
        super().__init__()
        self.trunk = trunk
        self.head = head

    @classmethod
    def from_reward(cls, reward: RewardModel, head: str) -> Self:
        """Takes `reward`'s trunk over (load it afresh). `head`: "reward" begins at the reward
        model's own score, its bias included; "zero" at 0 everywhere.
        """
        score = reward.model.score
        linear = nn.Linear(score.in_features, 1, device=score.weight.device)
        with torch.no_grad():
            linear.weight.zero_()
            linear.bias.zero_()
            if head == "reward":
                linear.weight.copy_(score.weight)
                linear.bias.fill_(reward.bias)
        return cls(reward.model.base_model, linear)

    def forward(self, sequences: Sequences) -> Tensor:
        """(b, r): the value before each response token; 0 at padding, so past the end too."""
        hidden = self.trunk(
            input_ids=sequences.ids, attention_mask=sequences.mask, use_cache=False
        ).last_hidden_state
        values: Tensor = self.head(sequences.gather(hidden)).squeeze(-1).float()
        return values.masked_fill(~sequences.response_mask, 0)
