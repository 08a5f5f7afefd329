"""What every engine takes and gives back: requests in, completions out.

Plain data without torch, so that a web or worker process can write requests and read answers.
"""

from collections.abc import Iterator, Sequence
from typing import Literal, Protocol

from pydantic import Field

from inference.child.spec import Config

MAX_NEW_TOKENS = 64
"""Of an answer, where nothing else is said: in training as in sampling"""
FinishReason = Literal["stop", "length"]


class Message(Config):
    role: Literal["system", "user", "assistant"]
    content: str


class Sampling(Config):
    """How to draw. The defaults are the model's own distribution: PPO needs just that."""

    max_new_tokens: int = Field(default=MAX_NEW_TOKENS, ge=1)
    temperature: float = Field(default=1.0, ge=0)
    """0 takes the likeliest token."""
    top_p: float = Field(default=1.0, gt=0, le=1)


class Request(Config):
    """A line of requests.jsonl: draw `n` answers to a conversation that ends with a user's turn."""

    id: str = Field(min_length=1)
    model: str
    """The name of one of the job's models."""
    messages: tuple[Message, ...] = Field(min_length=1)
    n: int = Field(default=1, ge=1)
    sampling: Sampling = Sampling()
    seed: int = Field(default=0, ge=0)
    adapter: str | None = None


class Completion(Config):
    """One answer."""

    text: str
    token_ids: tuple[int, ...]
    """With the EOS where the model said one."""
    log_probs: tuple[float, ...]
    """Of each token, nats, at the sampling temperature."""
    finish_reason: FinishReason


class Answer(Config):
    """A line of completions.jsonl: a request's n answers, or why there are none."""

    id: str
    completions: tuple[Completion, ...] = ()
    refused: str = ""


class ScoreRequest(Config):
    """A line of a scoring job's requests.jsonl."""

    id: str = Field(min_length=1)
    messages: tuple[Message, ...] = Field(min_length=1)
    completion: str


class Score(Config):
    """A line of scores.jsonl."""

    id: str
    score: float


class Engine(Protocol):
    """Turns requests into answers. The same requests and seeds give the same answers."""

    def complete(self, requests: Sequence[Request]) -> Iterator[Answer]:
        """An answer per request, in the order given. Raises Failure."""
