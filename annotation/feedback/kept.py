"""How much of a suggested text is kept in the text that was handed in."""

import re

from rapidfuzz.distance import LCSseq

# What stands between spaces is a word, and each sign of a script that writes without them.
SIGNS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
WORD = re.compile(rf"[{SIGNS}]|[^\s{SIGNS}]+")
MOST_WORDS = 20_000  # are read of each text: it is measured while the task is locked


def share_kept(text: str, suggestion: str) -> float:
    """The share of the text's words that stand in the suggestion, in the same order: 0 to 1.

    These words are the longest common subsequence of both, as in ROUGE-L (Lin 2004), whose
    precision this is.
    """
    words, suggested = (WORD.findall(each)[:MOST_WORDS] for each in (text, suggestion))
    return LCSseq.similarity(words, suggested) / len(words) if words else 0.0
