"""Signing in to the pages with a key, and what the cookie opens: pages, and nothing else."""

import json
import zlib
from datetime import timedelta
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from itsdangerous import base64_decode
from werkzeug.test import TestResponse

from parties.keys import DAYS_DEFAULT
from tests.parties.samples import NOW
from tests.web.house import House, open_house
from tests.web.issuing_world import activation, made, new_block, new_site, send
from tests.web.signed_in import sign_in, visitor

ELSEWHERE = (
    "https://example.org/",
    "//example.org/",
    "/\\example.org",
    "\\\\example.org",
    "/work\r\nSet-Cookie: a=b",
    "javascript:alert(1)",
    "work",
    "",
    "/sign-in?next=/sign-in",
    "/" + "x" * 2000,
)


def cookie_of(answer: TestResponse) -> SimpleCookie:
    found = SimpleCookie()
    for value in answer.headers.getlist("Set-Cookie"):
        found.load(value)
    return found


def test_a_valid_key_opens_the_workbench(house: House) -> None:
    person = sign_in(house)

    page = person.get("/work")

    assert page.status_code == 200
    assert "第1农场" in page.get_data(as_text=True)
    assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("key", ["", "   "])
def test_an_empty_key_is_not_called_wrong(sqlite_house: House, key: str) -> None:
    answer = visitor(sqlite_house).post("/sign-in", page="/sign-in", key=key)

    assert answer.status_code == 400
    assert "请粘贴密钥。" in answer.get_data(as_text=True)


@pytest.mark.parametrize("key", ["sx_1", "sx_" + "0" * 32 + "_" + "0" * 64, "x" * 5000])
def test_a_wrong_key_is_one_sentence_and_is_not_shown_again(sqlite_house: House, key: str) -> None:
    person = visitor(sqlite_house)

    answer = person.post("/sign-in", page="/sign-in", key=key, next="/work/prefixes")

    text = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert "此密钥无效或已失效。" in text
    assert key not in text
    assert 'value="/work/prefixes"' in text
    assert person.get("/work").status_code == 303


def test_trying_keys_is_slowed(sqlite_url: str, tmp_path: Path) -> None:
    house = open_house(sqlite_url, tmp_path, sign_ins_minute_max=3)
    person = visitor(house)

    tries = [person.post("/sign-in", page="/sign-in", key=f"sx_{n}") for n in range(4)]

    assert [answer.status_code for answer in tries] == [400, 400, 400, 429]
    assert int(tries[-1].headers["Retry-After"]) > 0
    assert person.get("/sign-in").status_code == 200
    house.services.engine.dispose()


def test_whoever_is_not_signed_in_is_led_there_and_back(sqlite_house: House) -> None:
    person = visitor(sqlite_house)
    led = person.get("/work/codes?product=1&lang=en")

    page = person.get(led.headers["Location"])
    back = person.post(
        "/sign-in",
        page="/sign-in",
        key=sqlite_house.keys["producer"],
        next="/work/codes?product=1&lang=en",
    )

    assert led.headers["Location"] == "/sign-in?next=%2Fwork%2Fcodes%3Fproduct%3D1%26lang%3Den"
    assert 'name="next" value="/work/codes?product=1&amp;lang=en"' in page.get_data(as_text=True)
    assert back.headers["Location"] == "/work/codes?product=1&lang=en"


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_signing_in_leads_to_no_other_place(sqlite_house: House, wanted: str) -> None:
    answer = visitor(sqlite_house).post(
        "/sign-in", page="/sign-in", key=sqlite_house.keys["producer"], next=wanted
    )

    assert (answer.status_code, answer.headers["Location"]) == (303, "/work")


def test_the_cookie_holds_a_random_number_and_nothing_of_the_key(sqlite_house: House) -> None:
    person = visitor(sqlite_house)
    answer = person.post("/sign-in", page="/sign-in", key=sqlite_house.keys["producer"])

    cookie = cookie_of(answer)["suxin"]

    # The signer compresses what gets shorter by it, and says so by a point.
    assert cookie.value.startswith(".")
    held = json.loads(zlib.decompress(base64_decode(cookie.value.split(".")[1])))
    assert held.keys() == {"session", "_permanent"}
    assert len(held["session"]) == 64
    assert (cookie["httponly"], cookie["samesite"], cookie["secure"]) == (True, "Lax", "")
    assert not {held["session"]} & set(sqlite_house.keys["producer"].split("_"))
    assert sqlite_house.keys["producer"].split("_")[2] not in answer.headers.get("Set-Cookie", "")


def test_under_https_the_cookie_is_for_this_host_and_https_alone(
    sqlite_url: str, tmp_path: Path
) -> None:
    house = open_house(sqlite_url, tmp_path, public_url="https://trace.example.gov.cn")
    person = house.app.test_client()
    page = person.get("/sign-in", base_url="https://trace.example.gov.cn")

    cookie = cookie_of(page)["__Host-suxin"]

    assert (cookie["secure"], cookie["httponly"], cookie["path"]) == (True, True, "/")
    assert cookie["domain"] == ""
    house.services.engine.dispose()


def test_the_session_ends_with_its_time(sqlite_url: str, tmp_path: Path) -> None:
    house = open_house(sqlite_url, tmp_path, session_idle_max_s=7 * 86_400)
    person = sign_in(house)
    lives = timedelta(seconds=house.services.settings.session_max_s)

    house.clock.instant = NOW + lives - timedelta(seconds=1)
    before = person.get("/work").status_code
    house.clock.instant = NOW + lives
    after = person.get("/work").status_code

    assert (before, after) == (200, 303)
    house.services.engine.dispose()


def test_a_session_that_nobody_uses_ends_sooner(sqlite_house: House) -> None:
    used, unused = sign_in(sqlite_house), sign_in(sqlite_house)
    idle = timedelta(seconds=sqlite_house.services.settings.session_idle_max_s)

    seen = []
    for at in (idle * 0.6, idle * 1.2, idle * 1.8):
        sqlite_house.clock.instant = NOW + at
        seen.append(used.get("/work").status_code)

    assert seen == [200, 200, 200]
    assert unused.get("/work").status_code == 303


def test_the_session_ends_with_its_key(house: House) -> None:
    body = {"label": "x", "role": "producer", "party_id": str(house.party_id), "days": 1}
    granted = made(send(house, "POST", "/api/v1/keys", body, role="operator"))
    person = sign_in(house, key=granted["key"])
    assert person.get("/work").status_code == 200

    send(house, "DELETE", f"/api/v1/keys/{granted['id']}", role="operator")

    assert person.get("/work").status_code == 303


def test_the_session_ends_when_its_key_expires(sqlite_url: str, tmp_path: Path) -> None:
    house = open_house(sqlite_url, tmp_path, session_max_s=7 * 86_400)
    house.clock.instant = NOW + timedelta(days=DAYS_DEFAULT - 1)
    person = sign_in(house)

    house.clock.instant = NOW + timedelta(days=DAYS_DEFAULT)

    assert person.get("/work").status_code == 303
    house.services.engine.dispose()


def test_a_cookie_that_was_changed_is_nobodys(sqlite_house: House) -> None:
    person = sign_in(sqlite_house)
    cookie = person.client.get_cookie("suxin")
    assert cookie is not None
    payload, *rest = cookie.value.split(".")

    for value in (f"A{payload[1:]}.{'.'.join(rest)}", payload, "", "x.y.z", "\x00"):
        person.client.set_cookie("suxin", value)
        assert person.get("/work").status_code == 303


def test_the_cookie_opens_nothing_of_the_api(sqlite_house: House) -> None:
    person = sign_in(sqlite_house)

    assert person.client.get("/api/v1/me").status_code == 401
    assert person.client.get("/api/v1/code-blocks").status_code == 401
    assert person.client.post("/epcis/capture", json={}).status_code == 401


def test_a_key_in_a_header_opens_no_page(sqlite_house: House) -> None:
    assert sqlite_house.ask("GET", "/work", role="producer").status_code == 303


def test_the_api_needs_no_token_of_a_form(sqlite_house: House) -> None:
    assert new_block(sqlite_house)["count"] == 10


def test_a_form_that_this_session_did_not_make_is_refused(sqlite_house: House) -> None:
    person, other = sign_in(sqlite_house), sign_in(sqlite_house)
    form = {"prefix": "69212345"}

    answers = [
        person.client.post("/work/prefixes", data=form),
        person.client.post("/work/prefixes", data={**form, "csrf_token": "x"}),
        person.client.post("/work/prefixes", data={**form, "csrf_token": other.token()}),
        person.client.post("/sign-out"),
    ]

    assert [answer.status_code for answer in answers] == [400] * 4
    assert "请重新打开表单" in answers[0].get_data(as_text=True)
    assert send(sqlite_house, "GET", "/api/v1/prefixes").get_json()["items"] == []
    assert person.get("/work").status_code == 200


def test_a_form_of_somebody_who_is_no_longer_signed_in_leads_to_signing_in(
    sqlite_house: House,
) -> None:
    person = sign_in(sqlite_house)
    token = person.token()
    sqlite_house.clock.instant = NOW + timedelta(days=2)

    answer = person.client.post("/work/prefixes", data={"prefix": "69212345", "csrf_token": token})

    assert answer.headers["Location"] == "/sign-in?next=%2Fwork%2Fprefixes"


def test_signing_in_again_gives_another_token(sqlite_house: House) -> None:
    person = visitor(sqlite_house)
    planted = person.token("/sign-in")
    person.post("/sign-in", page="/sign-in", key=sqlite_house.keys["producer"])

    answer = person.client.post(
        "/work/prefixes", data={"prefix": "69212345", "csrf_token": planted}
    )

    assert answer.status_code == 400


def test_whoever_signs_out_is_nobody(sqlite_house: House) -> None:
    person = sign_in(sqlite_house)

    answer = person.post("/sign-out")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert person.get("/work").status_code == 303


def test_a_copied_cookie_is_worth_nothing_after_signing_out(house: House) -> None:
    person, thief = sign_in(house), visitor(house)
    cookie = person.client.get_cookie("suxin")
    assert cookie is not None
    thief.client.set_cookie("suxin", cookie.value)
    assert thief.get("/work").status_code == 200

    person.post("/sign-out")

    assert thief.get("/work").status_code == 303


def test_signing_in_ends_the_session_that_the_browser_had(sqlite_house: House) -> None:
    person, planter = sign_in(sqlite_house), visitor(sqlite_house)
    planted = person.client.get_cookie("suxin")
    assert planted is not None
    planter.client.set_cookie("suxin", planted.value)

    person.post("/sign-in", page="/sign-in", key=sqlite_house.keys["producer"])

    fresh = person.client.get_cookie("suxin")
    assert fresh is not None
    assert fresh.value != planted.value
    assert person.get("/work").status_code == 200
    assert planter.get("/work").status_code == 303


def test_public_pages_are_the_same_for_everybody_and_set_no_cookie(house: House) -> None:
    block, site = new_block(house), new_site(house)
    made(send(house, "POST", f"/api/v1/code-blocks/{block['id']}/activations", activation(site)))
    codes = send(house, "GET", f"/api/v1/code-blocks/{block['id']}/codes").get_json()["items"]
    path = codes[0]["uri"].removeprefix("https://id.gs1.org")
    person, stranger = sign_in(house), visitor(house)

    for address in (path, "/"):
        seen, public = person.get(address), stranger.get(address)
        assert seen.status_code == 200
        assert seen.get_data() == public.get_data()
        assert "Set-Cookie" not in seen.headers
        assert seen.headers["Vary"] == public.headers["Vary"]
        assert seen.headers.get("Cache-Control") == public.headers.get("Cache-Control")


def test_the_scan_page_offers_a_producer_the_next_form(sqlite_house: House) -> None:
    block = new_block(sqlite_house)
    path = f"/api/v1/code-blocks/{block['id']}/codes"
    code = send(sqlite_house, "GET", path).get_json()["items"][0]
    form = {"text": code["address"]}

    own = sign_in(sqlite_house).client.post("/scan/reading", data=form).get_data(as_text=True)
    shopper = visitor(sqlite_house).client.post("/scan/reading", data=form).get_data(as_text=True)

    assert "/work/activate?code=" in own
    assert "/work/activate" not in shopper
