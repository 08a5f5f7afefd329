"""The SFT stage: demonstrations in, a model that answers like them out. Stands on TRL."""

from collections.abc import Sequence
from typing import Any

import torch
from datasets import Dataset
from transformers import PrinterCallback, TrainerCallback
from trl import SFTConfig as TrlConfig
from trl import SFTTrainer

from inference.child.events import EventLog
from inference.child.failure import Failure
from inference.child.leash import raise_if_stopped, stop_requested
from inference.child.process import Result
from inference.engines.decoding import Sampling, decode
from inference.engines.device import prepare_torch
from inference.engines.noise import table_noise
from inference.engines.padding import pad_left
from inference.engines.templates import control_ids, render_prompt, template_hash
from training.learners.adoption import adopt_model, adopted_tokenizer
from training.learners.artifacts import check_context, load_causal_lm, publish_model
from training.learners.data import Demonstration, Snapshot, rated_completions
from training.learners.encoding import encode_pairs, tell_left_out
from training.learners.residual_dropout import residual_dropout
from training.learners.specs import SftConfig, SftSpec

IGNORED = -100
"""Label of a token without loss, by PyTorch's convention"""


def run_sft(spec: SftSpec, log: EventLog) -> Result:
    device = prepare_torch(spec)
    tokenizer = adopted_tokenizer(spec.models.start, log)
    snapshot = Snapshot(spec.data)
    valid_rows = snapshot.demonstrations("valid")
    train = encode(taught(snapshot, spec.config, log), tokenizer, spec.config.max_length, log)
    valid = encode(valid_rows, tokenizer, spec.config.max_length, log)
    if not len(train):
        raise Failure(
            "The snapshot's train split has no demonstration.",
            "Write or import demonstrations, or raise max_length, before starting SFT.",
        )
    model = load_causal_lm(spec.models.start, device)
    adopt_model(model, tokenizer)
    check_context(model, spec.config.max_length, "max_length", "The start model")
    check_context(model, spec.config.max_new_tokens, "max_new_tokens", "The start model")
    trainer = SFTTrainer(
        model=model,
        args=trainer_arguments(spec, has_valid=len(valid) > 0),
        train_dataset=train,
        eval_dataset=valid if len(valid) else None,
        processing_class=tokenizer,
        callbacks=[TellEvents(log)],
    )
    trainer.remove_callback(PrinterCallback)
    with residual_dropout(model, spec.config.dropout):
        trainer.train()
    raise_if_stopped()
    model.eval()
    show_samples(model, tokenizer, valid_rows, spec, log)
    return Result(
        model=publish_model(model, tokenizer, spec.output),
        metrics={**last_metrics(trainer.state.log_history), "train/rows": len(train)},
        template_hash=template_hash(tokenizer),
    )


def taught(snapshot: Snapshot, config: SftConfig, log: EventLog) -> list[Demonstration]:
    """What there is to learn from: people's demonstrations, and answers that they rated high."""
    demonstrations = snapshot.demonstrations("train")
    if config.rated_at_least is None:
        return demonstrations
    rated = rated_completions(snapshot.rankings("train"), config.rated_at_least)
    log.message(
        f"{len(rated)} ranked answers that nobody rated below {config.rated_at_least} are learnt "
        f"from beside {len(demonstrations)} demonstrations."
    )
    return demonstrations + rated


def encode(
    demonstrations: Sequence[Demonstration], tokenizer: Any, max_length: int, log: EventLog
) -> Dataset:
    """Token rows whose labels hold the completion and its EOS only, never the prompt."""
    rows = []
    for one in demonstrations:
        (pair,) = encode_pairs(tokenizer, one.messages, [one.completion])
        if len(pair.ids) <= max_length:
            labels = [IGNORED] * len(pair.prompt) + pair.completion
            rows.append({"input_ids": pair.ids, "labels": labels})
    tell_left_out(log, "demonstrations", len(rows), len(demonstrations), max_length)
    return Dataset.from_list(rows)


def trainer_arguments(spec: SftSpec, *, has_valid: bool) -> TrlConfig:
    config = spec.config
    return TrlConfig(
        output_dir=str(spec.output / "trainer"),
        num_train_epochs=config.epochs,
        per_device_train_batch_size=config.batch_size,
        per_device_eval_batch_size=config.batch_size,
        learning_rate=config.learning_rate,
        lr_scheduler_type="cosine_with_min_lr",
        lr_scheduler_kwargs={"min_lr_rate": config.final_lr_ratio},
        warmup_steps=config.warmup_ratio,
        weight_decay=config.weight_decay,
        adam_beta2=0.95,
        max_length=config.max_length,
        # Rows come rendered and labelled by our own renderer, the one that sampling uses.
        dataset_kwargs={"skip_prepare_dataset": True},
        eval_strategy="epoch" if has_valid else "no",
        save_strategy="no",
        logging_steps=1,
        report_to="none",
        disable_tqdm=True,
        gradient_checkpointing=False,
        bf16=False,
        use_cpu=spec.device == "cpu",
        dataloader_pin_memory=False,
        seed=spec.seed,
    )


class TellEvents(TrainerCallback):  # type: ignore[misc]
    """Says in our events what the trainer logs, and stops it when we are told to stop."""

    NAMES = {
        "loss": "train/loss",
        "learning_rate": "train/learning_rate",
        "mean_token_accuracy": "train/token_accuracy",
        "eval_loss": "valid/loss",
        "eval_mean_token_accuracy": "valid/token_accuracy",
    }

    def __init__(self, log: EventLog) -> None:
        self._log = log

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        del args
        self._log.progress("train", state.global_step, state.max_steps)
        if stop_requested():
            control.should_training_stop = True

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
        del args, control
        self._log.metrics(state.global_step, _renamed(logs or {}))
        if not torch.isfinite(torch.tensor(float((logs or {}).get("loss", 0.0)))):
            raise Failure(
                f"The loss is not a number at step {state.global_step}.",
                "Lower the learning rate.",
            )


def _renamed(logs: dict[str, Any]) -> dict[str, float]:
    return {name: float(logs[key]) for key, name in TellEvents.NAMES.items() if key in logs}


def last_metrics(history: Sequence[dict[str, Any]]) -> dict[str, float]:
    """The last value of each of our metrics."""
    metrics: dict[str, float] = {}
    for logs in history:
        metrics.update(_renamed(logs))
    metrics.pop("train/learning_rate", None)
    return metrics


def show_samples(
    model: Any, tokenizer: Any, rows: Sequence[Demonstration], spec: SftSpec, log: EventLog
) -> None:
    """Answers to some validation prompts: the first thing a person wants to see."""
    context = getattr(model.config, "max_position_embeddings", None) or spec.config.max_length
    limit = min(spec.config.max_length, context - spec.config.max_new_tokens)
    rendered = [(one, render_prompt(tokenizer, one.messages)) for one in rows]
    shown = [(one, ids) for one, ids in rendered if len(ids) <= limit][: spec.config.samples]
    if not shown:
        return
    prompts = [ids for _, ids in shown]
    generator = torch.Generator(model.device).manual_seed(spec.seed)
    decoded = decode(
        model,
        pad_left(prompts, tokenizer.pad_token_id, model.device),
        Sampling(max_new_tokens=spec.config.max_new_tokens),
        eos_ids=[tokenizer.eos_token_id],
        pad_id=tokenizer.pad_token_id,
        noise=table_noise(len(prompts), spec.config.max_new_tokens, generator),
        control_ids=control_ids(tokenizer),
    )
    for (one, _), ids in zip(shown, decoded.responses(), strict=True):
        text = tokenizer.decode(ids, skip_special_tokens=True)
        log.sample(0, one.messages[-1]["content"], text, None, None)
