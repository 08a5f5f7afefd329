"""How answers are named to labelers: by letters, in the order shown."""

from django.utils.translation import gettext as _

LETTERS = "ABCDEFGHI"


def answer_named(place: int) -> str:
    """The answer at `place` of those shown; of an import, which may hold more, by its number."""
    letter = LETTERS[place] if place < len(LETTERS) else str(place + 1)
    return _("Answer %(letter)s") % {"letter": letter}
