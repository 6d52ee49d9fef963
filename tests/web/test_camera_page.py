"""The scan page as it is sent: what it says of a text, under which policy, and what it refuses."""

import re
from html import escape, unescape
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from base.strict_json import JsonObject, loads
from codes import registry
from codes.telling import tell
from parties.actors import ANONYMOUS
from tests.web.house import House, open_house
from tests.web.test_scan_pages import HAN_BESIDE_ASCII
from web.answers import CONTENT_SECURITY_POLICY
from web.pages import code_words
from web.pages.told import told_of

ROOT = Path(__file__).resolve().parents[2]
GTIN = "6901234567892"
PERSON = "130102199003077774"
HAN = re.compile(r"[\u4e00-\u9fff]")
ENGLISH = re.compile(r"[a-z]{4,}")


def ask(house: House, *texts: str, lang: str = "en") -> TestResponse:
    return house.ask("POST", f"/scan/reading?lang={lang}", data={"text": list(texts)})


def item(house: House, text: str, lang: str = "en") -> str:
    answer = ask(house, text, lang=lang)
    html = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert html.count("<li class") == 1
    return html


# The page


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_types_and_takes_photos_without_script(sqlite_house: House, lang: str) -> None:
    html = sqlite_house.ask("GET", f"/scan?lang={lang}").get_data(as_text=True)

    assert 'action="/t/" method="post"' in html
    assert 'action="/scan/photo" method="post" enctype="multipart/form-data"' in html
    assert re.search(r"<section[^>]* data-camera hidden", html)
    assert "<noscript>" in html


def test_the_start_page_leads_to_the_camera(sqlite_house: House) -> None:
    assert 'href="/scan"' in sqlite_house.ask("GET", "/").get_data(as_text=True)


def test_only_the_reader_of_symbols_may_compile(sqlite_house: House) -> None:
    page = sqlite_house.ask("GET", "/scan")
    worker = sqlite_house.ask("GET", "/scan/worker.js")

    assert page.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    policy = worker.headers["Content-Security-Policy"]
    assert "script-src 'self' 'wasm-unsafe-eval';" in policy
    assert "default-src 'none'" in policy
    assert "unsafe-eval' " not in policy.replace("wasm-unsafe-eval", "")
    assert worker.mimetype == "text/javascript"


def test_what_the_reader_loads_is_on_this_host(sqlite_house: House) -> None:
    script = sqlite_house.ask("GET", "/scan/worker.js").get_data(as_text=True)

    paths = re.findall(r'"(/static/[^"]+)"', script)
    assert len(paths) == 2
    for path in paths:
        answer = sqlite_house.ask("GET", path)
        assert answer.status_code == 200, f"{path}: run `make setup`"
        answer.close()
    vendored = (ROOT / "web/assets/vendor.txt").read_text(encoding="utf-8").splitlines()
    assert {path.removeprefix("/static/vendor/") for path in paths} <= set(vendored)


def test_nothing_of_the_page_speaks_to_another_host() -> None:
    for file in sorted((ROOT / "web/static/camera").iterdir()):
        assert "://" not in file.read_text(encoding="utf-8"), file.name


# What is said of a text


def test_several_texts_are_told_in_their_order(sqlite_house: House) -> None:
    html = ask(sqlite_house, GTIN, "no code", "81234567890123456789").get_data(as_text=True)

    assert re.findall(r'data-kind="(\w+)"', html) == ["known", "refused", "choice"]
    assert re.findall(r'data-text="([^"]+)"', html) == [GTIN, "no code", "81234567890123456789"]


def test_a_label_of_gs1_is_told_part_by_part(sqlite_house: House) -> None:
    text = "]d2010690123456789217261231310300150010ABC\x1d21S1"

    html = item(sqlite_house, text, "zh")

    facts = dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", html))
    assert facts == {
        "商品条码 GTIN": "06901234567892",
        "有效期至": "2026-12-31",
        "NET WEIGHT (kg) (3103)": "1.500 kg",
        "批号": "ABC",
        "序列号": "S1",
    }
    assert 'href="/01/06901234567892/21/S1"' in html


def test_an_ambiguous_text_is_a_choice(sqlite_house: House) -> None:
    html = item(sqlite_house, "81234567890123456789")

    assert "Which code is it?" in html
    assert re.findall(r'href="([^"]+)">([^<]+)<', html) == [
        ("/t/81234567890123456789?as=cn_drug_trace20", "Drug trace code"),
        ("/t/81234567890123456789?as=cn_mofcom_trace20", "Market trace code"),
    ]


def test_a_refused_text_shows_the_place(sqlite_house: House) -> None:
    html = item(sqlite_house, "6901234567893", "zh")

    assert "690123456789<mark>3</mark>" in html
    assert "第 13 个字符" in html
    assert "GB 12904" in html


def test_a_foreign_address_is_named_and_no_link(sqlite_house: House) -> None:
    html = item(sqlite_house, "https://evil.example/p/x?y=1")

    assert "It is an address of evil.example." in html
    assert "<a " not in html


def test_the_number_of_a_person_is_not_given_back(sqlite_house: House) -> None:
    html = item(sqlite_house, PERSON)

    assert PERSON not in html
    assert PERSON[6:14] not in html
    assert "data-text" not in html
    assert "<a " not in html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "{{ 7 * 7 }}",
        "a\0b\u202ec",
        "&amp;",
    ],
)
def test_a_hostile_text_stays_text(sqlite_house: House, text: str) -> None:
    html = item(sqlite_house, text)

    # The browser gets back the text it sent, to know which item this is.
    assert (
        f'data-text="{escape(text, quote=True)}"'.replace("&#x27;", "&#39;").replace(
            "&quot;", "&#34;"
        )
        in html
    )
    assert "<script" not in html
    assert "<img" not in html
    assert "49" not in html
    shown = re.search(r"data-copied>(.*?)</p>", html)
    assert shown is not None
    assert "\0" not in unescape(shown[1])
    assert "\u202e" not in unescape(shown[1])


def test_a_long_text_is_cut(sqlite_house: House) -> None:
    html = item(sqlite_house, "9" * 2_900)

    assert "9" * 512 + "…" in html


def test_the_lines_of_a_seed_label_stay_lines(sqlite_house: House) -> None:
    label = "冀谷39\r\n石家庄某种业有限公司\r\n13010200120261122001\r\nhttps://zs.example.cn/s?id=1"

    html = item(sqlite_house, label, "zh")

    assert "种子标签二维码" in html
    assert "冀谷39\n石家庄某种业有限公司\n" in html
    assert "<dt>单元识别代码</dt><dd>13010200120261122001</dd>" in html


# Limits


@pytest.mark.parametrize("texts", [(), ("x",) * 4])
def test_a_list_has_one_to_so_many_texts(
    sqlite_url: str, tmp_path: Path, texts: tuple[str, ...]
) -> None:
    house = open_house(sqlite_url, tmp_path, scan_texts_max=3)

    answer = house.ask("POST", "/scan/reading", data={"text": list(texts)})
    three = ask(house, "a", "b", "c")
    house.services.engine.dispose()

    assert answer.status_code == 400
    assert loaded(answer)["errors"] == [
        {
            "path": "text",
            "code": "count",
            "message": "1 to 3 texts are expected",
            "message_zh": "数量超出允许的范围。",
        }
    ]
    assert three.status_code == 200


def test_a_body_of_any_size_is_not_read(sqlite_url: str, tmp_path: Path) -> None:
    house = open_house(sqlite_url, tmp_path, scan_texts_max=1)

    answer = ask(house, "9" * 40_000)
    house.services.engine.dispose()

    assert answer.status_code == 413


def test_the_longest_symbol_of_han_characters_fits(sqlite_url: str, tmp_path: Path) -> None:
    house = open_house(sqlite_url, tmp_path, scan_texts_max=1)

    answer = ask(house, "溯" * 2_953)
    house.services.engine.dispose()

    assert answer.status_code == 200


def test_items_are_kept_nowhere(sqlite_house: House) -> None:
    assert ask(sqlite_house, GTIN).headers["Cache-Control"] == "no-store"


def loaded(answer: TestResponse) -> JsonObject:
    body = loads(answer.get_data(), bytes_max=100_000, depth_max=10)
    assert isinstance(body, dict)
    return body


# Words


def test_chinese_words_of_parts_have_chinese_punctuation() -> None:
    tables = (code_words._ELEMENTS, code_words._PARTS)
    texts = [words.zh for table in tables for words in table.values()]

    assert [text for text in texts if HAN_BESIDE_ASCII.search(text)] == []


def test_every_part_that_has_words_is_one_of_a_scheme() -> None:
    named = {name.partition(".")[0] for name in code_words._PARTS if "." in name}

    assert sorted(named - set(registry.SCHEMES)) == []


@pytest.mark.parametrize(
    "text",
    [
        "6901234567893",
        "SC31513042800065",
        "urn:epc:id:sgtin:0614141.812345.",
        "(10)ABC123",
        "x",
        "9" * 3000,
    ],
)
def test_a_refusal_is_told_in_chinese(text: str) -> None:
    told = told_of(text, "zh", ANONYMOUS, year=2026)

    assert told.refusal is not None
    assert HAN.search(told.refusal.reason)
    assert not ENGLISH.search(told.refusal.reason)


def test_the_first_reading_is_the_one_told(sqlite_house: House) -> None:
    with sqlite_house.app.app_context():
        told = told_of(GTIN, "en", ANONYMOUS, year=2026)

    assert told.kind == "known"
    assert len(tell(GTIN).readings) == 2
    assert [reading.title for reading in told.readings] == ["GTIN-13"]
