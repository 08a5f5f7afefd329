"""A byte-level BPE with its own pad, BOS, EOS and role tokens and our chat template.

A word must look the same at the start of an answer as in the middle of the prompt, else it cannot
be copied: every text is read as if it began with a space, and decoding takes that space off again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from inference.engines.templates import CHAT_TEMPLATE, PAD, ROLES

BOS: Final = "<|bos|>"
EOS: Final = "<|eos|>"


def tokenizer_trained(
    *, texts: Iterable[str], vocabulary: int = 768, context: int = 512
) -> PreTrainedTokenizerFast:
    """Train on texts; the vocabulary counts the 256 bytes and the special tokens too."""
    core = Tokenizer(models.BPE())
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    core.decoder = decoders.Sequence([decoders.ByteLevel(), decoders.Strip(" ", 1, 0)])
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=[PAD, BOS, EOS, *ROLES],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    core.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=core,
        pad_token=PAD,
        bos_token=BOS,
        eos_token=EOS,
        additional_special_tokens=list(ROLES),
        add_prefix_space=True,
        chat_template=CHAT_TEMPLATE,
        model_max_length=context,
        padding_side="left",
        clean_up_tokenization_spaces=False,
    )
