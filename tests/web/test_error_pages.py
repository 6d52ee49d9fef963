"""Error pages and refused methods: for somebody at work, in the reader's language, for scripts."""

import pytest

from tests.web.house import House
from tests.web.signed_in import sign_in


def test_somebody_at_work_keeps_the_way_back_on_an_error_page(house: House) -> None:
    visitor = sign_in(house)

    lost = visitor.get("/no-such-page")
    stranger = house.ask("GET", "/no-such-page", headers={"Accept": "text/html"})

    page = lost.get_data(as_text=True)
    assert lost.status_code == 404
    assert 'href="/work"' in page
    assert 'action="/sign-out"' in page
    assert "/work" not in stranger.get_data(as_text=True)
    assert "Set-Cookie" not in stranger.headers


def test_a_chinese_page_says_nothing_in_english(sqlite_house: House) -> None:
    zh, en = (
        sqlite_house.ask(
            "GET", "/ledger/bundle?code=x", headers={"Accept": "text/html", "Accept-Language": lang}
        ).get_data(as_text=True)
        for lang in ("zh", "en")
    )

    assert "接口给出的英文说明" not in zh
    assert 'lang="en">' not in zh.partition("<main")[2]
    assert "In the words of the interface" in en


@pytest.mark.parametrize("path", ["/01/06901234567892", "/t/6901234567892", "/414/6901234567892"])
def test_a_script_may_read_that_a_method_is_refused(sqlite_house: House, path: str) -> None:
    refused = sqlite_house.ask("POST", path)
    elsewhere = sqlite_house.ask("DELETE", "/scan/photo")

    assert refused.status_code == 405
    assert refused.headers.getlist("Access-Control-Allow-Origin") == ["*"]
    assert "GET" in refused.headers["Allow"]
    assert "Access-Control-Allow-Origin" not in elsewhere.headers
