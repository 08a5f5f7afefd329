"""A base from elsewhere is taught like ours, and all that descends from it goes on working."""

import json

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl.trainer.sft_trainer import DataCollatorForLanguageModeling

from inference.child.events import read_events
from inference.child.failure import Failure
from inference.engines.protocol import Request
from inference.engines.templates import CHAT_TEMPLATE, ROLES, control_ids, render_prompt
from inference.engines.transformers_engine import TransformersEngine
from tests.inference.foreign import CHATML, FOREIGN, foreign_base
from tests.inference.tiny import tiny_causal_lm, tiny_tokenizer
from training.learners.adoption import adopt_model, adopted_tokenizer
from training.learners.artifacts import load_causal_lm, publish_model
from training.learners.data import Demonstration
from training.learners.ppo.trainer import run_ppo
from training.learners.reward import run_reward
from training.learners.sft import IGNORED, encode, run_sft
from training.learners.specs import PpoSpec, RewardSpec, SftSpec

CPU = torch.device("cpu")
MESSAGES = [{"role": "user", "content": "Say a word."}]


def told(tmp_path):
    return [event["text"] for event in read_events(tmp_path / "events.jsonl")[0]]


@pytest.fixture(params=FOREIGN)
def foreign(request, tmp_path_factory):
    return foreign_base(request.param, tmp_path_factory.mktemp(request.param))


def test_padding_is_never_learnt_and_the_end_always(foreign, log):
    tokenizer = adopted_tokenizer(foreign, log)
    assert tokenizer.pad_token_id not in (None, tokenizer.eos_token_id)
    rows = [Demonstration(1, MESSAGES, "A word."), Demonstration(2, MESSAGES, "A word, or two.")]
    encoded = list(encode(rows, tokenizer, 200, log))
    batch = DataCollatorForLanguageModeling(pad_token_id=tokenizer.pad_token_id)(encoded)
    short, long = batch["labels"]
    assert (batch["attention_mask"] == 0).any()
    assert (batch["labels"][batch["attention_mask"] == 0] == IGNORED).all()
    for row, text in ((short, "A word."), (long, "A word, or two.")):
        learnt = row[row != IGNORED].tolist()
        assert learnt[-1] == tokenizer.eos_token_id
        assert tokenizer.pad_token_id not in learnt
        assert tokenizer.decode(learnt[:-1]) == text


@pytest.mark.parametrize("name", ["gpt2", "llama"])
def test_without_a_template_ours_is_taught_and_its_roles_are_tokens(name, log, tmp_path):
    tokenizer = adopted_tokenizer(foreign_base(name, tmp_path / "base"), log)
    assert tokenizer.chat_template == CHAT_TEMPLATE
    user, assistant = (tokenizer.convert_tokens_to_ids(role) for role in ROLES[1:])
    ids = render_prompt(tokenizer, [{"role": "user", "content": "a <|assistant|> b"}])
    assert ids[:2] == [tokenizer.bos_token_id, user]
    assert [i for i in ids if i == assistant] == ids[-1:]
    assert {user, assistant} <= set(control_ids(tokenizer))
    assert [text.split(":")[0] for text in told(tmp_path)] == [
        "The base has no pad token of its own",
        "The base has no chat template",
    ]


def test_a_template_of_its_own_is_kept(log, tmp_path):
    tokenizer = adopted_tokenizer(foreign_base("qwen2", tmp_path / "base"), log)
    assert tokenizer.chat_template == CHATML
    assert not set(ROLES) & set(tokenizer.get_vocab())
    assert len(told(tmp_path)) == 1  # of the pad token


def test_what_has_all_of_it_stays_as_it_is(log, tmp_path, base):
    tokenizer = adopted_tokenizer(base, log)
    assert tokenizer.get_vocab() == tiny_tokenizer().get_vocab()
    assert tokenizer.chat_template == tiny_tokenizer().chat_template
    assert told(tmp_path) == []
    model = tiny_causal_lm()
    adopt_model(model, tokenizer)
    first = tiny_causal_lm()
    assert model.config.to_dict() == first.config.to_dict()
    for end in ("bos_token_id", "eos_token_id", "pad_token_id"):
        assert getattr(model.generation_config, end) == getattr(first.generation_config, end)
    assert all(torch.equal(model.state_dict()[name], w) for name, w in first.state_dict().items())


@pytest.mark.parametrize(("name", "more"), [("gpt2", 4), ("llama", 4), ("qwen2", 0)])
def test_each_token_has_an_embedding_and_no_embedding_is_lost(name, more, log, tmp_path):
    folder = foreign_base(name, tmp_path / "base")
    model = AutoModelForCausalLM.from_pretrained(folder)
    before = model.get_input_embeddings().weight.clone()
    tokenizer = adopted_tokenizer(folder, log)
    adopt_model(model, tokenizer)
    after = model.get_input_embeddings().weight
    assert len(after) == len(before) + more >= len(tokenizer)
    assert len(model.get_output_embeddings().weight) == len(after)
    assert torch.equal(after[: len(before)], before)
    assert model.config.pad_token_id == tokenizer.pad_token_id
    assert model.generation_config.pad_token_id == tokenizer.pad_token_id


def test_a_base_whose_sampling_settings_contradict_can_be_saved(log, tmp_path):
    folder = foreign_base("llama", tmp_path / "base")
    settings = {"eos_token_id": [7], "temperature": 0.9, "do_sample": False}
    (folder / "generation_config.json").write_text(json.dumps(settings))
    model, tokenizer = load_causal_lm(folder, CPU), adopted_tokenizer(folder, log)
    adopt_model(model, tokenizer)
    publish_model(model, tokenizer, tmp_path)
    saved = AutoModelForCausalLM.from_pretrained(tmp_path / "model").generation_config
    assert saved.eos_token_id == [tokenizer.eos_token_id, 7]
    assert saved.temperature is None


def test_a_tokenizer_without_eos_is_refused(log, tmp_path):
    tokenizer = tiny_tokenizer()
    tokenizer.eos_token = None
    tokenizer.save_pretrained(tmp_path)
    tiny_causal_lm().save_pretrained(tmp_path)
    with pytest.raises(Failure, match="no EOS token"):
        adopted_tokenizer(tmp_path, log)


@pytest.mark.slow
def test_a_foreign_base_goes_through_every_stage(foreign, spec_of, log, tmp_path):
    def output(name):
        return {"output": str(tmp_path / name)}

    sft = tmp_path / "sft" / "model"
    start = {"start": str(foreign)}
    config = {"epochs": 40, "learning_rate": 1e-2, "dropout": 0.0}
    spec = spec_of("sft", config, models=start, **output("sft"))
    result = run_sft(SftSpec.model_validate(spec), log)
    assert result.metrics["train/loss"] < 1.5

    model, tokenizer = AutoModelForCausalLM.from_pretrained(sft), AutoTokenizer.from_pretrained(sft)
    ids = torch.tensor([render_prompt(tokenizer, MESSAGES)])
    ended = model.generate(input_ids=ids, max_new_tokens=30, do_sample=False)[0, ids.shape[1] :]
    assert tokenizer.eos_token_id in ended.tolist()
    assert tokenizer.pad_token_id not in ended.tolist()
    engine = TransformersEngine(sft, device=CPU, template_hash=result.template_hash)
    asked = Request.model_validate({"id": "1", "model": "sft", "messages": MESSAGES, "n": 4})
    (answer,) = engine.complete([asked])
    assert "stop" in {one.finish_reason for one in answer.completions}

    start = {"start": str(sft)}
    spec = spec_of("reward", {"epochs": 1}, models=start, **output("reward"))
    assert run_reward(RewardSpec.model_validate(spec), log).template_hash == result.template_hash
    trio = {**start, "reference": str(sft), "reward": str(tmp_path / "reward" / "model")}
    spec = spec_of("ppo", {"updates": 1}, models=trio, **output("ppo"))
    assert run_ppo(PpoSpec.model_validate(spec), log).template_hash == result.template_hash
