"""@names: whom they mean, and how they are shown in what nobody trusts."""

import pytest

from annotation.discussion.mentions import members_named, mentions_show, names_in
from tests.annotation.discussion import channel_of
from tests.cast import Cast, member, user

pytestmark = [pytest.mark.django_db, pytest.mark.service]


def test_names_are_found_but_not_in_addresses():
    assert names_in("@Lena, see @luis. Or (@hana)?") == {"lena", "luis", "luis.", "hana"}
    assert names_in("lena@example.org a@@b @") == set()


def test_members_are_meant_and_nobody_else(cast: Cast) -> None:
    dotted = user("j.doe")
    member(cast.project, dotted, "labeler")
    said = "@LENA and @j.doe. and @otto and @nobody and @ada"
    found = {each.user.username for each in members_named(said, channel_of(cast.ada))}
    assert found == {"lena", "j.doe"}
    cast.project.memberships.filter(user=cast.lena).update(state="suspended")
    found = {each.user.username for each in members_named(said, channel_of(cast.ada))}
    assert found == {"j.doe"}


def test_a_mention_stands_out():
    said = mentions_show("Ask @Lena. Not @luis.", ["lena"])
    assert '<span class="mention">@Lena</span>.' in said
    assert "@luis" in said
    assert said.count("mention") == 1


def test_code_links_and_tags_stay_as_they_are():
    said = mentions_show(
        "`@lena` [@lena](https://example.org/@lena)\n\n```\n@lena\n```\n\n@lena", ["lena"]
    )
    assert said.count('class="mention"') == 1
    assert 'href="https://example.org/@lena"' in said


def test_what_is_no_formatting_stays_text():
    said = mentions_show('<script>alert(1)</script> @lena<img src=x onerror="x">', ["lena"])
    assert "<script" not in said
    assert "<img" not in said
    assert '<span class="mention">@lena</span>&lt;img' in said
    assert "U+202E" in mentions_show("a\u202eb @lena", ["lena"])
