"""What was typed while the session ended comes back after signing in, and is not recorded by it."""

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from base.db import reading
from ledger.tables import LEDGER_ENTRY
from tests.parties.samples import NOW, gtin_uri
from tests.web.epcis_world import new_key
from tests.web.house import House
from tests.web.issuing_world import PREFIX, new_block, new_site, send
from tests.web.recall_world import RAW, YOGHURT, open_world
from tests.web.signed_in import Visitor, sign_in, visitor
from tests.web.test_event_pages import PAGE, events_of, making, ready, receiving
from tests.web.work_world import activation_form, at, label_form, text_of

OWN = "http://localhost"
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


def sent(
    person: Visitor, path: str, form: dict[str, str], *, origin: str | None = OWN, **more: str
) -> TestResponse:
    """Send a form as a browser does, which says from which page it comes."""
    headers = {"Accept": "text/html", "Accept-Language": "zh", **more}
    if origin is not None:
        headers["Origin"] = origin
    return person.client.post(path, data=form, headers=headers)


def expired(house: House) -> Visitor:
    """Return somebody whose session ended while a form lay open."""
    person = sign_in(house)
    house.clock.instant = NOW + timedelta(days=1)
    return person


def hidden_in(answer: TestResponse) -> dict[str, str]:
    found = _HIDDEN.findall(answer.get_data(as_text=True))
    return {unescape(name): unescape(value) for name, value in found}


def signed_in_again(house: House, person: Visitor, asked: TestResponse) -> TestResponse:
    return sent(person, "/sign-in", {**hidden_in(asked), "key": house.keys["producer"]})


def test_nothing_typed_is_lost_and_nothing_is_recorded_by_itself(house: House) -> None:
    form = making(ready(house), **{"goods-lot": 'Y"1<>', "sx:note": "一\r\n二"})
    person = expired(house)

    asked = sent(person, PAGE, {**form, "act": "send", "csrf_token": "old"})
    back = signed_in_again(house, person, asked)
    page = sent(person, PAGE, hidden_in(back))

    assert asked.status_code == 403
    assert asked.headers["Cache-Control"] == back.headers["Cache-Control"] == "no-store"
    assert "您填写的内容没有丢失" in text_of(asked)
    carried = hidden_in(back)
    assert {name: carried.get(name) for name in form} == form
    assert "act" not in carried
    assert carried["csrf_token"] != "old"
    assert "您重新登录过" in text_of(page)
    assert 'value="120.5"' in text_of(page)
    assert events_of(house) == 0


def test_the_form_is_recorded_when_it_is_sent_again(sqlite_house: House) -> None:
    form = receiving(ready(sqlite_house))
    person = expired(sqlite_house)
    back = signed_in_again(sqlite_house, person, sent(person, PAGE, {**form, "act": "send"}))
    page = sent(person, PAGE, hidden_in(back))

    answer = sent(person, PAGE, {**form, **hidden_in(page), "act": "send"})

    assert answer.status_code == 303
    assert events_of(sqlite_house) == 1


def test_a_button_that_records_does_not_when_it_comes_back(sqlite_house: House) -> None:
    form = receiving(ready(sqlite_house))
    person = sign_in(sqlite_house)
    token = person.token()

    answer = sent(person, PAGE, {**form, "csrf_token": token, "act": "send", "resumed": "1"})

    assert answer.status_code == 400
    assert events_of(sqlite_house) == 0


def test_a_wrong_key_loses_nothing(sqlite_house: House) -> None:
    form = receiving(ready(sqlite_house))
    person = expired(sqlite_house)
    asked = sent(person, PAGE, {**form, "act": "send"})

    wrong = sent(person, "/sign-in", {**hidden_in(asked), "key": "sx_1"})

    assert wrong.status_code == 400
    assert hidden_in(wrong)["kept"] == hidden_in(asked)["kept"]
    assert signed_in_again(sqlite_house, person, wrong).status_code == 200


def test_a_form_of_an_earlier_session_comes_back_filled(sqlite_house: House) -> None:
    form = receiving(ready(sqlite_house))
    person = sign_in(sqlite_house)

    answer = sent(person, PAGE, {**form, "act": "send", "csrf_token": "of an earlier one"})

    assert answer.status_code == 400
    assert hidden_in(answer)["goods-0-amount"] == "120.5"
    assert events_of(sqlite_house) == 0


@pytest.mark.parametrize(
    ("origin", "more"),
    [
        ("https://example.org", {}),
        ("null", {}),
        (None, {}),
        (OWN, {"Sec-Fetch-Site": "cross-site"}),
    ],
    ids=["other", "hidden", "none", "said otherwise"],
)
def test_what_another_site_sends_is_not_kept(
    sqlite_house: House, origin: str | None, more: dict[str, str]
) -> None:
    form = receiving("x")

    unsigned = sent(visitor(sqlite_house), PAGE, form, origin=origin, **more)
    stale = sent(sign_in(sqlite_house), PAGE, form, origin=origin, **more)

    assert unsigned.headers["Location"].startswith("/sign-in?next=")
    assert "120.5" not in text_of(unsigned) + text_of(stale)
    assert stale.status_code == 400


def test_what_is_too_much_is_not_kept(sqlite_house: House) -> None:
    most = sqlite_house.services.settings.kept_form_bytes_max
    long, many = {"a": "x" * most}, {f"a{number}": "x" for number in range(198)}

    for form in (long, many):
        answer = sent(visitor(sqlite_house), PAGE, form)
        assert answer.headers["Location"].startswith("/sign-in?next=")


def test_passwords_and_files_are_not_kept(sqlite_house: House) -> None:
    person = visitor(sqlite_house)
    secret = {"old": "春天的麦田 1", "new": "春天的麦田 2", "again": "春天的麦田 2"}

    for path in ("/work/account", "/work/upload", "/work/document", "/work/drugs/operate"):
        answer = sent(person, path, secret)
        assert answer.headers["Location"].startswith("/sign-in?next=")
    kept = sent(person, PAGE, {"goods-0-amount": "5", "password": "春天的麦田 3"})
    assert "春天的麦田" not in text_of(kept)


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"a": 1}', '[["a"]]', '[["csrf_token", "x"]]', "[[1, 2]]"]
)
def test_what_is_no_kept_form_is_left_aside(sqlite_house: House, text: str) -> None:
    person = visitor(sqlite_house)
    form = {"csrf_token": person.token("/sign-in"), "key": sqlite_house.keys["producer"]}

    answer = sent(person, "/sign-in", {**form, "kept": text, "next": PAGE})

    assert (answer.status_code, answer.headers["Location"]) == (303, PAGE)


def test_whoever_else_signs_in_may_do_no_more_than_before(sqlite_house: House) -> None:
    seq_page = "/work/entries/1/declare"
    person = expired(sqlite_house)
    asked = sent(person, seq_page, {"reason": "did_not_occur"})

    key, _ = new_key(sqlite_house, 9)
    back = sent(person, "/sign-in", {**hidden_in(asked), "key": key})

    assert sent(person, seq_page, hidden_in(back)).status_code == 404
    assert events_of(sqlite_house) == 0


def test_a_form_that_keeps_nothing_is_not_done_by_coming_back(sqlite_house: House) -> None:
    person = sign_in(sqlite_house)

    answer = person.post("/work/links/choose", code=gtin_uri(1), resumed="1")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/work/links/choose")


def test_every_form_that_comes_back_is_shown_and_not_done(sqlite_house: House) -> None:
    block, site = new_block(sqlite_house), new_site(sqlite_house)
    person, size = sign_in(sqlite_house), entries_of(sqlite_house)
    product = str(block["product_id"])
    forms = {
        "/work/codes": {"product": product, "kind": "gs1_serial", "count": "5"},
        at(block, "/activate"): activation_form(site),
        at(block, "/void"): {"first": "1", "last": "2", "reason": "x", "is_sure": "1"},
        at(block, "/labels"): label_form(block),
        "/work/links": {"uri": gtin_uri(1), "link_type": "gs1:recipeInfo", "title": "食谱"}
        | {"href": "https://www.example.com/", "media_type": "text/html", "language": "zh-CN"},
        "/work/prefixes": {"prefix": PREFIX},
        PAGE: {**receiving(site), "act": "send"},
    }

    answers = [person.post(path, resumed="1", **form) for path, form in forms.items()]

    assert [answer.status_code for answer in answers] == [400] * len(forms)
    assert all("您重新登录过" in text_of(answer) for answer in answers)
    assert entries_of(sqlite_house) == size
    assert send(sqlite_house, "GET", "/api/v1/prefixes").get_json()["items"] == []


def test_no_recall_is_opened_changed_or_answered_by_coming_back(sqlite_house: House) -> None:
    world = open_world(sqlite_house)
    authority, shop = sign_in(world.house, "authority"), sign_in(world.house, key=world.shop.key)
    opening = {"codes": RAW, "reason": "检出单增李斯特菌", "domain": "food", "level": "1"}
    opened = authority.post("/work/recalls/open", do="open", **opening)
    recall, size = opened.headers["Location"].partition("?")[0], entries_of(world.house)
    numbers = {"found-0": "270", "destroyed-0": "270", "sold-0": "30"}
    forms = [
        (authority, "/work/recalls/open", opening),
        (authority, f"{recall}/scope", {"codes": RAW, "without": YOGHURT, "reason": "复检合格"}),
        (authority, f"{recall}/explain", {"party_id": str(world.dairy.id), "note": "停业"}),
        (authority, f"{recall}/close", {"outcome": "withdrawn", "note": "批号写错"}),
        (shop, f"{recall}/answer", {"do": "count", **numbers}),
    ]

    answers = [person.post(path, resumed="1", **form) for person, path, form in forms]

    assert [answer.status_code for answer in answers] == [400] * len(forms)
    assert entries_of(world.house) == size


def entries_of(house: House) -> int:
    with reading(house.services.engine) as connection:
        return int(connection.execute(select(func.count()).select_from(LEDGER_ENTRY)).scalar_one())
