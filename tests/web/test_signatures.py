"""Whether the signature on a label is right: on pages, in the resolver, over the interface."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import pytest
from werkzeug.test import TestResponse

from codes.gs1.compression import compress
from tests.parties.samples import gtin_uri
from tests.web.epcis_world import readable
from tests.web.house import House, open_house
from tests.web.issuing_world import activation, at, codes_of, made, new_block, new_site, send
from tests.web.resolver_world import BROWSER, ROOT, keep
from tests.web.scan_world import phone, text_of
from tests.web.signed_in import sign_in
from tests.web.work_world import label_form

LIMIT = 5
HTML: Final = BROWSER["Accept"]
AT_PRODUCT: Final = gtin_uri(1).removeprefix("https://id.gs1.org")
GTIN: Final = AT_PRODUCT.removeprefix("/01/")

RIGHT = {"zh": "标签上的签名正确", "en": "The label's signature is right"}
WRONG = {
    "zh": "这个标签上的号码不是本账本生成的",
    "en": "The number on this label was not made by this ledger",
}
REVOKED = {
    "zh": "这个标签的防伪签名已不再有效",
    "en": "The signature on this label counts no more",
}


class Shop:
    """A house with a block of ten signed serials, three of them in use."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.key = self.rotate()
        self.block = new_block(house, is_signed=True)
        made(send(house, "POST", at(self.block, "/activations"), activation(new_site(house))))
        self.codes = codes_of(house, self.block)

    def rotate(self) -> str:
        answer = send(self.house, "POST", "/api/v1/tag-keys", {}, role="operator")
        return str(made(answer)["id"])

    def revoke(self) -> None:
        path = f"/api/v1/tag-keys/{self.key}"
        assert send(self.house, "DELETE", path, role="operator").status_code in (200, 204)

    def path(self, number: int = 1, signed: str | None = None) -> str:
        """Return the path of a code with its own signature, or with another."""
        code = self.codes[number - 1]
        own = code["elements"]["98"] if signed is None else signed
        return f"{AT_PRODUCT}/21/{code['code']}" + (f"?98={own}" if own else "")

    def forged(self, number: int = 1) -> dict[str, str]:
        """Return signatures that are not that of a code, by what is wrong with them."""
        own = self.codes[number - 1]["elements"]["98"]
        other = "1" if own[-1] == "0" else "0"
        return {
            "one letter": own[:-1] + other,
            "that of another serial": self.codes[number]["elements"]["98"],
            "an unknown key": "zz" + own[2:],
            "no key": own[2:],
            "a key alone": own[:2],
            "small letters": own.lower() if own != own.lower() else own[:-1] + other,
            "something of its own": "PALLET7",
            "not even letters": "%22%3E%3Cb%3E",
        }

    def open(self, path: str, lang: str = "zh-CN", number: int = 1) -> TestResponse:
        return phone(self.house, number, lang=lang).open(path)


@pytest.fixture
def shop(house: House) -> Shop:
    return Shop(house)


@pytest.fixture
def guarded(sqlite_url: str, tmp_path: Path) -> Iterator[Shop]:
    house = open_house(sqlite_url, tmp_path / "data", misses_minute_max=LIMIT)
    yield Shop(house)
    house.services.engine.dispose()


def says(answer: TestResponse, lang: str = "zh") -> list[str]:
    """Return what a page says of the signature, of three sentences."""
    assert answer.status_code == 200, answer.status_code
    page = text_of(answer)
    assert "假" not in page.replace("这并不说明它是假货", "")
    assert not re.search(r"\b(?:fake|counterfeit)\b", page.replace("does not make it a fake", ""))
    return [
        name
        for name, words in (("right", RIGHT), ("wrong", WRONG), ("revoked", REVOKED))
        if words[lang] in page
    ]


# ---------------------------------------------------------------- pages


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_right_signature_is_a_quiet_line(shop: Shop, lang: str) -> None:
    page = shop.open(shop.path(), lang)

    assert says(page, lang) == ["right"]
    assert "notice-warn" not in page.text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_wrong_signature_is_a_warning(shop: Shop, lang: str) -> None:
    for wrong, signed in shop.forged().items():
        page = shop.open(shop.path(signed=signed), lang)

        assert says(page, lang) == ["wrong"], wrong
        assert "notice-warn" in page.text


def test_a_made_up_serial_with_a_made_up_signature_is_a_warning(shop: Shop) -> None:
    page = shop.open(f"{AT_PRODUCT}/21/ABCDEFGHJKMN?98={shop.key}ABCDEFGH")

    assert says(page) == ["wrong"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_key_that_got_out_signs_nothing_any_more(shop: Shop, lang: str) -> None:
    shop.revoke()

    assert says(shop.open(shop.path(), lang), lang) == ["revoked"]


def test_a_key_that_was_followed_by_another_is_still_believed(shop: Shop) -> None:
    shop.rotate()

    assert says(shop.open(shop.path())) == ["right"]


@pytest.mark.parametrize("door", ["", "/page"])
def test_what_one_label_is_told_is_kept_for_no_other(shop: Shop, door: str) -> None:
    forged = shop.forged()["one letter"]
    whole = f"{ROOT}{shop.path(signed=forged)}"
    compressed = compress(whole).removeprefix(ROOT)
    assert "98=" not in compressed

    # The label of a compressed link has no query, and still a signature.
    paths = [shop.path(signed=""), compressed, shop.path(), shop.path(signed=forged)]
    told = [says(shop.open(door + path if "/01/" in path else path)) for path in paths * 2]

    assert told == [[], ["wrong"], ["right"], ["wrong"]] * 2


def test_what_somebody_else_writes_beside_a_serial_is_no_signature(house: House) -> None:
    block = new_block(house)
    serial = codes_of(house, block)[0]["code"]

    page = phone(house).open(f"{AT_PRODUCT}/21/{serial}?98=PALLET7")

    assert says(page) == []


def test_a_lot_bears_no_signature(shop: Shop) -> None:
    assert says(shop.open(f"{AT_PRODUCT}/10/L1?98=PALLET7")) == []


def test_a_wrong_label_is_not_led_away_and_a_right_one_is(shop: Shop) -> None:
    keep(shop.house, gtin_uri(1), href="https://maker.example/", is_default=True)

    right = shop.open(shop.path())
    wrong = shop.open(shop.path(signed=shop.forged()["one letter"]))

    assert right.headers["Location"].startswith("https://maker.example/?98=")
    assert says(wrong) == ["wrong"]
    assert shop.open(shop.path(signed="")).status_code == 307


# ---------------------------------------------------------------- the guard


@pytest.mark.parametrize("query", ["", "&linkType=linkset", "&linkType=gs1:pip"])
def test_whoever_tries_signatures_is_refused(guarded: Shop, query: str) -> None:
    answers = [
        guarded.open(guarded.path(signed=f"{guarded.key}{number:08d}") + query).status_code
        for number in range(LIMIT + 3)
    ]

    assert [answer == 429 for answer in answers] == [False] * (LIMIT + 1) + [True, True]


def test_whoever_scans_right_labels_is_not(guarded: Shop) -> None:
    answers = [guarded.open(guarded.path(number)).status_code for number in range(1, 11)]

    assert answers == [200] * 10


# ---------------------------------------------------------------- texts


def written(shop: Shop, signed: str) -> list[str]:
    """Return a label as it may be written: for people, by a scanner, as a link, compressed."""
    serial = shop.codes[0]["code"]
    link = f"https://trace.example{AT_PRODUCT}/21/{serial}?98={signed}"
    return [
        f"(01){GTIN}(21){serial}(98){signed}",
        f"]d201{GTIN}21{serial}\x1d98{signed}",
        link,
        compress(link),
    ]


def identify(shop: Shop, text: str) -> dict[str, Any]:
    answer = readable(shop.house.ask("POST", "/api/v1/codes/identify", json={"text": text}))
    found: dict[str, Any] = answer.get_json()["readings"][0]
    return found


def test_the_interface_tells_what_a_signature_is_worth(shop: Shop) -> None:
    own = shop.codes[0]["elements"]["98"]
    forged = shop.forged()["one letter"]

    before = [
        {identify(shop, text)["signature"] for text in written(shop, signed)}
        for signed in (own, forged)
    ]
    shop.revoke()
    after = {identify(shop, text)["signature"] for text in written(shop, own)}

    assert before == [{"valid"}, {"invalid"}]
    assert after == {"revoked"}
    for text in (shop.codes[0]["uri"], GTIN, "81234567890123456789", f"(01){GTIN}(98)PALLET7"):
        assert identify(shop, text)["signature"] == "absent"


def test_a_text_leads_to_its_page_with_its_signature(shop: Shop) -> None:
    own = shop.codes[0]["elements"]["98"]
    for text in written(shop, own):
        typed = shop.open(f"/t/{quote(text, safe='')}")
        href = identify(shop, text)["actions"][-1]["href"]

        assert typed.headers["Location"] == href == shop.path()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_that_scans_says_it_beside_the_code(shop: Shop, lang: str) -> None:
    def read(signed: str) -> str:
        form = {"text": written(shop, signed)[0]}
        headers = {"Accept-Language": lang}
        return shop.house.client.post("/scan/reading", data=form, headers=headers).text

    own, forged = shop.codes[0]["elements"]["98"], shop.forged()["one letter"]
    right, wrong = read(own), read(forged)
    shop.revoke()
    revoked = read(own)

    label = {"zh": "防伪签名", "en": "Signature"}[lang]
    verdicts = {"zh": ("正确", "与号码不符", "密钥已被撤回")}.get(
        lang, ("right", "does not fit the number", "its key was withdrawn")
    )
    for page, verdict in zip((right, wrong, revoked), verdicts, strict=True):
        assert f"<dt>{label}</dt><dd>{verdict}</dd>" in page
    assert "scan-warning" not in right
    assert WRONG[lang] in wrong
    assert REVOKED[lang] in revoked


# ---------------------------------------------------------------- labels


def test_no_label_is_printed_under_a_key_that_was_revoked(shop: Shop) -> None:
    labels = {"format": "pdf", "sheet": "24", "use": "retail_item"}
    before = send(shop.house, "POST", at(shop.block, "/labels"), labels)
    shop.revoke()

    refused = [
        send(shop.house, "POST", at(shop.block, "/labels"), labels),
        send(shop.house, "POST", at(shop.block, "/labels"), {**labels, "format": "csv"}),
        send(shop.house, "GET", at(shop.block, "/codes.csv")),
    ]

    assert before.status_code == 200
    assert [answer.status_code for answer in refused] == [409] * 3
    assert {answer.get_json()["errors"][0]["code"] for answer in refused} == {"revoked_key"}


def test_the_page_of_such_a_block_says_so_and_draws_no_label(shop: Shop) -> None:
    person, path = sign_in(shop.house), f"/work/blocks/{shop.block['id']}"
    told = "签署这些号码的密钥已被撤回"
    before = person.get(path).text
    shop.revoke()

    page = person.get(path)
    refused = person.post(f"{path}/labels", **label_form(shop.block))

    assert told not in before
    assert "label-picture" in before
    assert (page.status_code, refused.status_code) == (200, 400)
    for answer in (page, refused):
        assert told in answer.text
        assert "label-picture" not in answer.text
