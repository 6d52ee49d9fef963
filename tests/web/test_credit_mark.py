"""A maker's credit on the consumer's page: plain words, and never without a norm."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from base.db import reading
from credit.checking import Entry
from credit.folding.projector import bring_up_credit
from credit.public_marks import PublicMark, public_marks
from credit.rulebook.lists import credit_lists
from tests.credit.samples import defaulter, serious, uscc
from tests.web import yoghurt
from tests.web.credit_world import hand_in
from tests.web.house import House
from tests.web.shop_window import Window, make_app, make_window

CUP = yoghurt.ITEM.removeprefix("https://id.gs1.org")


def _entry(list_id: str, article: str = "") -> Entry:
    return Entry(
        fact_id=UUID(int=1),
        credit_list=credit_lists()[list_id],
        number="青市监列〔2026〕1号",
        authority="青岛市市场监督管理局",
        ground="未取得食品生产许可从事食品生产",
        article=article,
        from_on=date(2026, 2, 1),
        stops_on=date(2029, 2, 2),
        removable_on=None,
        seq=1,
        batch_id=None,
        batch_seq=None,
        row_number=None,
    )


@pytest.fixture
def window() -> Window:
    return make_window()


def _page(window: Window, *entries: Entry, is_known: bool = True, lang: str = "zh") -> str:
    codes = [card.uscc for card in window.directory.parties.values() if card.uscc]
    assert codes
    mark = PublicMark(day=yoghurt.TODAY, is_known=is_known, entries=entries)
    window.directory = replace(window.directory, credit={codes[0]: mark})
    client: FlaskClient = make_app(window).test_client()
    return client.get(f"{CUP}?lang={lang}").get_data(as_text=True)


def test_an_entry_is_told_with_the_article_it_stands_on(window: Window) -> None:
    page = _page(window, _entry("serious_violation", "第五条第一项"))

    assert "列入公开名单" in page
    assert "依据第五条第一项" in page
    assert "自 2026-02-01 起" in page
    assert 'href="/credit/lists/serious_violation"' in page
    assert "notice-stop" not in page.split("makers-title")[1]


def test_an_entry_whose_feed_names_no_article_stands_on_the_norm_of_its_list(
    window: Window,
) -> None:
    page = _page(window, _entry("judgment_defaulter"))

    assert "依据《最高人民法院关于公布失信被执行人名单信息的若干规定》" in page


def test_who_is_on_no_list_is_told_what_was_looked_at(window: Window) -> None:
    page = _page(window)

    assert "信用：不在所知的公开失信名单上" in page
    assert "失信被执行人名单、重大税收违法失信主体名单" in page
    assert "不在名单上也不是表扬" in page


def test_who_is_not_known_is_never_told_to_be_good(window: Window) -> None:
    page = _page(window, is_known=False, lang="en")

    assert "Credit: not known, nobody has told of it" in page
    assert "on no public list" not in page


def test_a_reward_is_no_dishonesty(window: Window) -> None:
    page = _page(window, _entry("tax_a"))

    assert "守信激励" in page
    assert "信用：不在所知的公开失信名单上" in page


def test_marks_are_read_for_many_codes_at_once_and_of_what_stands_today(house: House) -> None:
    house.clock.instant += timedelta(days=100)
    removed = {"removed_on": "2026-05-01", "removed_no": "青市监移〔2026〕1号"}
    hand_in(house, "serious_listing", serious(1), serious(2, **removed), serious(3))
    hand_in(house, "judgment_default", defaulter(1), defaulter(4, publishdate="2020-01-01"))
    codes = [uscc(number) for number in range(1, 6)]

    bring_up_credit(house.services.engine, house.services.log)
    with reading(house.services.engine) as connection:
        marks = public_marks(connection, house.services.log, codes, date(2026, 6, 9))

    assert [len(marks[code].entries) for code in codes] == [2, 0, 1, 0, 0]
    assert [marks[code].is_known for code in codes] == [True, True, True, True, False]
