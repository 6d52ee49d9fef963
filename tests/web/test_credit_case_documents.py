"""A document of a case is read wherever the case's party goes, and by nobody else."""

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from shutil import rmtree
from typing import Any
from urllib.parse import urlencode

import pytest

from base.db import reading
from credit.subjects import subject_of_code
from tests.credit.naming_world import registered
from tests.credit.samples import penalty, uscc
from tests.web.credit_world import hand_in
from tests.web.house import House
from tests.web.issuing_world import errors_of, made, send
from tests.web.signed_in import Visitor, sign_in
from tests.web.test_credit_case_pages import NEW, NOTICE, PAPER, ask, code_of
from tests.web.work_world import text_of

JUDGEMENTS = "/api/v1/credit/judgements"
HASH = sha256(PAPER).hexdigest()
LATER = b"%PDF-1.7 later"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """A repair that was asked for with a document, at `at`; its party, and the second code."""

    house: House
    at: str
    party: Visitor

    @property
    def document(self) -> str:
        return f"{self.at}/documents/{HASH}"

    @property
    def files(self) -> Path:
        return self.house.services.settings.effective_files_dir


@pytest.fixture
def handed(house: House) -> Handed:
    house.clock.instant += timedelta(days=300)
    own = penalty(1, cf_xdr_shxym=code_of(house), cf_jdrq="2026-04-01")
    hand_in(house, "penalty", own)
    hand_in(house, "registration", registered(2, "青岛第2食品有限公司"))
    party = sign_in(house)
    facts = send(house, "GET", "/api/v1/credit/record").get_json()["facts"]
    answer = ask(party, str(facts[0]["id"]))
    assert answer.status_code == 303, text_of(answer)
    return Handed(house=house, at=answer.headers["Location"].partition("?")[0], party=party)


def _join(house: House) -> str:
    """Say that the party's code is now the second one; return the judgement."""
    old, new = (_subject(house, code) for code in (code_of(house), uscc(2)))
    body = {"party": old, "subject": new, "verdict": "positive", "reason": "吸收合并"}
    return str(made(send(house, "POST", JUDGEMENTS, body, role="authority"))["id"])


def _subject(house: House, code: str) -> str:
    with reading(house.services.engine) as connection:
        return str(subject_of_code(connection, house.services.log, code))


def _part(house: House, judgement: str) -> None:
    path = f"{JUDGEMENTS}/{judgement}/undo"
    answer = send(house, "POST", path, {"reason": "登记有误"}, role="authority")
    assert answer.status_code == 200, answer.get_data(as_text=True)


def _read(handed: Handed) -> list[bytes]:
    """Return what the party and an authority get, each by the link on the case's page."""
    found = []
    for reader in (handed.party, sign_in(handed.house, "authority")):
        assert f'href="{handed.document}"' in text_of(reader.get(handed.at))
        found.append(reader.get(handed.document).data)
    return found


def test_a_document_is_read_before_a_join_after_it_and_once_it_is_undone(handed: Handed) -> None:
    assert _read(handed) == [PAPER] * 2
    judgement = _join(handed.house)
    assert _read(handed) == [PAPER] * 2

    _part(handed.house, judgement)

    assert _read(handed) == [PAPER] * 2


def test_what_is_handed_in_while_two_are_one_stays_with_the_case(handed: Handed) -> None:
    judgement, authority = _join(handed.house), sign_in(handed.house, "authority")
    document = _resubmit(handed, authority)

    _part(handed.house, judgement)

    assert [one.get(document).data for one in (handed.party, authority)] == [LATER] * 2
    assert _read(handed) == [PAPER] * 2


def test_what_lay_with_the_party_that_it_was_joined_to_is_found_once_they_are_two(
    handed: Handed,
) -> None:
    judgement, authority = _join(handed.house), sign_in(handed.house, "authority")
    document = _resubmit(handed, authority)
    # As it was before documents lay with their case.
    case_id, name = handed.at.rpartition("/")[2], sha256(LATER).hexdigest()
    place = handed.files / "documents" / _subject(handed.house, uscc(2)) / "credit"
    place.mkdir(parents=True)
    (handed.files / "cases" / case_id / "credit" / name).rename(place / name)

    _part(handed.house, judgement)

    assert [one.get(document).data for one in (handed.party, authority)] == [LATER] * 2


def _resubmit(handed: Handed, authority: Visitor) -> str:
    """Let the repair be returned and handed in again with another document; return its address."""
    steps = f"{handed.at}/steps"
    again: dict[str, Any] = {"documents": (BytesIO(LATER), "补正.pdf")}
    returned = authority.post(steps, page=handed.at, step="return", reason="缺凭证")
    resubmitted = handed.party.post(steps, page=handed.at, step="resubmit", **again)
    assert (returned.status_code, resubmitted.status_code) == (303, 303)
    return f"{handed.at}/documents/{sha256(LATER).hexdigest()}"


def test_what_lay_with_the_party_alone_is_found_wherever_the_party_went(handed: Handed) -> None:
    # As it was before documents lay with their case.
    rmtree(handed.files / "cases")

    assert _read(handed) == [PAPER] * 2
    judgement = _join(handed.house)
    assert _read(handed) == [PAPER] * 2
    _part(handed.house, judgement)

    assert _read(handed) == [PAPER] * 2


def test_whoever_names_the_hash_of_another_s_document_gets_nothing_by_it(handed: Handed) -> None:
    authority = sign_in(handed.house, "authority")
    page = f"{NEW}?kind=listing&uscc={uscc(2)}"
    named = {f"document-{HASH}": "别人的.pdf"}

    opened = authority.post(NEW, page=page, uscc=uscc(2), **NOTICE, **named)

    at = opened.headers["Location"].partition("?")[0]
    assert f"{at}/documents/{HASH}" not in text_of(authority.get(at))
    assert authority.get(f"{at}/documents/{HASH}").status_code == 404
    assert authority.get(f"{at}/documents/{'0' * 64}").status_code == 404


def test_an_undoing_that_an_open_case_stands_on_is_refused_in_words_on_the_page(
    handed: Handed,
) -> None:
    house, authority = handed.house, sign_in(handed.house, "authority")
    judgement = _join(house)
    fact = send(house, "GET", f"/api/v1/credit/record?uscc={uscc(2)}", role="authority")
    annulled = authority.post(
        NEW,
        page=f"{NEW}?kind=withdrawal&uscc={uscc(2)}",
        kind="withdrawal",
        uscc=uscc(2),
        reason="复议撤销",
        decision="青政复〔2026〕1号",
        decided_on="2026-12-26",
        **{f"fact-{fact.get_json()['facts'][0]['id']}": "1"},
    )
    case_id = annulled.headers["Location"].partition("?")[0].rpartition("/")[2]
    codes = {"old": code_of(house), "new": uscc(2)}
    page = "/work/credit/names/codes?" + urlencode(codes)

    refused = authority.post(
        "/work/credit/names/codes/undone",
        page=page,
        judgement=judgement,
        reason="登记有误",
        **codes,
    )
    over_http = send(
        house, "POST", f"{JUDGEMENTS}/{judgement}/undo", {"reason": "登记有误"}, role="authority"
    )

    assert (refused.status_code, over_http.status_code) == (400, 409)
    assert "请先办结，或者由当事人撤回申请" in text_of(refused)
    assert case_id in text_of(refused)
    assert errors_of(over_http) == ["judgement"]
