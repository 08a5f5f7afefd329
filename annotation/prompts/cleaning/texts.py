"""What of a conversation is compared with others: the words, not how they are typed."""

import unicodedata

from annotation.prompts.prompts import Messages


def compared(messages: Messages) -> str:
    """The turns as one text, in one case and with single spaces.

    A system message is left out: a project's prompts may all share one, which makes no duplicates.
    """
    turns = [message["content"] for message in messages if message["role"] != "system"]
    return "\n".join(
        " ".join(unicodedata.normalize("NFKC", turn).casefold().split()) for turn in turns
    )
