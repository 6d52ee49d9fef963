"""The other party of an event is found by name, credit code or GLN, without script."""

import re
from html import unescape
from typing import Any

import pytest
from werkzeug.test import TestResponse

from base.db import transaction
from parties.drafts import PartyDraft, SiteDraft
from parties.register import register_party, register_site
from parties.tables import PartyKind
from tests.parties.samples import NOW, gln_uri, uscc_of
from tests.web.house import House
from tests.web.signed_in import sign_in
from tests.web.test_event_pages import events_of, newest_event, ready, said_beside, send, shipping
from tests.web.work_world import text_of

TO = "destinationList[owning_party]"


def partners(house: House) -> None:
    """Register three enterprises; one has a place and no credit code."""
    names = (("绿源农场", 11, None), ("绿源乳业", 12, None), ("海边小店", None, 13))
    with transaction(house.services.engine) as connection:
        for name, uscc, gln in names:
            draft = PartyDraft(
                uscc=None if uscc is None else uscc_of(uscc),
                name_zh=name,
                kind=PartyKind.FARM,
                licence_kind=None if uscc else "SC",
                licence_no=None if uscc else "10112345678901",
            )
            party_id = register_party(connection, draft, now=NOW).id
            if gln is not None:
                site = SiteDraft(party_id=party_id, uri=gln_uri(gln), name_zh=name)
                register_site(connection, site, now=NOW)


def sent(house: House, act: str = "send", **values: Any) -> TestResponse:
    site, person = ready(house), sign_in(house)
    partners(house)
    answer: TestResponse = send(person, shipping(site, **values), act=act)
    return answer


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("绿源乳业", f"urn:suxin:uscc:{uscc_of(12)}"),
        ("乳业", f"urn:suxin:uscc:{uscc_of(12)}"),
        (uscc_of(11), f"urn:suxin:uscc:{uscc_of(11)}"),
        (f"绿源农场 · {uscc_of(11)}", f"urn:suxin:uscc:{uscc_of(11)}"),
        ("海边小店", gln_uri(13).replace("/414/", "/417/")),
        (gln_uri(13)[-13:], gln_uri(13).replace("/414/", "/417/")),
        (gln_uri(77).replace("/414/", "/417/"), gln_uri(77).replace("/414/", "/417/")),
    ],
    ids=["name", "part", "credit code", "offered", "place's name", "GLN", "foreign code"],
)
def test_what_is_typed_becomes_the_code_of_a_party(
    sqlite_house: House, typed: str, code: str
) -> None:
    answer = sent(sqlite_house, **{TO: typed})

    assert answer.status_code == 303, text_of(answer)
    event = newest_event(sqlite_house)
    assert event["destinationList"] == [{"type": "owning_party", "destination": code}]


def test_a_name_of_several_is_asked_about_and_one_is_chosen(house: House) -> None:
    site, person = ready(house), sign_in(house)
    partners(house)
    asked = send(person, shipping(site, **{TO: "绿源"}))
    html = asked.get_data(as_text=True)
    offered = re.findall(r'<option value="(urn:suxin:uscc:[^"]+)">([^<]+)<', html)

    picked = f"urn:suxin:uscc:{uscc_of(11)}"
    chosen = {TO: "绿源", f"asked-{TO}": "绿源", f"pick-{TO}": picked}
    answer = send(person, shipping(site, **chosen))

    assert asked.status_code == 400
    assert "请选择一家" in said_beside(asked, TO)
    assert sorted(unescape(text).partition(" ")[0] for _, text in offered) == [
        "绿源乳业",
        "绿源农场",
    ]
    assert answer.status_code == 303
    assert newest_event(house)["destinationList"][0]["destination"] == picked


def test_another_name_than_the_one_asked_about_leaves_the_choice_behind(
    sqlite_house: House,
) -> None:
    stale = {TO: "海边小店", f"asked-{TO}": "绿源", f"pick-{TO}": f"urn:suxin:uscc:{uscc_of(11)}"}

    sent(sqlite_house, **stale)

    event = newest_event(sqlite_house)
    assert event["destinationList"][0]["destination"].startswith("https://id.gs1.org/417/")


def test_nobody_of_that_name_is_never_recorded(sqlite_house: House) -> None:
    answer = sent(sqlite_house, **{TO: "不存在公司"})

    assert answer.status_code == 400
    assert "没有登记过这样的企业" in said_beside(answer, TO)
    assert events_of(sqlite_house) == 0


def test_the_words_before_sending_name_the_party(sqlite_house: House) -> None:
    answer = sent(sqlite_house, act="preview", **{TO: "乳业"})

    assert f"绿源乳业 · {uscc_of(12)}" in text_of(answer)


def test_find_alone_fills_the_field_in(sqlite_house: House) -> None:
    answer = sent(sqlite_house, act="find", **{TO: "乳业"})

    assert answer.status_code == 200
    assert f'value="绿源乳业 · {uscc_of(12)}"' in text_of(answer)
    assert events_of(sqlite_house) == 0


def test_partners_of_late_are_offered_to_whoever_dealt_with_them(house: House) -> None:
    assert sent(house, **{TO: "乳业"}).status_code == 303
    form = "/work/event/new?step=any/ship/main"

    own = text_of(sign_in(house).get(form))

    assert f'<option value="绿源乳业 · {uscc_of(12)}"></option>' in own
    assert "绿源农场" not in own
