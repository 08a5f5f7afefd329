"""Personal data by patterns: what is found, and what only looks like it."""

import pytest

from annotation.prompts.cleaning.pii import Span, pii_find

FOUND = {
    "email": ["ann.b+c@mail.co.uk", "UPPER@Domain-Name.org"],
    "iban": ["DE89 3704 0044 0532 0130 00", "GB82WEST12345698765432"],
    "card": ["4111 1111 1111 1111", "5500-0000-0000-0004", "378282246310005"],
    "ip": ["8.8.8.8", "2001:4860:4860::8888"],
    "national_id": [
        "536-90-4399",
        "390.533.447-05",
        "54362315K",
        "RCCMNL83S18D969H",
        "2 95 10 99 126 111 93",
    ],
    "credentials": [
        "postgres://bob:secret@db.host",
        "AKIAIOSFODNN7EXAMPLE",
        "-----BEGIN RSA PRIVATE KEY-----",
    ],
    "phone": ["+49 30 901820", "212-736-5000"],
}


@pytest.mark.parametrize(("kind", "said"), [(k, each) for k, all in FOUND.items() for each in all])
def test_it_is_found_where_it_stands(kind: str, said: str) -> None:
    text = f"Write to {said}, please."
    assert [(span.kind, text[span.start : span.end]) for span in pii_find(text, region="US")] == [
        (kind, said)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Mail me at name@example.com or at me@site.test.",
        "DE89 3704 0044 0532 0130 01 has a wrong check digit.",
        "4111 1111 1111 1112 does too, and 0000000000000000 is none.",
        "10.0.0.1, 127.0.0.1, 192.168.1.7, 1.2.3.4.5 and 999.1.1.1 are nobody's.",
        "000-12-3456 was never given out.",
        "Pi is 3.14159265358979, e is 2.718281828459045.",
        "On 2024-11-12 at 10:30:15, 1,000,000 people. See section 1.2.3.",
        "http://site.org/a:b and user@host, @name, a@b",
        "C++ std::vector and 12:30 are no addresses.",
    ],
)
def test_what_only_looks_like_it_is_left(text: str) -> None:
    assert pii_find(text, region="US") == []


def test_without_a_region_only_numbers_with_a_plus_are_known() -> None:
    text = "+49 30 901820 or 212-736-5000"
    assert pii_find(text) == [Span("phone", 0, 13)]


def test_no_two_overlap_and_more_may_look() -> None:
    text = "https://ann:pw@mail.org is Ann's"
    named = [Span("person", 27, 30), Span("person", 8, 11)]
    found = pii_find(text, more=[lambda _: named])
    assert [(span.kind, text[span.start : span.end]) for span in found] == [
        ("credentials", "https://ann:pw@mail.org"),
        ("person", "Ann"),
    ]
