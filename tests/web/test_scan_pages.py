"""The consumer pages over HTTP: addresses, languages, words, weight."""

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.web import yoghurt, yoghurt_log
from tests.web.shop_window import Window, make_app, make_window
from web.pages import fact_words, regions, words
from web.pages.languages import COOKIE
from web.pages.words import Words

ROOT = Path(__file__).resolve().parent.parent.parent
WEB = ROOT / "web"
CUP = yoghurt.ITEM.removeprefix("https://id.gs1.org")
HAN_BESIDE_ASCII = re.compile(r"[\u4e00-\u9fff][,;:?!()]|[,;:?!()][\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def window() -> Window:
    return make_window()


@pytest.fixture
def client(window: Window) -> Iterator[FlaskClient]:
    held = window.history, window.directory
    yield make_app(window).test_client()
    window.history, window.directory = held


class _Outline(HTMLParser):
    """The parts of a page that a rule speaks about."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def page(client: FlaskClient, path: str = CUP, *, lang: str = "zh") -> str:
    return client.get(f"{path}?lang={lang}").get_data(as_text=True)


def test_the_page_of_a_cup_tells_its_way_in_chinese(client: FlaskClient) -> None:
    html = page(client)

    assert '<html lang="zh-CN">' in html
    assert "从 3 个产地到货架，共 18 步，步步有记录。" in html
    for text in ("太行牧场原味酸奶", "L20261102A", "2026-11-23", "SC10513011000213", "阴性"):
        assert text in html


def test_the_page_of_a_cup_tells_its_way_in_english(client: FlaskClient) -> None:
    html = page(client, lang="en")

    assert '<html lang="en">' in html
    assert "From 3 farms to the shelf: 18 steps, each one on record." in html
    assert "negative (none found)" in html


def test_no_hidden_part_of_an_event_reaches_the_page(client: FlaskClient) -> None:
    for lang in ("zh", "en"):
        html = page(client, lang=lang)
        assert not [secret for secret in ("8120", "121000", "王强", "冀A12345") if secret in html]


@pytest.mark.parametrize(
    ("asked", "cookie", "accepted", "tag"),
    [
        ("", "", "", "zh-CN"),
        ("", "", "fr,de;q=0.8", "zh-CN"),
        ("", "", "en-GB,en;q=0.9,zh;q=0.1", "en"),
        ("", "", "zh-TW,en;q=0.5", "zh-CN"),
        ("", "zh", "en", "zh-CN"),
        ("en", "zh", "zh", "en"),
        ("tlh", "", "en", "en"),
    ],
)
def test_the_language_is_the_one_asked_for_then_remembered_then_accepted(
    client: FlaskClient, asked: str, cookie: str, accepted: str, tag: str
) -> None:
    if cookie:
        client.set_cookie(COOKIE, cookie)

    response = client.get(f"/?lang={asked}", headers={"Accept-Language": accepted})

    assert f'<html lang="{tag}">' in response.get_data(as_text=True)


def test_a_choice_of_language_is_remembered_and_a_wrong_one_is_not(client: FlaskClient) -> None:
    assert "lang=en" in client.get("/?lang=en").headers["Set-Cookie"]
    assert "Set-Cookie" not in client.get("/?lang=tlh").headers


def test_caches_keep_the_languages_apart(client: FlaskClient) -> None:
    vary = ", ".join(client.get(CUP).headers.getlist("Vary"))

    assert "Accept-Language" in vary
    assert "Cookie" in vary


def test_the_switch_leads_to_the_same_page_in_the_other_language(client: FlaskClient) -> None:
    html = client.get(f"{CUP}?as=gtin&lang=zh").get_data(as_text=True)

    assert 'href="?as=gtin&amp;lang=en"' in html


def test_notices_stand_before_the_name_of_the_product(client: FlaskClient, window: Window) -> None:
    last = window.history.steps[-1]
    recall = replace(last, seq=4320, event={**last.event, "disposition": "recalled"})
    window.history = replace(window.history, steps=(*window.history.steps, recall))

    html = page(client)

    assert html.index("已召回：请勿食用或使用") < html.index("<h1")
    assert "<title>警示 · " in html


def test_a_void_code_hides_the_product(client: FlaskClient, window: Window) -> None:
    last = window.history.steps[-1]
    void = replace(last, seq=4320, event={**last.event, "bizStep": "decommissioning"})
    window.history = replace(window.history, steps=(*window.history.steps, void))

    html = page(client)

    assert "这个追溯码已作废" in html
    assert "太行牧场" not in html
    assert "滹沱河" not in html


def test_an_unknown_item_of_a_known_product_is_not_called_a_fake(client: FlaskClient) -> None:
    response = client.get(f"{CUP[:-1]}X?lang=en")

    html = response.get_data(as_text=True)
    assert response.status_code == 200
    assert "We know this product, but nothing is recorded for this single item." in html
    assert "Natural Yoghurt" in html
    assert "data-verify" not in html


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/01/06901234567013", 400),
        ("/01/123", 400),
        ("/01/06901234567014/21/%00", 400),
        ("/t/!!", 404),
        ("/t/0%2F0", 404),
    ],
)
def test_a_code_nobody_can_read_is_a_friendly_refusal(
    client: FlaskClient, path: str, status: int
) -> None:
    response = client.get(f"{path}?lang=en")

    assert response.status_code == status
    assert "That alone does not make the product a fake" in response.get_data(as_text=True)


def test_text_from_an_address_never_becomes_markup(client: FlaskClient) -> None:
    html = page(client, "/t/%3Cscript%3Ealert(1)%3C%2Fscript%3E")

    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_a_typed_bar_code_leads_to_its_product(client: FlaskClient) -> None:
    typed = client.get("/t/", query_string={"code": " 6901234567014 "})
    found = client.get(typed.headers["Location"])

    assert (typed.status_code, found.status_code) == (303, 307)
    assert found.headers["Location"] == "/01/06901234567014"


def test_a_whole_link_from_a_label_leads_to_its_item(client: FlaskClient) -> None:
    response = client.get("/t/", query_string={"code": f"https://trace.example{CUP}"})
    response = client.get(response.headers["Location"])

    assert (response.status_code, response.headers["Location"]) == (307, CUP)


@pytest.mark.parametrize(
    "typed",
    [
        "6901234567014 L20261102A",
        "06901234567014/10/L20261102A",
        "/01/06901234567014/10/L20261102A",
        "6901234567014/10/L20261102A",
    ],
)
def test_a_bar_code_with_its_lot_beside_it_leads_to_the_lot(
    client: FlaskClient, typed: str
) -> None:
    form = client.get("/t/", query_string={"code": typed})
    found = client.get(form.headers["Location"])

    assert found.headers["Location"] == "/01/06901234567014/10/L20261102A"


def test_what_stands_beside_a_bar_code_is_what_is_recorded(client: FlaskClient) -> None:
    serial = CUP.rpartition("/")[2]

    found = client.get(f"/t/6901234567014 {serial}")

    assert found.headers["Location"] == CUP


def test_the_page_of_a_product_takes_a_lot(client: FlaskClient) -> None:
    html = page(client, "/01/06901234567014")
    asked = client.get("/01/06901234567014", query_string={"lot": " A/1 "})

    assert 'action="/01/06901234567014"' in html
    assert 'name="lot"' in html
    assert (asked.status_code, asked.headers["Location"]) == (303, "/01/06901234567014/10/A%2F1")
    assert 'name="lot"' not in page(client)


@pytest.mark.parametrize(
    "path",
    ["/t/6901234567013", "/01/06901234567013", "/t/6901234567013%20L1", "/t/91130109MA0D5R7Y2U"],
)
def test_a_mistyped_code_is_told_of_its_check_digit(client: FlaskClient, path: str) -> None:
    response = client.get(f"{path}?lang=zh")

    html = response.get_data(as_text=True)
    assert response.status_code == (400 if path.startswith("/01/") else 404)
    assert "校验位不符" in html
    assert "编码没有读对" in html
    assert "我们" not in html.partition("<form")[0]


def test_a_missing_page_shows_the_whole_code(client: FlaskClient) -> None:
    html = page(client, "/01/06912345678901/10/L1/21/S9")

    assert "(01)6912345678901(10)L1(21)S9" in html or "(01)06912345678901(10)L1(21)S9" in html


def test_a_browser_that_asks_for_an_icon_gets_the_mark(client: FlaskClient) -> None:
    response = client.get("/favicon.ico")

    assert (response.status_code, response.mimetype) == (200, "image/svg+xml")


def test_the_proof_has_one_name_everywhere(client: FlaskClient) -> None:
    html = page(client)

    assert {a["download"] for _, a in _Outline(html).tags if "download" in a} == {
        "suxin-proof.json"
    }
    assert "ledger.verify suxin-proof.json --key" in html
    assert "bundle.json" not in html


@pytest.mark.parametrize(("method", "path"), [("POST", "/"), ("DELETE", CUP)])
def test_an_error_page_in_chinese_has_no_english_sentence(
    client: FlaskClient, method: str, path: str
) -> None:
    headers = {"Accept": "text/html", "Accept-Language": "zh"}

    response = client.open(path, method=method, headers=headers)

    html = response.get_data(as_text=True)
    assert response.status_code == 405
    assert "不能提交内容" in html
    assert 'lang="en"' not in html.partition("<main")[2]


def test_an_empty_form_leads_to_the_start(client: FlaskClient) -> None:
    assert client.get("/t/?code=+").headers["Location"] == "/"


def test_lot_and_serial_together_are_the_one_item(client: FlaskClient) -> None:
    html = page(client, f"{CUP.partition('/21/')[0]}/10/L20261102A/21/K7Q2M9XR4TBW")

    assert "从 3 个产地到货架，共 18 步" in html


def test_the_page_asks_no_other_host_and_holds_no_inline_script_or_style(
    client: FlaskClient,
) -> None:
    for path in (CUP, "/", "/t/!!", "/nowhere"):
        for tag, attributes in _Outline(page(client, path)).tags:
            address = attributes.get("src") or (attributes.get("href") if tag == "link" else "")
            assert not (address or "").startswith(("http", "//")), (path, tag, address)
            assert "style" not in attributes
            assert tag != "style"
            assert tag != "script" or attributes.get("src")
            assert not [name for name in attributes if name.startswith("on")]


def test_without_script_the_proof_can_be_downloaded_and_the_button_is_not_offered(
    client: FlaskClient,
) -> None:
    tags = _Outline(page(client)).tags

    button = next(attributes for tag, attributes in tags if "data-verify-button" in attributes)
    links = [attributes.get("href") or "" for tag, attributes in tags if tag == "a"]
    assert "hidden" in button
    assert [link for link in links if link.startswith("/ledger/bundle?code=https%3A%2F%2Fid.gs1")]


def test_the_verifier_is_told_of_every_step_and_word_on_the_page(client: FlaskClient) -> None:
    tags = _Outline(page(client)).tags

    card = next(attributes for _, attributes in tags if "data-verify" in attributes)
    steps = [attributes for _, attributes in tags if "data-step" in attributes]
    assert card["data-vkey"] == yoghurt_log.VKEY
    assert card["data-subject"] == yoghurt.ITEM
    assert len(steps) == 18
    assert json.loads(card["data-step-words"] or "")["TransformationEvent|commissioning"]


def test_every_name_of_a_check_in_the_scripts_has_its_sentence(client: FlaskClient) -> None:
    card = next(a for _, a in _Outline(page(client)).tags if "data-verify" in a)
    said = set(json.loads(card["data-words"] or ""))

    script = "".join((WEB / "static" / name).read_text() for name in ("check.js", "verify.js"))
    wanted = set(re.findall(r"words\.(?!py\b)([a-z_0-9]+)", script))
    wanted |= set(re.findall(r'"(bad_[a-z]+|no_[a-z]+)"', script))
    wanted |= {f"step_{step}" for step in re.findall(r'Refusal\("([a-z]+)"', script)}

    assert wanted - said == set()


def test_a_page_weighs_less_than_50_kb_before_pictures(client: FlaskClient) -> None:
    html = client.get(CUP, headers={"Accept-Encoding": "gzip"})
    static = ("suxin.css", "icons.svg", "mark.svg", "verify.js")

    weight = html.content_length or 0
    weight += sum((WEB / "static" / name).stat().st_size for name in static)

    assert html.headers["Content-Encoding"] == "gzip"
    assert len(gzip.decompress(html.get_data())) > weight - 50_000
    assert weight < 50_000


def test_an_error_is_a_page_in_the_readers_language(client: FlaskClient) -> None:
    response: TestResponse = client.get("/nowhere?lang=zh", headers={"Accept": "text/html"})

    assert response.status_code == 404
    assert "<h1>没有找到</h1>" in response.get_data(as_text=True)


def test_every_sentence_of_the_pages_has_a_chinese_one() -> None:
    catalogue_file = WEB / "translations" / "zh_CN" / "LC_MESSAGES" / "messages.po"
    methods = [("assets/**", "ignore"), ("static/**", "ignore"), ("**.py", "python")]
    methods.append(("templates/**.html", "jinja2"))
    said = {message[2] for message in extract_from_dir(WEB, methods)}
    with catalogue_file.open("rb") as file:
        catalogue = read_po(file)

    translated = {message.id for message in catalogue if message.id and message.string}

    assert said - translated == set()
    assert translated - said == set()
    for message in catalogue:
        assert not [error for error in message.check(catalogue) if message.id], message.id


def test_chinese_texts_have_chinese_punctuation() -> None:
    catalogue_file = WEB / "translations" / "zh_CN" / "LC_MESSAGES" / "messages.po"
    with catalogue_file.open("rb") as file:
        texts = [text for message in read_po(file) if message.id for text in _texts(message.string)]
    for module in (words, fact_words, regions):
        for table in vars(module).values():
            if isinstance(table, dict):
                texts += [value.zh for value in table.values() if isinstance(value, Words)]

    assert len(texts) > 300
    assert [text for text in texts if HAN_BESIDE_ASCII.search(text)] == []


def _texts(string: object) -> list[str]:
    return [string] if isinstance(string, str) else [str(text) for text in string]  # type: ignore[attr-defined]  # Babel gives a tuple for plurals.
