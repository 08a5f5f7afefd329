"""Engine jobs as real processes: files in, files out, resumed, refused."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from inference.child.events import read_events
from inference.child.failure import Failure
from inference.engines.protocol import Message, Request, Sampling, ScoreRequest
from inference.engines.scoring import Scorer
from inference.engines.templates import render_completion, render_prompt, template_hash
from inference.engines.transformers_engine import TransformersEngine
from tests.inference.foreign import FOREIGN, foreign_base
from tests.inference.tiny import tiny_causal_lm, tiny_reward_model, tiny_tokenizer

ROOT = Path(__file__).parents[2]
CPU = torch.device("cpu")
TEXTS = ["Name a bird.", "Hi", "Write a line about the sea and the wind.", "Why?", "Count to ten."]


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    for name, model in [
        ("a", tiny_causal_lm(1)),
        ("b", tiny_causal_lm(2)),
        ("reward", tiny_reward_model(3)),
    ]:
        model.save_pretrained(folder / name)
        tiny_tokenizer().save_pretrained(folder / name)
    (folder / "reward" / "reward_bias.json").write_text('{"bias": 0.25}')
    return folder


def messages(text):
    return (Message(role="user", content=text),)


def requests(model="a", n=3, **sampling):
    drawn = Sampling(**{"max_new_tokens": 8, **sampling})
    return [
        Request(id=f"{model}{i}", model=model, messages=messages(text), n=n, sampling=drawn)
        for i, text in enumerate(TEXTS)
    ]


def job(folder, kind, lines, **spec):
    folder.mkdir(exist_ok=True)
    (folder / "requests.jsonl").write_text("".join(f"{r.model_dump_json()}\n" for r in lines))
    data = {
        "version": 1,
        "kind": kind,
        "seed": 0,
        "output": str(folder),
        "device": "cpu",
        "threads": 1,
        "requests": str(folder / "requests.jsonl"),
        **spec,
    }
    (folder / "spec.json").write_text(json.dumps(data))
    return subprocess.run(
        [sys.executable, "-m", "inference.engines", str(folder / "spec.json")],
        cwd=ROOT,
        env={**os.environ, "PLUMBLINE_LEASH": "0", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def rows(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def error_of(folder):
    return [e for e in read_events(folder / "events.jsonl")[0] if e["type"] == "error"][-1]


@pytest.mark.slow
def test_sampling_with_two_models_and_again_after_a_kill(models, tmp_path):
    both = {"a": str(models / "a"), "b": str(models / "b")}
    lines = [*requests("a"), *requests("b", temperature=0.7)]
    hashes = dict.fromkeys(both, template_hash(tiny_tokenizer()))
    config = {"batch_size": 6, "template_hashes": hashes}
    done = job(tmp_path / "one", "sample", lines, models=both, config=config)
    assert done.returncode == 0, done.stderr
    path = tmp_path / "one" / "completions.jsonl"
    whole = rows(path)
    assert sorted(row["id"] for row in whole) == sorted(line.id for line in lines)
    assert all(len(row["completions"]) == 3 for row in whole)
    answer = whole[0]["completions"][0]
    assert len(answer["token_ids"]) == len(answer["log_probs"]) <= 8
    assert answer["finish_reason"] in ("stop", "length")
    events = read_events(tmp_path / "one" / "events.jsonl")[0]
    progress = [(e["done"], e["total"]) for e in events if e["type"] == "progress"]
    assert progress[0] == (0, 10)
    assert progress[-1] == (10, 10)
    assert any(e.get("name") == "sampling/tokens_per_second" and e["value"] > 0 for e in events)

    # The kill: half of the answers are there and one line is torn.
    kept = path.read_text().splitlines(keepends=True)
    path.write_text("".join(kept[:5]) + kept[5][:20])
    (tmp_path / "one" / "result.json").unlink()
    again = job(tmp_path / "one", "sample", lines, models=both, config=config)
    assert again.returncode == 0, again.stderr
    assert rows(path) == whole


@pytest.mark.slow
def test_a_template_that_differs_is_refused(models, tmp_path):
    done = job(
        tmp_path,
        "sample",
        requests(),
        models={"a": str(models / "a")},
        config={"template_hashes": {"a": "0" * 64}},
    )
    assert done.returncode == 3
    assert "chat template differs" in error_of(tmp_path)["cause"]
    assert rows(tmp_path / "completions.jsonl") == []


@pytest.mark.slow
def test_specs_and_requests_that_cannot_be_followed(models, tmp_path):
    done = job(tmp_path, "sample", requests(), models={"a": str(models / "a")}, config={"size": 1})
    assert done.returncode == 2
    assert "config.size" in done.stderr
    done = job(tmp_path, "sample", requests("x"), models={"a": str(models / "a")})
    assert done.returncode == 3
    assert "['x']" in error_of(tmp_path)["cause"]


@pytest.mark.slow
def test_scoring_job(models, tmp_path):
    lines = [
        ScoreRequest(id=str(i), messages=messages(text), completion=text[::-1])
        for i, text in enumerate(TEXTS)
    ]
    done = job(
        tmp_path,
        "score",
        lines,
        models={"reward": str(models / "reward")},
        config={"batch_size": 2},
    )
    assert done.returncode == 0, done.stderr
    scores = {row["id"]: row["score"] for row in rows(tmp_path / "scores.jsonl")}
    assert len(scores) == 5
    tokenizer, model = tiny_tokenizer(), tiny_reward_model(3)
    for line in lines:  # the standard head, alone and unpadded, plus the bias
        ids = render_prompt(tokenizer, [m.model_dump() for m in line.messages])
        ids += render_completion(tokenizer, line.completion)
        with torch.no_grad():
            expected = model(input_ids=torch.tensor([ids])).logits[0, 0] + 0.25
        assert scores[line.id] == pytest.approx(float(expected), abs=1e-5)


def test_a_score_does_not_depend_on_its_batch(models):
    lines = [
        ScoreRequest(id=str(i), messages=messages(text), completion="so " * (7 - i))
        for i, text in enumerate(TEXTS)
    ]
    one = Scorer(models / "reward", device=CPU, batch_size=1).score(lines)
    many = Scorer(models / "reward", device=CPU, batch_size=5).score(lines)
    assert [s.id for s in many] == [s.id for s in lines]
    for a, b in zip(one, many, strict=True):
        assert a.score == pytest.approx(b.score, abs=1e-5)


def test_the_engine_answers_in_order_and_greedily_alike_in_any_batch(models):
    lines = requests(n=1, temperature=0)
    answers = [
        list(TransformersEngine(models / "a", device=CPU, batch_size=size).complete(lines))
        for size in (1, 5)
    ]
    assert [a.id for a in answers[0]] == [r.id for r in lines]
    texts = [[a.completions[0].token_ids for a in one] for one in answers]
    assert texts[0] == texts[1]


def drawn(engine, lines):
    return [[c.token_ids for c in answer.completions] for answer in engine.complete(lines)]


def test_an_answer_does_not_depend_on_its_batch_nor_on_its_id(models):
    lines = requests(n=4, max_new_tokens=16)
    engines = [
        TransformersEngine(models / "a", device=CPU, batch_size=size, seed=1) for size in (1, 64)
    ]
    alone, together = (drawn(engine, lines) for engine in engines)
    assert together == alone
    assert drawn(engines[1], lines[2:3]) == alone[2:3]
    renamed = [one.model_copy(update={"id": f"z{7 - i}"}) for i, one in enumerate(lines)]
    assert drawn(engines[1], renamed) == alone
    assert drawn(engines[1], lines[::-1]) == alone[::-1]


def test_seeds_and_samples_draw_apart(models):
    (line,) = requests(max_new_tokens=16)[:1]
    engine, other = (TransformersEngine(models / "a", device=CPU, seed=s) for s in (1, 2))
    own = drawn(engine, [line])[0]
    assert len(set(own)) == 3
    assert drawn(engine, [line.model_copy(update={"seed": 5})])[0] != own
    assert drawn(other, [line])[0] != own
    more = drawn(engine, [line.model_copy(update={"n": 5})])[0]
    assert more[:3] == own


def test_people_see_all_that_was_drawn_before_a_control_token(models):
    engine = TransformersEngine(models / "a", device=CPU, batch_size=200)
    line = requests(n=200, max_new_tokens=60)[0]
    (answer,) = engine.complete([line])
    cut = [one for one in answer.completions if one.token_ids[-1] in (0, 1, 3, 4, 5)]
    assert cut
    for one in answer.completions:
        assert not set(one.token_ids[:-1]) & set(range(6))
        assert (one.finish_reason == "stop") == (one.token_ids[-1] == 2)


def test_a_prompt_past_the_context_is_refused_by_itself(models):
    engine = TransformersEngine(models / "a", device=CPU)
    long = Request(id="long", model="a", messages=messages("x" * 600))
    answers = list(engine.complete([long, *requests()]))
    assert "passes the model's 512" in answers[0].refused
    assert all(len(answer.completions) == 3 for answer in answers[1:])


def test_a_conversation_that_the_template_does_not_take_is_refused_by_itself(models):
    engine = TransformersEngine(models / "a", device=CPU)
    engine.tokenizer.chat_template = (
        "{% if messages[0]['role'] == 'system' %}{{ raise_exception('No system role.') }}"
        "{% endif %}" + engine.tokenizer.chat_template
    )
    system = Message(role="system", content="Be brief.")
    strict = Request(id="strict", model="a", messages=(system, *messages("Hi")))
    answers = list(engine.complete([strict, *requests()]))
    assert answers[0].refused == (
        "The model's chat template does not take this conversation: No system role."
    )
    assert all(len(answer.completions) == 3 for answer in answers[1:])


@pytest.mark.parametrize("name", FOREIGN)
def test_a_base_from_elsewhere_answers_as_it_is(name, tmp_path):
    engine = TransformersEngine(foreign_base(name, tmp_path), device=CPU)
    answers = list(engine.complete(requests(n=2)))
    assert not any(answer.refused for answer in answers)
    assert all(one.token_ids for answer in answers for one in answer.completions)


def test_adapters_are_refused_in_plain_words(models):
    engine = TransformersEngine(models / "a", device=CPU)
    with pytest.raises(Failure, match="names the adapter"):
        list(engine.complete([requests()[0].model_copy(update={"adapter": "lora"})]))


def test_the_job_s_front_door_loads_no_torch():
    code = "import inference.engines.__main__, sys; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
