"""Code in the colours of its language: Pygments' tokens as spans with a class, and nothing else.

Colour is a help and no more, so that whatever is odd about a code leaves it plain: a language not
listed, many characters, a lexer that takes long or would change a single character.
"""

import time
from html import escape

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Token, _TokenType

# Of what languages answers are mostly in. A name of a stranger's choosing would load any plugin.
# fmt: off
LANGUAGES = {
    "bash", "c", "c#", "c++", "clojure", "console", "cpp", "cs", "csharp", "css", "dart", "diff",
    "docker", "dockerfile", "elixir", "go", "golang", "graphql", "haskell", "html", "ini", "java",
    "javascript", "js", "json", "julia", "kotlin", "latex", "lua", "make", "makefile", "matlab",
    "objective-c", "perl", "php", "powershell", "py", "py3", "pycon", "python", "python3", "r",
    "rb", "rs", "ruby", "rust", "scala", "scss", "sh", "shell", "sql", "swift", "tex", "toml",
    "ts", "typescript", "xml", "yaml", "yml", "zsh",
}
# fmt: on
# The first that a token belongs to, from the narrow to the wide. Pygments' own short names.
CLASSES = {
    Token.Comment: "c",
    Token.Generic.Deleted: "gd",
    Token.Generic.Inserted: "gi",
    Token.Keyword: "k",
    Token.Operator.Word: "k",
    Token.Literal.String: "s",
    Token.Literal.Number: "m",
    Token.Name.Tag: "nt",
    Token.Name.Attribute: "na",
    Token.Name.Decorator: "na",
    Token.Name.Function: "nf",
    Token.Name.Class: "nf",
    Token.Name.Builtin: "nb",
    Token.Name.Exception: "nb",
}
LONGEST_CODE = 10_000
# Of a processor's time, for all codes of a text. A lexer may take seconds for lines that are blank.
MOST_SECONDS = 0.1


class Highlighter:
    """Highlights the codes of one text, while there is time left for it."""

    def __init__(self) -> None:
        self.left = MOST_SECONDS

    def __call__(self, code: str, language: str, _attributes: str = "") -> str:
        """The code as HTML with spans; "" where it is to be shown as it is."""
        name = language.lower()
        if name not in LANGUAGES or len(code) > LONGEST_CODE or self.left <= 0:
            return ""
        options = {"startinline": True} if name == "php" else {}
        lexer = get_lexer_by_name(name, **options)  # a process's first takes its time to load
        began = time.thread_time()
        shown = highlighted(code, lexer, until=began + self.left)
        self.left -= time.thread_time() - began
        return shown


def highlighted(code: str, lexer: Lexer, *, until: float) -> str:
    found: list[tuple[_TokenType, str]] = []
    for _, kind, value in lexer.get_tokens_unprocessed(code):
        found.append((kind, value))
        if time.thread_time() > until:
            return ""
    if "".join(value for _, value in found) != code:
        return ""
    return "".join(span(class_of(kind), value) for kind, value in found)


def class_of(kind: _TokenType) -> str:
    return next((name for wide, name in CLASSES.items() if kind in wide), "")


def span(name: str, value: str) -> str:
    text = escape(value)
    return f'<span class="{name}">{text}</span>' if name and value.strip() else text
