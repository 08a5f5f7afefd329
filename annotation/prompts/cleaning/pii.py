"""Personal data in a text, by patterns and check digits; a learned recogniser may be added.

What a pattern finds is checked wherever the thing has a check: an IBAN's and a card's digits
(python-stdnum), a telephone number by its country's rules (phonenumbers), an address by ipaddress.
"""

import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class PiiKind(models.TextChoices):
    EMAIL = "email", _("E-mail address")
    PHONE = "phone", _("Telephone number")
    IBAN = "iban", _("Bank account")
    CARD = "card", _("Payment card")
    IP = "ip", _("IP address")
    NATIONAL_ID = "national_id", _("National number")
    CREDENTIALS = "credentials", _("Password or key")
    PERSON = "person", _("Name of a person")
    PLACE = "place", _("Place")
    OTHER = "other", _("Other personal data")


@dataclass(frozen=True)
class Span:
    """Where of a text what stands: characters [start, end)."""

    kind: str
    start: int
    end: int


Recognizer = Callable[[str], Iterable[Span]]

EMAIL = re.compile(
    r"(?<![\w.+%-])[A-Za-z0-9][\w.+%-]{0,63}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)"
    r"{1,8}[A-Za-z]{2,24}(?![\w-])"
)
# Of documentation and examples (RFC 2606): nobody's.
EXAMPLES = re.compile(
    r"@(?:[\w-]+\.)*(?:example\.(?:com|net|org)|[\w-]+\.(?:example|test|invalid))$"
)
CREDENTIALS = re.compile(
    r"\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@]{1,100}:[^\s/@]{1,200}@[\w.-]*\w"  # a URL that signs in
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"  # Amazon's keys
    r"|\bgh[pousr]_[A-Za-z0-9]{36,}\b"  # GitHub's
    r"|\bsk-[A-Za-z0-9_-]{32,}\b"  # OpenAI's and others'
    r"|-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----",
    re.IGNORECASE,
)
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,3})?\b")
CARD = re.compile(r"(?<![\d.,-])\d(?:[ -]?\d){12,18}(?![\d.,-]?\d)")
# Issuers' first digits (ISO/IEC 7812): a number that only happens to pass Luhn is rarely one.
CARD_BEGINS = re.compile(r"4|5[1-5]|2[2-7]|3[47]|3[0689]|6(?:011|5|4[4-9])|35|62")
IPV4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]*\d)")
IPV6 = re.compile(r"(?<![\w:.])(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{0,4}(?![\w:])")
DIGITS = re.compile(r"(?:\d[\s().+/-]{0,3}){6}")
SSN = re.compile(r"(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])")
# National numbers that have check digits of their own, by the form in which they are written.
NATIONAL: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (re.compile(r"(?<![\d.-])\d{3}\.\d{3}\.\d{3}-\d{2}(?!\d)"), ("stdnum.br.cpf",)),
    (re.compile(r"(?<!\w)\d{8}-?[A-HJ-NP-TV-Z](?!\w)"), ("stdnum.es.dni",)),
    (
        re.compile(r"(?<!\w)[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z](?!\w)"),
        ("stdnum.it.codicefiscale",),
    ),
    (
        re.compile(r"(?<!\d)[12] ?\d{2} ?\d{2} ?\d[\dAB] ?\d{3} ?\d{3} ?\d{2}(?!\d)"),
        ("stdnum.fr.nir",),
    ),
)


def pii_find(text: str, *, region: str = "", more: Iterable[Recognizer] = ()) -> list[Span]:
    """What of `text` is personal data, in its order, no two overlapping.

    `region`: the country (US, DE, ...) whose telephone numbers may stand without their +;
    `more`: recognisers beside the patterns, which go first where they overlap.
    """
    found: list[Span] = []
    for recognize in (*PATTERNS, lambda said: phones(said, region), *more):
        for span in recognize(text):
            if all(span.end <= other.start or span.start >= other.end for other in found):
                found.append(span)
    return sorted(found, key=lambda span: span.start)


def emails(text: str) -> Iterator[Span]:
    if "@" not in text:
        return
    for match in EMAIL.finditer(text):
        if not EXAMPLES.search(match.group().lower()):
            yield Span(PiiKind.EMAIL, match.start(), match.end())


def credentials(text: str) -> Iterator[Span]:
    for match in CREDENTIALS.finditer(text):
        yield Span(PiiKind.CREDENTIALS, match.start(), match.end())


def ibans(text: str) -> Iterator[Span]:
    from stdnum import iban  # noqa: PLC0415

    for match in IBAN.finditer(text):
        words = match.group()
        # The last words may belong to the sentence: BE68 5390 0754 7034 PLEASE
        while words and not iban.is_valid(words):
            words = words.rpartition(" ")[0]
        if words:
            yield Span(PiiKind.IBAN, match.start(), match.start() + len(words))


def cards(text: str) -> Iterator[Span]:
    from stdnum import luhn  # noqa: PLC0415

    for match in CARD.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        if CARD_BEGINS.match(digits) and len(set(digits)) > 1 and luhn.is_valid(digits):
            yield Span(PiiKind.CARD, match.start(), match.end())


def addresses(text: str) -> Iterator[Span]:
    """Public addresses of machines; those of private networks, loopback and examples are none's."""
    for match in (*IPV4.finditer(text), *IPV6.finditer(text)):
        try:
            address = ipaddress.ip_address(match.group())
        except ValueError:
            continue
        if address.is_global and not address.is_multicast:
            yield Span(PiiKind.IP, match.start(), match.end())


def national_ids(text: str) -> Iterator[Span]:
    from importlib import import_module  # noqa: PLC0415

    from stdnum.us import ssn  # noqa: PLC0415

    for match in SSN.finditer(text):
        if ssn.is_valid(match.group()):
            yield Span(PiiKind.NATIONAL_ID, match.start(), match.end())
    for pattern, modules in NATIONAL:
        for match in pattern.finditer(text):
            if any(import_module(name).is_valid(match.group()) for name in modules):
                yield Span(PiiKind.NATIONAL_ID, match.start(), match.end())


def phones(text: str, region: str) -> Iterator[Span]:
    """Numbers that exist by their country's plan; without a region those that begin with +."""
    if not DIGITS.search(text):  # most texts, for a hundredth of the time
        return
    from phonenumbers import PhoneNumberMatcher  # noqa: PLC0415

    for match in PhoneNumberMatcher(text, region or None):
        yield Span(PiiKind.PHONE, match.start, match.end)


PATTERNS: tuple[Recognizer, ...] = (credentials, emails, ibans, cards, national_ids, addresses)
