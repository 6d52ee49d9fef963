"""The proof of one row over HTTP: it checks offline, and no byte of it can be changed."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pytest

from base.errors import AppError
from base.strict_json import JsonValue
from credit.intake.batches import CreditBatch
from credit.intake.proving import check_row
from jobs.commands import run_command_line
from ledger.canonical import canonical_bytes
from ledger.note import SignerKey
from ledger.proof import VerificationError
from tests.credit.samples import penalty
from tests.parties.samples import uscc_of
from tests.web.credit_world import hand_in
from tests.web.epcis_world import new_key, seal_now, vkey_of
from tests.web.house import House, open_house

OWN, PERSON = uscc_of(1), "11010519491231002X"
MASKED: Final = {"cf_xdr_mc": "司马隐", "cf_xdr_lb": "自然人", "cf_xdr_shxym": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """A house with a sealed batch: a row of its producer, one of another party, one of a person."""

    house: House
    batch: CreditBatch

    def row(self, number: int, *, role: str = "authority") -> Any:
        return self.house.ask(
            "GET", f"/api/v1/credit/batches/{self.batch.id}/rows/{number}/proof", role=role
        )

    def fact(self, fact: str, **asked: Any) -> Any:
        return self.house.ask("GET", f"/api/v1/credit/facts/{fact}/proof", **asked)


@pytest.fixture(scope="module")
def proven(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proven]:
    folder: Path = tmp_path_factory.mktemp("proofs")
    house = open_house(f"sqlite:///{folder / 'suxin.db'}", folder)
    house.clock.instant = datetime(2026, 11, 25, 1, tzinfo=UTC)
    person = penalty(3, **MASKED, cf_xdr_zjlx="身份证", cf_xdr_zjhm=PERSON)
    own = penalty(1, cf_xdr_shxym=OWN)
    batch = hand_in(house, "penalty", own, penalty(2), person, penalty(4, cf_jdrq="2022-09-31"))
    seal_now(house)
    yield Proven(house=house, batch=batch)
    house.services.engine.dispose()


@pytest.fixture(scope="module")
def file(proven: Proven) -> bytes:
    return bytes(proven.row(2).get_data())


def test_a_row_is_proven_to_be_in_its_batch_as_it_was_entered(proven: Proven, file: bytes) -> None:
    checked = check_row(file, [vkey_of(proven.house)])

    entry = checked.entry
    assert (entry.seq, entry.payload["batch"]) == (proven.batch.seq, str(proven.batch.id))
    told = json.loads(json.loads(file)["body"])
    assert (told["row"], told["cells"]["cf_wsh"]) == (2, "青农罚〔2026〕1号")
    assert json.loads(file)["rows"] == 3


def test_not_one_byte_of_a_proof_can_be_changed(proven: Proven, file: bytes) -> None:
    key, taken = vkey_of(proven.house), []

    for at in range(0, len(file), 7):
        changed = bytearray(file)
        changed[at] ^= 1
        try:
            check_row(bytes(changed), [key])
        except AppError:
            continue
        taken.append(at)

    assert taken == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("row", 3),
        ("row", None),
        ("position", 1),
        ("position", False),
        ("rows", 4),
        ("path", []),
        ("body", "{}"),
        ("batch", "01a205ea-be80-7000-88ea-6bcfc0570f15"),
        ("format", "suxin-credit-row/3"),
        ("more", 1),
        ("about", None),
        ("about", {"feed": "penalty", "name": "别的公司"}),
    ],
)
def test_a_proof_that_says_something_else_in_its_right_spelling_is_refused(
    proven: Proven, file: bytes, field: str, value: JsonValue
) -> None:
    changed = canonical_bytes({**json.loads(file), field: value})

    with pytest.raises(AppError):
        check_row(changed, [vkey_of(proven.house)])


def test_a_proof_under_a_key_that_nobody_trusts_is_refused(proven: Proven, file: bytes) -> None:
    stranger = SignerKey.from_seed(vkey_of(proven.house).name, bytes([1] * 32)).verifier()

    with pytest.raises(VerificationError):
        check_row(file, [stranger])


def test_the_row_of_a_natural_person_is_proven_and_says_nothing(proven: Proven) -> None:
    data = proven.row(4).get_data()

    told = json.loads(data)
    assert (told["row"], told["body"], told["position"]) == (None, None, 2)
    assert check_row(data, [vkey_of(proven.house)]).entry.seq == proven.batch.seq


def test_a_proof_is_checked_at_the_console_without_a_server(
    proven: Proven, file: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, key = tmp_path / "row.json", vkey_of(proven.house).text()
    path.write_bytes(file)

    right = run_command_line(["credit", "check-row", str(path), "--key", key], {})
    path.write_bytes(file.replace(b"5.000000", b"6.000000"))
    wrong = run_command_line(["credit", "check-row", str(path), "--key", key], {})

    assert (right, wrong) == (0, 1)
    said = capsys.readouterr().out
    assert f"the row is in batch {proven.batch.id}" in said
    assert f"row 2 of its file is about feed: penalty; name: {penalty(1)['cf_xdr_mc']}" in said
    assert OWN in said


def test_a_proof_of_before_that_names_nobody_is_still_checked(proven: Proven, file: bytes) -> None:
    former = {name: value for name, value in json.loads(file).items() if name != "about"}

    checked = check_row(
        canonical_bytes({**former, "format": "suxin-credit-row/1"}), [vkey_of(proven.house)]
    )

    assert (checked.entry.seq, checked.row_number) == (proven.batch.seq, 2)


@pytest.mark.parametrize("number", [1, 5, 9, 1 << 40])
def test_a_row_that_counts_not_has_no_proof(proven: Proven, number: int) -> None:
    assert proven.row(number).status_code == 404


def test_a_producer_has_the_proof_of_its_own_fact_and_of_no_other(proven: Proven) -> None:
    house = proven.house
    own, other = _fact(house, OWN), _fact(house, penalty(2)["cf_xdr_shxym"])
    stranger, _ = new_key(house, 7)

    answers = {
        "own": proven.fact(own, role="producer"),
        "other": proven.fact(other, role="producer"),
        "stranger": proven.fact(own, headers={"Authorization": f"Bearer {stranger}"}),
        "auditor": proven.fact(other, role="auditor"),
        "old": proven.fact(other, role="auditor", query_string={"version": 1}),
        "future": proven.fact(other, role="auditor", query_string={"version": 2}),
        "none": proven.fact(str(UUID(int=0)), role="auditor"),
    }

    told = {name: answer.status_code for name, answer in answers.items()}
    assert told == {
        "own": 200,
        "other": 404,
        "stranger": 404,
        "auditor": 200,
        "old": 200,
        "future": 404,
        "none": 404,
    }
    assert check_row(answers["own"].get_data(), [vkey_of(house)]).entry.seq == proven.batch.seq


def test_a_producer_asks_for_no_row_by_its_number(proven: Proven) -> None:
    assert proven.row(2, role="producer").status_code == 403
    assert proven.row(2, role="anonymous").status_code == 401


def test_an_entry_that_is_not_sealed_yet_is_waited_for(proven: Proven) -> None:
    late = hand_in(proven.house, "penalty", penalty(9))

    answer = proven.house.ask(
        "GET", f"/api/v1/credit/batches/{late.id}/rows/2/proof", role="auditor"
    )

    assert answer.status_code == 404
    assert "not sealed yet" in answer.get_data(as_text=True)


def _fact(house: House, code: str) -> str:
    record = house.ask("GET", f"/api/v1/credit/record?uscc={code}", role="auditor").get_data()
    return str(json.loads(record)["facts"][0]["id"])
