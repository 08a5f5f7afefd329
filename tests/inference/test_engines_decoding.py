import pytest
import torch

from inference.child.failure import Failure
from inference.engines import decoding
from inference.engines.decoding import Sampling, decode
from inference.engines.noise import row_noise, table_noise
from inference.engines.padding import pad_left, position_ids
from tests.inference.tiny import tiny_causal_lm, tiny_tokenizer

ROWS = [[1, 4, 70, 71, 72, 5], [1, 4, 80, 5], [1, 4, 90, 91, 5]]
PAD, EOS = 0, 2


@pytest.fixture(scope="module")
def model():
    return tiny_causal_lm()


def run(model, rows=ROWS, seed=0, n=1, eos=(EOS,), control=(), **sampling):
    drawn = Sampling(**sampling)
    generator = torch.Generator().manual_seed(seed)
    return decode(
        model,
        pad_left(rows, PAD),
        drawn,
        eos_ids=eos,
        pad_id=PAD,
        noise=table_noise(len(rows) * n, drawn.max_new_tokens, generator),
        control_ids=control,
        n=n,
    )


def test_greedy_equals_generate(model):
    prompts = pad_left(ROWS, PAD)
    expected = model.generate(
        input_ids=prompts.ids,
        attention_mask=prompts.mask,
        max_new_tokens=20,
        do_sample=False,
        eos_token_id=EOS,
        pad_token_id=PAD,
    )[:, prompts.ids.shape[1] :]
    got = run(model, temperature=0, max_new_tokens=20)
    assert got.ids.tolist() == expected.tolist()


def test_greedy_equals_generate_when_rows_end_apart(model):
    free = run(model, temperature=0, max_new_tokens=20).ids
    stops = [int(free[0, 3]), int(free[1, 7])]  # ends rows early, so that they are dropped
    prompts = pad_left(ROWS, PAD)
    expected = model.generate(
        input_ids=prompts.ids,
        attention_mask=prompts.mask,
        max_new_tokens=20,
        do_sample=False,
        eos_token_id=stops,
        pad_token_id=PAD,
    )[:, prompts.ids.shape[1] :]
    got = run(model, temperature=0, max_new_tokens=20, eos=stops)
    assert got.ids.tolist() == expected[:, : got.ids.shape[1]].tolist()
    assert got.mask[0].sum() <= 4
    assert got.finish_reasons[0] == "stop"


def test_padding_does_not_change_an_answer(model):
    alone = [run(model, rows=[row], temperature=0, max_new_tokens=12) for row in ROWS]
    together = run(model, temperature=0, max_new_tokens=12)
    for i, one in enumerate(alone):
        assert together.responses()[i] == one.responses()[0]
        length = one.mask.sum()
        assert torch.allclose(together.log_probs[i, :length], one.log_probs[0], atol=1e-5)


def test_a_pad_token_in_the_prompt_is_content(model):
    row = [1, 4, 70, PAD, 71, 5]
    alone = run(model, rows=[row], temperature=0, max_new_tokens=8)
    wide = run(model, rows=[row, [1, 4, *range(60, 80), 5]], temperature=0, max_new_tokens=8)
    assert wide.responses()[0] == alone.responses()[0]


def test_log_probs_are_those_of_a_full_forward(model):
    got = run(model, seed=3, n=4, max_new_tokens=16)
    for i, response in enumerate(got.responses()):
        row = ROWS[i // 4] + response
        logits = model(input_ids=torch.tensor([row])).logits[0].float()
        expected = logits.log_softmax(-1)[:-1].gather(1, torch.tensor(row[1:])[:, None])
        expected = expected.squeeze(1)[-len(response) :]
        assert torch.allclose(got.log_probs[i, : len(response)], expected, atol=1e-4)


def test_log_probs_at_a_temperature(model):
    got = run(model, temperature=0.5, max_new_tokens=1)
    logits = model(input_ids=torch.tensor([ROWS[0]])).logits[0, -1].float()
    expected = (logits / 0.5).log_softmax(-1)[got.ids[0, 0]]
    assert torch.allclose(got.log_probs[0, 0], expected, atol=1e-4)


def test_answers_stop_at_eos_and_hold_nothing_behind(model):
    eos = tuple(range(0, 262, 5))  # a fifth of the vocabulary ends an answer
    got = run(model, n=50, eos=eos, max_new_tokens=30)
    for response, reason, row, mask in zip(
        got.responses(), got.finish_reasons, got.ids.tolist(), got.mask.tolist(), strict=True
    ):
        assert not any(token in eos for token in response[:-1])
        assert (response[-1] in eos) == (reason == "stop")
        assert all(token == PAD for token, real in zip(row, mask, strict=True) if not real)
    assert set(got.finish_reasons) == {"stop"} or got.ids.shape[1] == 30


def test_a_seed_gives_the_same_answers_and_another_other_ones(model):
    first, again, other = (run(model, seed=s, n=3, max_new_tokens=10).ids for s in (1, 1, 2))
    assert first.tolist() == again.tolist()
    assert first.tolist() != other.tolist()


def test_sampling_follows_the_models_distribution(model):
    got = run(model, rows=[ROWS[0]], n=20_000, max_new_tokens=1)
    probs = model(input_ids=torch.tensor([ROWS[0]])).logits[0, -1].float().softmax(-1)
    seen = torch.bincount(got.ids[:, 0], minlength=262) / 20_000
    assert (seen - probs).abs().max() < 0.02


def test_top_p_keeps_the_likeliest_tokens_only(model):
    got = run(model, rows=[ROWS[0]], n=2_000, top_p=0.5, max_new_tokens=1)
    probs = model(input_ids=torch.tensor([ROWS[0]])).logits[0, -1].float().softmax(-1)
    ordered, order = probs.sort(descending=True)
    size = int((ordered.cumsum(0) < 0.5).sum()) + 1
    assert set(got.ids[:, 0].tolist()) <= set(order[:size].tolist())


def test_positions_count_from_the_first_real_token():
    mask = torch.tensor([[0, 0, 1, 1], [1, 1, 1, 1]])
    assert position_ids(mask).tolist() == [[0, 0, 0, 1], [0, 1, 2, 3]]


def test_the_tiny_tokenizer_has_tokens_of_its_own():
    tokenizer = tiny_tokenizer()
    assert (tokenizer.pad_token_id, tokenizer.bos_token_id, tokenizer.eos_token_id) == (0, 1, 2)


def test_a_control_token_cuts_an_answer_and_changes_no_other_draw(model):
    control = tuple(range(3, 262, 9))
    free = run(model, n=40, max_new_tokens=30)
    got = run(model, n=40, max_new_tokens=30, control=control)
    for whole, cut, reason, broken in zip(
        free.responses(), got.responses(), got.finish_reasons, got.broken.tolist(), strict=True
    ):
        first = next((i for i, token in enumerate(whole) if token in control), None)
        assert cut == (whole if first is None else whole[: first + 1])
        assert broken == (first is not None)
        assert reason == ("stop" if whole[-1] == EOS and not broken else "length")
    assert 0 < got.broken.sum() < len(got.broken)
    assert not free.broken.any()


def test_eos_is_no_control_token(model):
    got = run(model, n=40, max_new_tokens=60, eos=range(2, 262, 5), control=range(2, 262, 5))
    assert not got.broken.any()
    assert "stop" in got.finish_reasons


def test_the_noise_finds_the_token_where_the_cumulated_probability_passes_it():
    probs = torch.tensor([[0.0, 0.25, 0.0, 0.5, 0.25, 0.0]]).repeat(6, 1)
    noise = torch.tensor([0.0, 0.2499, 0.25, 0.7499, 0.75, 1 - 2**-53], dtype=torch.double)
    assert decoding._inverse_cdf(probs, noise).tolist() == [1, 1, 3, 3, 4, 4]


def test_a_row_of_noise_hangs_on_its_name_alone():
    alone, both = row_noise(["b"], 500), row_noise(["a", "b"], 1000)
    assert torch.equal(both[1, :500], alone[0])
    assert not torch.equal(both[0], both[1])
    assert both.min() >= 0
    assert both.max() < 1
    assert both.mean().item() == pytest.approx(0.5, abs=0.03)
    assert both.var().item() == pytest.approx(1 / 12, abs=0.01)


def test_a_model_of_nan_is_refused():
    broken = tiny_causal_lm()
    broken.model.norm.weight.data.fill_(float("nan"))
    with pytest.raises(Failure, match="not numbers"):
        run(broken, max_new_tokens=4)
