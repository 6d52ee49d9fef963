"""The ledger's own doors: what they give out proves itself."""

from base64 import b64decode
from typing import Any
from urllib.parse import quote

import pytest

from ledger.checkpoint import open_checkpoint
from ledger.merkle import verify_consistency
from ledger.note import VerifierKey
from ledger.verify import verify_bundle
from tests.instances import lot, observation, serial
from tests.web.epcis_world import check, post_document, readable, seal_now, things, vkey_of
from tests.web.house import House


@pytest.fixture
def sealed(house: House) -> House:
    """Give a log of eight entries under two checkpoints, and a ninth that waits for its own."""
    post_document(house, *things(3))
    seal_now(house)
    named = [{"epcClass": lot("A"), "quantity": 3}]
    post_document(house, *things(3, first=10), observation("", epcList=None, quantityList=named))
    seal_now(house)
    post_document(house, *things(1, first=20))
    return house


def _checkpoint(house: House) -> Any:
    note = house.ask("GET", "/ledger/checkpoint").get_data()
    return open_checkpoint(note, [vkey_of(house)]).checkpoint


def test_the_checkpoint_is_signed_by_the_key_that_is_given_out(sealed: House) -> None:
    answer = sealed.ask("GET", "/ledger/key")
    (line,) = answer.get_data(as_text=True).splitlines()

    key = VerifierKey.parse(line)
    note = sealed.ask("GET", "/ledger/checkpoint")

    assert key == vkey_of(sealed)
    assert open_checkpoint(note.get_data(), [key]).checkpoint.size == 8
    assert note.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert note.headers["Cache-Control"] == "no-cache"
    check(sealed)


def test_a_log_without_a_checkpoint_has_none_to_give(house: House) -> None:
    assert house.ask("GET", "/ledger/checkpoint").status_code == 404
    assert house.ask("GET", "/ledger/proof/1/0").status_code == 404
    check(house)


def test_every_sealed_entry_is_proven_to_anybody(sealed: House) -> None:
    for seq in range(8):
        answer = sealed.ask("GET", f"/ledger/proof/1/{seq}")
        report = verify_bundle(answer.get_data(), [vkey_of(sealed)])
        assert [entry.seq for entry in report.entries] == [seq]
        assert f'filename="suxin-1-{seq}.json"' in answer.headers["Content-Disposition"]
    check(sealed)


@pytest.mark.parametrize(
    "path",
    [
        "/ledger/proof/1/8",
        "/ledger/proof/1/99",
        f"/ledger/proof/1/{1 << 63}",
        f"/ledger/proof/1/{10**40}",
        "/ledger/proof/2/0",
        "/ledger/proof/0/0",
        "/ledger/proof/1/-1",
        "/ledger/proof/1/x",
        "/ledger/proof/1",
    ],
)
def test_what_is_not_sealed_here_is_not_found(sealed: House, path: str) -> None:
    assert sealed.ask("GET", path).status_code == 404


def test_a_proof_shows_its_askers_parts(sealed: House) -> None:
    expected = {"anonymous": 0, "operator": 0, "producer": 2, "authority": 2, "auditor": 2}

    for role, count in expected.items():
        answer = readable(sealed.ask("GET", "/ledger/proof/1/1", role=role))
        report = verify_bundle(answer.get_data(), [vkey_of(sealed)])
        (entry,) = report.entries
        assert len(answer.get_json()["entries"][0]["parts"]) == count
        assert (serial(0) in entry.leaves.values()) is (count == 2)
    check(sealed)


@pytest.mark.parametrize("code", [serial(1), "(01)06901234567892(21)S1"])
def test_a_bundle_of_a_code_verifies_in_any_spelling(sealed: House, code: str) -> None:
    answer = sealed.ask("GET", f"/ledger/bundle?code={quote(code, safe='')}")

    report = verify_bundle(answer.get_data(), [vkey_of(sealed)])

    assert report.subject == serial(1)
    assert [entry.seq for entry in report.entries] == [2]
    check(sealed)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("?code=", 400),
        ("?code=06901234567899", 400),
        ("?code=" + "9" * 3000, 400),
        (f"?code={serial(1)}&code={serial(2)}", 400),
        (f"?code={serial(1)}&depth=3", 400),
        (f"?code={serial(5000)}", 404),
        (f"?code={serial(20)}", 404),
    ],
)
def test_a_bundle_of_nothing_is_refused(sealed: House, query: str, status: int) -> None:
    assert sealed.ask("GET", f"/ledger/bundle{query}").status_code == status


def test_any_two_sizes_are_proven_consistent(sealed: House) -> None:
    roots = {}
    for size in (4, 8):
        seal_path = f"/ledger/consistency?first={size}&second=8"
        assert sealed.ask("GET", seal_path).status_code == 200
    with sealed.services.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT size, root FROM ledger_checkpoint").all()
        roots = {row.size: bytes(row.root) for row in rows}

    body = readable(sealed.ask("GET", "/ledger/consistency?first=4&second=8")).get_json()

    path = [b64decode(node, validate=True) for node in body["path"]]
    verify_consistency(4, 8, roots[4], roots[8], path)
    assert _checkpoint(sealed).root == roots[8]
    check(sealed)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("?first=4", 400),
        ("?first=0&second=8", 400),
        ("?first=8&second=4", 400),
        ("?first=+4&second=8", 400),
        ("?first=4&second=8.0", 400),
        ("?first=04&second=8", 400),
        ("?first=4&second=8&second=8", 400),
        ("?first=4&second=9", 404),
        (f"?first=4&second={10**17}", 404),
        (f"?first=4&second={10**30}", 400),
    ],
)
def test_a_consistency_proof_of_nonsense_is_refused(sealed: House, query: str, status: int) -> None:
    assert sealed.ask("GET", f"/ledger/consistency{query}").status_code == status
