"""The embedded engine: a Hugging Face folder, decoded batch by batch in this process."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import torch
from jinja2 import TemplateError
from transformers import AutoModelForCausalLM, AutoTokenizer

from inference.child.failure import Failure
from inference.engines.decoding import Decoded, decode
from inference.engines.noise import row_noise
from inference.engines.padding import pad_left
from inference.engines.protocol import Answer, Completion, Request, Sampling
from inference.engines.specs import Dtype
from inference.engines.templates import check_template, control_ids, render_prompt


class Rendered(NamedTuple):
    request: Request
    ids: list[int]
    refused: str = ""
    """Why it is not answered, in words"""


class TransformersEngine:
    """One model. `batch_size` counts answers, so a request with n answers takes n of it."""

    def __init__(
        self,
        folder: Path,
        *,
        device: torch.device,
        batch_size: int = 64,
        dtype: Dtype = "float32",
        seed: int = 0,
        template_hash: str | None = None,
    ) -> None:
        """Raises Failure where the model's chat template is not the declared one."""
        self.tokenizer: Any = AutoTokenizer.from_pretrained(folder)
        if template_hash is not None:
            check_template(self.tokenizer, template_hash, "its entry in the registry")
        model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype=getattr(torch, dtype))
        self.model = model.to(device).eval()
        self.device = device
        self.batch_size = batch_size
        self.seed = seed
        self.eos_ids = self._eos_ids()
        self.control_ids = control_ids(self.tokenizer)
        self.context = int(getattr(model.config, "max_position_embeddings", 0) or 2**31)

    def complete(self, requests: Sequence[Request]) -> Iterator[Answer]:
        """An answer per request, in the order given."""
        answers = {}
        for batch in self.batches(requests):
            answers.update({answer.id: answer for answer in self.complete_batch(batch)})
        for request in requests:
            yield answers[request.id]

    def batches(self, requests: Sequence[Request]) -> list[list[Rendered]]:
        """Batches of one way of drawing, prompts of like length together: little padding."""
        rendered = [self._render(request) for request in requests]
        rendered.sort(key=lambda one: (_way(one.request), len(one.ids)))
        batches: list[list[Rendered]] = []
        for _, group in groupby(rendered, key=lambda one: _way(one.request)):
            rows = list(group)
            size = max(1, self.batch_size // rows[0].request.n)
            batches += [rows[start : start + size] for start in range(0, len(rows), size)]
        return batches

    def complete_batch(self, batch: Sequence[Rendered]) -> list[Answer]:
        """Answers to requests that share n and sampling.

        Each answer is drawn by what `draw_name` says of it, so it is the same (up to a tie that
        rounding turns) in any batch, under any id, and when a job that was cut short goes on.
        """
        fits = [one for one in batch if not one.refused]
        answers = [Answer(id=one.request.id, refused=one.refused) for one in batch if one.refused]
        if not fits:
            return answers
        n, sampling = fits[0].request.n, fits[0].request.sampling
        names = [draw_name(self.seed, one, index) for one in fits for index in range(n)]
        decoded = decode(
            self.model,
            pad_left([one.ids for one in fits], self._pad_id, self.device),
            sampling,
            eos_ids=self.eos_ids,
            pad_id=self._pad_id,
            noise=row_noise(names, sampling.max_new_tokens),
            control_ids=self.control_ids,
            n=n,
        )
        completions = self._completions(decoded)
        for row, one in enumerate(fits):
            own = completions[row * n : (row + 1) * n]
            answers.append(Answer(id=one.request.id, completions=tuple(own)))
        return answers

    def _completions(self, decoded: Decoded) -> list[Completion]:
        log_probs = decoded.log_probs.tolist()
        return [
            Completion(
                text=self.tokenizer.decode(ids, skip_special_tokens=True),
                token_ids=tuple(ids),
                log_probs=tuple(log_probs[row][: len(ids)]),
                finish_reason=decoded.finish_reasons[row],
            )
            for row, ids in enumerate(decoded.responses())
        ]

    @property
    def _pad_id(self) -> int:
        pad, eos = self.tokenizer.pad_token_id, self.tokenizer.eos_token_id
        return int(eos if pad is None else pad)  # masks are true masks: any id does to fill

    def _eos_ids(self) -> list[int]:
        ends = self.model.generation_config.eos_token_id
        more = [] if ends is None else ends if isinstance(ends, list) else [ends]
        return sorted({self.tokenizer.eos_token_id, *more})

    def _render(self, request: Request) -> Rendered:
        if request.adapter is not None:
            raise Failure(
                f"Request {request.id} names the adapter {request.adapter!r}.",
                "This engine loads whole models: merge the adapter into its base first.",
            )
        messages = [message.model_dump() for message in request.messages]
        try:
            ids = render_prompt(self.tokenizer, messages)
        except TemplateError as error:
            why = f"The model's chat template does not take this conversation: {error}"
            return Rendered(request, [], why)
        return Rendered(request, ids, self._too_long(len(ids), request.sampling.max_new_tokens))

    def _too_long(self, prompt: int, answer: int) -> str:
        if prompt + answer <= self.context:
            return ""
        return (
            f"The prompt has {prompt} tokens: with {answer} for the answer it passes the model's "
            f"{self.context}."
        )


def _way(request: Request) -> tuple[int, tuple[float, float, int]]:
    sampling: Sampling = request.sampling
    return request.n, (sampling.temperature, sampling.top_p, sampling.max_new_tokens)


def draw_name(seed: int, one: Rendered, index: int) -> str:
    """What an answer's draw hangs on: both seeds, which sample it is, and the prompt.

    With the prompt, as two prompts drawn with the same numbers would get answers that are alike;
    without the request's id, which is another in every database.
    """
    return f"{seed}/{one.request.seed}/{index}/{one.ids}"
