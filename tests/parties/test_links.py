"""Links of anchors: read together, remembered for a moment, spelled in one way."""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from base.db import transaction
from base.errors import InvalidInput
from codes.gs1.link_types import LINK_TYPES, near_link_types, read_link_type
from parties.link_drafts import LinkDraft, checked_link
from parties.links import (
    LINKS_S,
    LinkBook,
    LinkLimits,
    add_link,
    end_link,
    links_of,
    lock_links,
)
from parties.tables import PRODUCT_LINK
from tests.parties.samples import NOW, gtin_uri, new_clock, new_party

ROOT = "https://trace.example"
LIMITS = LinkLimits(anchor_max=10, party_max=10)
URI = gtin_uri(1)
DRAFT = LinkDraft(uri=URI, link_type="pip", href="https://maker.example/", title="酸奶")


@pytest.fixture
def owner(engine: Engine) -> UUID:
    """Give a party on a register that has links too."""
    PRODUCT_LINK.create(engine, checkfirst=True)
    return new_party(engine)


def keep(engine: Engine, owner: UUID, draft: LinkDraft = DRAFT) -> UUID:
    with transaction(engine) as connection:
        lock_links(connection, owner)
        return add_link(connection, owner, draft, now=NOW, limits=LIMITS).id


def test_anchors_without_links_are_answered_too(engine: Engine, owner: UUID) -> None:
    keep(engine, owner)

    with transaction(engine) as connection:
        found = links_of(connection, (URI, gtin_uri(2)))

    assert [link.href for link in found[URI]] == ["https://maker.example/"]
    assert found[gtin_uri(2)] == ()


def test_what_another_process_changed_is_seen_after_a_moment(engine: Engine, owner: UUID) -> None:
    clock = new_clock()
    book = LinkBook(engine, clock, lambda uris: dict.fromkeys(uris, owner))
    assert book.links_of((URI,))[URI] == ()
    link_id = keep(engine, owner)

    before = book.links_of((URI,))[URI]
    clock.instant += timedelta(seconds=LINKS_S)
    after = book.links_of((URI,))[URI]
    with transaction(engine) as connection:
        end_link(connection, link_id, now=NOW)
    book.forget(URI)

    assert (len(before), len(after)) == (0, 1)
    assert book.links_of((URI,))[URI] == ()


@pytest.mark.parametrize(
    ("said", "spelled"),
    [
        ("zh-cn", "zh-CN"),
        ("ZH-hans-cn", "zh-Hans-CN"),
        ("es-419", "es-419"),
        ("sl-rozaj-biske", "sl-rozaj-biske"),
        ("fil", "fil"),
        ("", ""),
    ],
)
def test_a_language_tag_has_one_spelling(said: str, spelled: str) -> None:
    draft = LinkDraft(uri=URI, link_type="pip", href=DRAFT.href, title="x", language=said)

    assert checked_link(draft, own_root=ROOT).language == spelled


@pytest.mark.parametrize(
    "href",
    [
        "https://trace.example/",
        "https://TRACE.example:443/01/x",
        "https://trace.example.:443",
        "https://trace.example?x",
    ],
)
def test_no_link_leads_back_to_the_resolver(href: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        checked_link(LinkDraft(uri=URI, link_type="pip", href=href, title="x"), own_root=ROOT)

    assert [problem.code for problem in refusal.value.problems] == ["circle"]


@pytest.mark.parametrize(
    "href",
    [
        "http://trace.example/",
        "https://trace.example:8443/",
        "https://www.trace.example/",
        "https://[2001:db8::1]:8080/a?b=c#d",
    ],
)
def test_another_host_or_port_is_another_place(href: str) -> None:
    draft = LinkDraft(uri=URI, link_type="pip", href=href, title="x")

    assert checked_link(draft, own_root=ROOT).href == href


@pytest.mark.parametrize("host", ["例子.中国", "例子.中国:8443"])
def test_a_host_in_chinese_is_told_how_it_is_written(host: str) -> None:
    draft = LinkDraft(uri=URI, link_type="pip", href=f"https://{host}/", title="x")

    with pytest.raises(InvalidInput, match=r"in ASCII, as xn--fsqu00a\.xn--fiqs8s"):
        checked_link(draft, own_root=ROOT)


@given(href=st.text(max_size=80) | st.from_regex(r"https?://[^ ]{0,40}", fullmatch=True))
def test_whatever_is_accepted_is_a_plain_address(href: str) -> None:
    try:
        checked_link(LinkDraft(uri=URI, link_type="pip", href=href, title="x"), own_root=ROOT)
    except InvalidInput:
        return

    assert href.isascii()
    assert href.isprintable()
    assert not set(href) & set(' "<>\\^`{|}')
    assert "@" not in href.partition("://")[2].replace("?", "/").replace("#", "/").split("/")[0]


def test_each_type_is_found_by_its_names_alone() -> None:
    for kind in LINK_TYPES.values():
        assert read_link_type(kind.curie) is kind
        assert read_link_type(kind.iri) is kind
        assert kind.title_zh
        assert kind.title_en
        for name in kind.former:
            assert read_link_type(f"gs1:{name}") is kind


@given(text=st.text())
def test_any_text_is_a_type_or_none(text: str) -> None:
    kind = read_link_type(text)

    assert kind is None or kind.name in LINK_TYPES
    assert all(near.name in LINK_TYPES for near in near_link_types(text))
