"""The check in the browser: what it proves, what it leaves open, where it refuses."""

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from ledger.bundle import dump
from ledger.canonical import canonical_bytes
from ledger.note import VerifierKey
from ledger.verify import check_all
from tests.browser.shop import VALID, Shop, open_cup
from tests.web import yoghurt, yoghurt_log

pytestmark = pytest.mark.browser

FIRST_REFUSAL = """async ([text, vkey]) => {
  const { checkBundle } = await import("/static/check.js");
  try {
    const { failures } = await checkBundle(text, vkey);
    return failures.length ? [failures[0].step, failures[0].seq] : null;
  } catch (error) {
    return [error.step, error.seq];
  }
}"""

Mutation = Callable[[dict[str, Any]], None]


def verify(page: Page) -> Locator:
    """Press the button and return the region in which the result is said."""
    page.get_by_role("button", name="Verify now").click()
    result = page.locator("[data-verify-result]")
    expect(result.locator(".verdict")).to_be_visible()
    return result


def changed(change: Mutation) -> bytes:
    bundle = json.loads(VALID)
    change(bundle)
    return canonical_bytes(bundle)


def step(page: Page, seq: int) -> Locator:
    return page.locator(f"#entry-1-{seq}")


def test_an_unchanged_proof_is_verified_and_every_step_is_marked(page: Page, shop: Shop) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    open_cup(page, shop)

    result = verify(page)

    expect(result.locator(".verdict")).to_have_text("Verified on your device")
    expect(result).to_contain_text("18 records stand in that ledger")
    expect(result).to_contain_text("with 4321 entries is signed by its key")
    expect(result).to_contain_text("This very item is among those that 3 of the records name.")
    expect(page.locator("[data-step].is-verified")).to_have_count(18)
    assert errors == []


def test_the_result_is_said_in_chinese_on_a_chinese_page(page: Page, shop: Shop) -> None:
    open_cup(page, shop, lang="zh", width=360)

    page.get_by_role("button", name="立即核验").click()

    expect(page.locator(".verdict")).to_have_text("已在您的设备上核验无误")
    expect(page.locator("[data-verify-result]")).to_contain_text("企业写下的内容是否属实")


def test_the_result_says_what_is_not_proven(page: Page, shop: Shop) -> None:
    open_cup(page, shop)

    result = verify(page)

    expect(result).to_contain_text("That what an enterprise wrote is true.")
    expect(result).to_contain_text("parts of the records are not public")
    expect(result).to_contain_text(yoghurt_log.VKEY)


def flip_part(bundle: dict[str, Any]) -> None:
    part = bundle["entries"][3]["parts"][0]
    body = bytearray(base64.b64decode(part["body"]))
    body[body.index(b"2026-11-01")] ^= 1
    part["body"] = base64.b64encode(bytes(body)).decode()


def flip_salt(bundle: dict[str, Any]) -> None:
    part = bundle["entries"][3]["parts"][0]
    part["salt"] = f"{int(part['salt'], 16) ^ 1:032x}"


def swap_hidden_hash(bundle: dict[str, Any]) -> None:
    bundle["entries"][3]["part_hashes"]["chain"] = "00" * 32


def flip_item_key(bundle: dict[str, Any]) -> None:
    entry = next(entry for entry in bundle["entries"] if entry["items"])
    entry["items"][0]["key"] = "11" * 32


def swap_item(bundle: dict[str, Any]) -> None:
    entry = next(entry for entry in bundle["entries"] if entry["items"])
    entry["items"][-1]["item"] += "X"


def flip_path(bundle: dict[str, Any]) -> None:
    bundle["entries"][3]["proof"]["path"][2] = "22" * 32


def shorten_path(bundle: dict[str, Any]) -> None:
    bundle["entries"][3]["proof"]["path"].pop()


def lengthen_path(bundle: dict[str, Any]) -> None:
    bundle["entries"][3]["proof"]["path"].append("22" * 32)


def move_entry(bundle: dict[str, Any]) -> None:
    bundle["entries"][2]["proof"]["index"] += 1


def double_entry(bundle: dict[str, Any]) -> None:
    bundle["entries"].insert(3, bundle["entries"][3])


def swap_entries(bundle: dict[str, Any]) -> None:
    bundle["entries"].reverse()


def change_header(bundle: dict[str, Any]) -> None:
    entry = bundle["entries"][3]
    header = base64.b64decode(entry["header"]).replace(b'"actor":"p-', b'"actor":"q-')
    entry["header"] = base64.b64encode(header).decode()


def space_header(bundle: dict[str, Any]) -> None:
    entry = bundle["entries"][3]
    header = base64.b64decode(entry["header"]).replace(b'"v":1', b'"v": 1')
    entry["header"] = base64.b64encode(header).decode()


def change_size(bundle: dict[str, Any]) -> None:
    bundle["checkpoint"] = bundle["checkpoint"].replace("\n4321\n", "\n4322\n")


def drop_signature(bundle: dict[str, Any]) -> None:
    bundle["checkpoint"] = bundle["checkpoint"].partition("\n\n")[0] + "\n\n"


def rename_log(bundle: dict[str, Any]) -> None:
    bundle["log"] = 2


def add_field(bundle: dict[str, Any]) -> None:
    bundle["note"] = "trust me"


def empty(bundle: dict[str, Any]) -> None:
    bundle["entries"] = []


def name_subject_nowhere(bundle: dict[str, Any]) -> None:
    bundle["subject"] = yoghurt.ITEM + "Z"


MUTATIONS: tuple[Mutation, ...] = (
    flip_part,
    flip_salt,
    swap_hidden_hash,
    flip_item_key,
    swap_item,
    flip_path,
    shorten_path,
    lengthen_path,
    move_entry,
    double_entry,
    swap_entries,
    change_header,
    space_header,
    change_size,
    drop_signature,
    rename_log,
    add_field,
    empty,
    name_subject_nowhere,
)


@pytest.mark.parametrize("change", MUTATIONS, ids=lambda change: change.__name__)
def test_the_browser_refuses_what_the_offline_verifier_refuses_and_at_the_same_check(
    page: Page, shop: Shop, change: Mutation
) -> None:
    data = changed(change)
    offline = check_all(data, [VerifierKey.parse(yoghurt_log.VKEY)]).errors[0]
    page.goto(shop.url)

    refusal = page.evaluate(FIRST_REFUSAL, [data.decode(), yoghurt_log.VKEY])

    assert refusal == [offline.step, offline.entry]


def test_a_changed_byte_marks_its_own_step_and_no_other(page: Page, shop: Shop) -> None:
    data = changed(flip_part)
    shop.window.bundle = lambda: data
    open_cup(page, shop)

    verify(page)

    expect(page.locator("[data-step].has-failed")).to_have_count(1)
    expect(step(page, 4121).locator("[data-mark]")).to_have_text("check failed")
    expect(page.locator("[data-step].is-verified")).to_have_count(17)


def test_a_signature_by_another_key_is_refused(page: Page, shop: Shop) -> None:
    data = dump(yoghurt_log.bundle(signer=yoghurt_log.OTHER_SIGNER))
    shop.window.bundle = lambda: data
    open_cup(page, shop)

    result = verify(page)

    expect(result.locator(".verdict")).to_have_text("The check failed")
    expect(result).to_contain_text("the signature does not fit the key")
    expect(page.locator("[data-step].is-verified")).to_have_count(0)


def test_a_signature_under_the_right_name_and_id_must_verify(page: Page, shop: Shop) -> None:
    note = yoghurt_log.bundle().checkpoint
    head, _, line = note.rstrip("\n").rpartition(" ")
    signed = bytearray(base64.b64decode(line))
    signed[-1] ^= 1
    forged = f"{head} {base64.b64encode(bytes(signed)).decode()}\n"
    data = changed(lambda bundle: bundle.update(checkpoint=forged))
    shop.window.bundle = lambda: data
    open_cup(page, shop)

    expect(verify(page)).to_contain_text("the signature does not fit the key")


def test_a_proof_about_another_product_is_refused(page: Page, shop: Shop) -> None:
    data = changed(lambda bundle: bundle.update(subject=yoghurt.LOT))
    shop.window.bundle = lambda: data
    open_cup(page, shop)

    expect(verify(page)).to_contain_text("the proof is about another product")


@pytest.mark.parametrize(
    ("selector", "text", "reason"),
    [
        ("[data-when]", "2026-11-04 07:21", "the time shown differs from the record"),
        ("[data-title]", "Inspected", "the step shown differs from the record"),
    ],
)
def test_a_page_that_shows_something_else_than_the_record_is_caught(
    page: Page, shop: Shop, selector: str, text: str, reason: str
) -> None:
    open_cup(page, shop)
    shown = step(page, 4315).locator(selector)
    shown.evaluate("(element, text) => { element.textContent = text; }", text)

    result = verify(page)

    expect(result.locator(".verdict")).to_have_text("The check failed")
    expect(result).to_contain_text(reason)
    expect(step(page, 4315).locator("[data-mark]")).to_have_text("check failed")


def test_a_step_that_is_not_sealed_yet_is_said_to_be_absent(page: Page, shop: Shop) -> None:
    history = shop.window.history
    fresh = replace(history.steps[-1], seq=4400)
    shop.window.history = replace(history, steps=(*history.steps, fresh))
    open_cup(page, shop)

    result = verify(page)

    expect(result.locator(".verdict")).to_have_text("Verified in part")
    expect(result).to_contain_text("1 steps shown here are not in the proof yet")
    expect(step(page, 4400).locator("[data-mark]")).to_have_text("not in the proof")


def test_a_browser_without_ed25519_says_that_the_signature_was_not_checked(
    page: Page, shop: Shop
) -> None:
    page.add_init_script(
        "crypto.subtle.importKey = () => Promise.reject(new DOMException('', 'NotSupportedError'))"
    )
    open_cup(page, shop)

    result = verify(page)

    expect(result.locator(".verdict")).to_have_text("Verified in part")
    expect(result).to_contain_text("cannot check the signature (no Ed25519)")
    expect(result).not_to_contain_text("is signed by its key")


def test_a_page_without_cryptography_claims_nothing(page: Page, shop: Shop) -> None:
    page.add_init_script("Object.defineProperty(globalThis, 'isSecureContext', {value: false})")
    open_cup(page, shop)

    result = verify(page)

    expect(result.locator(".verdict")).to_have_text("Not checked")
    expect(page.locator("[data-step].is-verified")).to_have_count(0)


def test_a_proof_that_cannot_be_loaded_proves_nothing_and_may_be_tried_again(
    page: Page, shop: Shop
) -> None:
    open_cup(page, shop)
    page.route("**/ledger/bundle*", lambda route: route.abort())
    expect(verify(page).locator(".verdict")).to_have_text("Not checked")

    page.unroute("**/ledger/bundle*")
    page.get_by_role("button", name="Verify again").click()

    expect(page.locator(".verdict")).to_have_text("Verified on your device")


def test_markup_inside_a_bundle_stays_text(page: Page, shop: Shop) -> None:
    data = changed(lambda bundle: bundle.update(subject="<img src=x onerror=alert(1)>"))
    shop.window.bundle = lambda: data
    shop.window.vkey = yoghurt_log.VKEY
    open_cup(page, shop)

    result = verify(page)

    expect(result.locator(".verdict")).to_have_text("The check failed")
    expect(result.locator("img")).to_have_count(0)
