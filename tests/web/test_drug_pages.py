"""Packs of drugs at the counter: what the page says, and what its buttons record."""

from tests.web.drug_world import CASE, PACKS, classify, deliver, pharmacy, record, seen
from tests.web.epcis_world import check, seal_now
from tests.web.house import House
from tests.web.signed_in import Visitor, once_of, sign_in
from tests.web.work_world import error_of, text_of

PAGE = "/work/drugs"


def ask(person: Visitor, code: str, lang: str = "zh") -> str:
    answer = person.post(PAGE, page=PAGE, lang=lang, code=code)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return text_of(answer)


def entry_count(house: House) -> int:
    seal_now(house)
    return check(house)


def test_a_pharmacist_finds_the_page_and_hands_a_pack_out(house: House) -> None:
    shop = pharmacy(house)
    deliver(house, shop, *PACKS)
    person = sign_in(house, key=shop.key)

    found = ask(person, PACKS[0])
    form = {"code": PACKS[0], "state": "supplied", "site": shop.site, "once": "a"}
    done = person.post(f"{PAGE}/operate", page=PAGE, **form)
    after = text_of(person.get(done.headers["Location"]))

    assert f'href="{PAGE}"' in text_of(person.get("/work"))
    assert "可以发出" in found
    assert "批号和有效期，请自行与包装核对" in found
    assert "感冒灵颗粒" in found
    assert "2027-01-31" in found
    assert done.status_code == 303
    assert "已记入账本" in after
    assert "已售出或已使用" in after
    assert "撤销登记" in after
    assert "已经售出过" in ask(person, PACKS[0])


def test_a_form_that_is_sent_twice_records_once(house: House) -> None:
    shop = pharmacy(house)
    deliver(house, shop, *PACKS)
    person = sign_in(house, key=shop.key)
    once = once_of(person.post(PAGE, page=PAGE, code=PACKS[0]))
    form = {"code": PACKS[0], "state": "supplied", "site": shop.site, "once": once}

    first = person.post(f"{PAGE}/operate", page=PAGE, **form)
    entries = entry_count(house)
    again = person.post(f"{PAGE}/operate", page=PAGE, **form)

    assert (first.status_code, again.status_code) == (303, 303)
    assert entry_count(house) == entries


def test_a_supply_is_put_back_only_if_the_pack_is_still_there(house: House) -> None:
    shop = pharmacy(house)
    deliver(house, shop, *PACKS)
    person = sign_in(house, key=shop.key)
    form = {"code": PACKS[0], "site": shop.site}
    person.post(f"{PAGE}/operate", page=PAGE, state="supplied", **form)

    refused = person.post(f"{PAGE}/operate", page=PAGE, state="active", **form)
    done = person.post(f"{PAGE}/operate", page=PAGE, state="active", still_here="1", **form)

    assert refused.status_code == 409
    assert "须确认药品没有交出" in text_of(refused)
    assert done.status_code == 303
    assert "可以重新发出" in text_of(person.get(done.headers["Location"]))


def test_another_pharmacy_is_warned_and_goes_on_record(house: House) -> None:
    shop, other = pharmacy(house), pharmacy(house, 22, "仁济药店")
    deliver(house, shop, *PACKS)
    record(house, seen(9, PACKS[0], bizStep="dispensing"), key=shop.key)
    person = sign_in(house, key=other.key)
    before = entry_count(house)

    followed = text_of(person.get(f"{PAGE}?code={PACKS[0]}"))
    untouched = entry_count(house)
    found = ask(person, PACKS[0], lang="en")

    assert "已经售出过" in followed
    assert untouched == before
    assert "Supplied before" in found
    assert "is on record" in found
    assert "同仁" not in found
    assert "Put it back" not in found
    assert entry_count(house) == before + 1


def test_a_case_is_counted_and_handed_out_as_far_as_it_may_be(house: House) -> None:
    shop = pharmacy(house)
    deliver(house, shop, *PACKS, in_case=True)
    record(house, seen(9, PACKS[1], disposition="recalled"))
    person = sign_in(house, key=shop.key)

    found = ask(person, CASE)
    form = {"code": CASE, "state": "supplied", "site": shop.site}
    done = person.post(f"{PAGE}/operate", page=PAGE, **form)

    assert "里面有 4 盒" in found
    assert "发出其中可以发出的 3 盒" in found
    assert done.status_code == 409
    assert "已登记 3 盒" in text_of(done)
    assert "已召回" in text_of(done)


def test_the_supervision_sees_with_whom_a_pack_is_and_has_no_buttons(house: House) -> None:
    shop = pharmacy(house)
    deliver(house, shop, *PACKS)

    found = ask(sign_in(house, "authority"), PACKS[0])

    assert "同仁大药房" in found
    assert "发出</button>" not in found


def test_a_pack_in_other_hands_is_not_handed_out(house: House) -> None:
    shop, other = pharmacy(house), pharmacy(house, 22, "仁济药店")
    deliver(house, shop, *PACKS)
    person = sign_in(house, key=other.key)

    found = ask(person, PACKS[0])
    form = {"code": PACKS[0], "state": "supplied", "site": other.site}
    refused = person.post(f"{PAGE}/operate", page=PAGE, **form)

    assert "这一盒不在您手中" in found
    assert refused.status_code == 409
    assert "没有登记在您手中" in text_of(refused)


def test_what_is_no_code_is_said_beside_the_field(sqlite_house: House) -> None:
    person = sign_in(sqlite_house)

    answer = person.post(PAGE, page=PAGE, code="你好")

    assert answer.status_code == 400
    assert error_of(answer, "pack", "code")


def test_what_the_rules_for_a_vaccine_ask_for_is_asked_at_the_counter(house: House) -> None:
    shop = pharmacy(house)
    deliver(house, shop, *PACKS)
    classify(house, "vaccine")
    person = sign_in(house, key=shop.key)
    form = {"code": PACKS[0], "state": "supplied", "site": shop.site}
    details = {
        "details.sx:vaccinatorName": "王医生",
        "details.sx:recipientName": "token-1",
        "details.sx:informedConsent": "1",
    }

    asked = person.post(f"{PAGE}/operate", page=PAGE, **form)
    done = person.post(f"{PAGE}/operate", page=PAGE, **form, **details)

    assert asked.status_code == 400
    assert 'name="details.sx:vaccinatorName"' in text_of(asked)
    assert "接种人员" in text_of(asked)
    assert 'type="checkbox"' in text_of(asked)
    assert done.status_code == 303
