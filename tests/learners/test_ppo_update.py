import copy

import pytest
import torch

from inference.child.failure import Failure
from inference.engines.reward_models import RewardModel
from tests.inference.tiny import tiny_causal_lm, tiny_reward_model, tiny_tokenizer
from training.learners.ppo.experience import explained_variance, rollout_metrics, weigh
from training.learners.ppo.invariants import check_first_rollout, check_first_update, check_steps
from training.learners.ppo.models import ValueModel, response_statistics
from training.learners.ppo.rollout import Actors, collect, endless_prompts
from training.learners.ppo.update import Updater, UpdateTally
from training.learners.specs import PpoConfig

PROMPTS = [[1, 4, 70 + i, *range(60, 60 + i), 5] for i in range(8)]
CONFIG = PpoConfig(rollouts=8, minibatches=2, epochs=2, max_new_tokens=10, warmup_updates=0)


def make_actors(reward_bias=0.0):
    return Actors(
        policy=tiny_causal_lm(),
        reference=tiny_causal_lm(),
        reward=RewardModel(tiny_reward_model(), reward_bias),
        value=ValueModel.from_reward(RewardModel(tiny_reward_model(), reward_bias), "reward"),
        tokenizer=tiny_tokenizer(),
    )


def roll(actors, config=CONFIG, seed=0):
    return collect(actors, PROMPTS, config, torch.Generator().manual_seed(seed))


def test_the_first_rollout_keeps_the_invariants():
    actors = make_actors()
    rollout = roll(actors)
    metrics = rollout_metrics(rollout, CONFIG)
    assert metrics["kl"] == pytest.approx(0, abs=1e-5)
    assert metrics["sampler_drift"] < 1e-4
    assert metrics["length"] == rollout.mask.sum(1).float().mean()
    check_first_rollout({**metrics, "eos_rate": 1.0}, CONFIG, starts_at_reference=True)
    tally = Updater(actors, CONFIG).update(weigh(rollout, CONFIG, 0.1), 0, torch.Generator())
    check_first_update(tally)
    check_steps(tally, CONFIG)
    assert tally.steps == 4
    assert tally.tokens == 2 * rollout.mask.sum()


def test_a_cut_answer_is_scored_with_eos_and_counted_unfinished():
    rollout = roll(make_actors())
    for row, finished, broken, length in zip(
        rollout.scored_rows,
        rollout.finished,
        rollout.broken,
        rollout.mask.sum(1),
        strict=True,
    ):
        assert row[-1] == 2
        assert finished or broken or length == 10


def test_what_is_scored_is_what_people_read():
    actors = make_actors()
    config = CONFIG.model_copy(update={"max_new_tokens": 60})
    rollout = collect(actors, PROMPTS * 8, config, torch.Generator().manual_seed(0))
    assert rollout.broken.any()
    controls = set(range(6))
    for i, row in enumerate(rollout.scored_rows):
        answer = row[len((PROMPTS * 8)[i]) :]
        sampled = rollout.sequences.response[i][rollout.mask[i]].tolist()
        assert answer[-1] == 2
        assert not set(answer[:-1]) & controls
        assert rollout.broken[i] == (sampled[-1] in controls - {2})
        assert rollout.finished[i] == (sampled[-1] == 2)
        # The control token is an action: it is trained on, and pays for the missing EOS.
        assert len(sampled) == len(answer) - (len(sampled) == 60 and sampled[-1] not in controls)
    rate = rollout_metrics(rollout, config)["control_token_rate"]
    assert rate == rollout.broken.float().mean()


def test_micro_batches_take_the_same_step():
    whole, parts = make_actors(), make_actors()
    config = CONFIG.model_copy(update={"micro_batch_size": 3})
    for actors, how in ((whole, CONFIG), (parts, config)):
        experience = weigh(roll(actors), how, 0.1)
        tally = Updater(actors, how).update(experience, 0, torch.Generator().manual_seed(1))
        assert tally.steps == 4
    for one, other in zip(whole.policy.parameters(), parts.policy.parameters(), strict=True):
        assert torch.allclose(one, other, atol=2e-5)


def test_an_update_moves_policy_and_value_only():
    actors = make_actors()
    before = copy.deepcopy(actors)
    Updater(actors, CONFIG).update(weigh(roll(actors), CONFIG, 0.1), 0, torch.Generator())

    def same(name, module):
        pairs = zip(module(actors).parameters(), module(before).parameters(), strict=True)
        assert all(torch.equal(a, b) for a, b in pairs) == (name in ("reference", "reward"))

    same("policy", lambda a: a.policy)
    same("value", lambda a: a.value)
    same("reference", lambda a: a.reference)
    same("reward", lambda a: a.reward.model)


def test_an_update_makes_better_answers_likelier():
    actors = make_actors()
    rollout = roll(actors)
    experience = weigh(rollout, CONFIG, 0.0)
    Updater(actors, CONFIG).update(experience, 0, torch.Generator().manual_seed(0))
    after = response_statistics(actors.policy, rollout.sequences, 1.0).log_probs
    gain = ((after - rollout.log_probs) * experience.advantages).sum()
    assert gain > 0


def test_a_loss_that_is_no_number_stops_the_run():
    actors = make_actors(reward_bias=float("nan"))
    with pytest.raises(Failure, match="not a number"):
        Updater(actors, CONFIG).update(weigh(roll(actors), CONFIG, 0.1), 0, torch.Generator())


def test_advantages_are_white_and_returns_are_not():
    experience = weigh(roll(make_actors()), CONFIG, 0.1)
    chosen = experience.advantages[experience.rollout.mask]
    assert chosen.mean().item() == pytest.approx(0, abs=1e-5)
    assert chosen.var(unbiased=False).item() == pytest.approx(1, abs=1e-3)
    assert explained_variance(experience) < 1


def test_the_rate_warms_up():
    actors = make_actors()
    config = CONFIG.model_copy(update={"warmup_updates": 10, "learning_rate": 1.0})
    updater = Updater(actors, config)
    updater.update(weigh(roll(actors), config, 0.1), 5, torch.Generator())
    assert updater._policy.param_groups[0]["lr"] == pytest.approx(0.55)


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"kl": 0.5}, "0.500 nats from its reference"),
        ({"sampler_drift": 0.3}, "Sampling and training disagree"),
        ({"eos_rate": 0.0}, "Only 0% of the first answers end"),
    ],
)
def test_a_broken_first_rollout_is_refused(changes, cause):
    good = {"kl": 0.0, "sampler_drift": 0.0, "eos_rate": 1.0}
    check_first_rollout(good, CONFIG, starts_at_reference=True)
    with pytest.raises(Failure, match=cause):
        check_first_rollout({**good, **changes}, CONFIG, starts_at_reference=True)


def test_a_policy_that_starts_elsewhere_may_have_kl():
    metrics = {"kl": 2.0, "sampler_drift": 0.0, "eos_rate": 1.0}
    check_first_rollout(metrics, CONFIG, starts_at_reference=False)


def test_dropout_left_on_is_found():
    actors = make_actors()
    actors.policy.config.attention_dropout = 0.5
    for layer in actors.policy.model.layers:
        layer.self_attn.attention_dropout = 0.5
    rollout = roll(actors)
    actors.policy.train()
    tally = Updater(actors, CONFIG).update(weigh(rollout, CONFIG, 0.1), 0, torch.Generator())
    with pytest.raises(Failure, match="ratios are not 1"):
        check_first_update(tally)


def test_a_lost_step_is_found():
    with pytest.raises(Failure, match="took 1 optimizer steps instead of 4"):
        check_steps(UpdateTally(steps=1), CONFIG)


def test_each_prompt_comes_once_before_any_comes_again():
    batches = endless_prompts([[i] for i in range(6)], 4, torch.Generator().manual_seed(0))
    drawn = [row[0] for _ in range(3) for row in next(batches)]
    assert sorted(drawn[:6]) == sorted(drawn[6:]) == list(range(6))
