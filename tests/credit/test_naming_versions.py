"""Versions of the naming rules: each answers as it always did, and a rebuild reads by it again."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import yaml
from sqlalchemy import select

from base.db import reading, transaction
from base.errors import LedgerCorrupt
from credit.feeds.interpreting import interpret
from credit.feeds.registry import FEEDS
from credit.folding.mentions import Told, mention_id_of
from credit.folding.projector import bring_up_credit, forget_credit
from credit.intake.entries import batch_of
from credit.intake.taking import IntakeDesk
from credit.judging.entries import Judged
from credit.naming import words as rules
from credit.naming.comparing import Side, compare
from credit.naming.finding import Wanted, find_by_name
from credit.naming.keys import keys_of
from credit.naming.places import named_places
from credit.tables import CREDIT_NAME
from ledger.store import read_entries
from tests.credit.naming_world import (
    hand_in,
    parties_of_facts,
    queue,
    registered,
    say,
    who,
)
from tests.credit.rebuilding import differences, rebuild
from tests.credit.samples import penalty, serious, uscc
from tests.instances import Installation

VECTORS = Path(__file__).parent
SHOPS = ["商店", "超市"]
FIRST, SECOND = "青农罚〔2026〕1号", "青农罚〔2026〕2号"

Release = Callable[..., None]


@pytest.fixture
def release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Release]:
    """Give what makes a release of versions: to the second a shop and a market are one form."""
    told = yaml.safe_load((rules.RULES_DIR / "1.yaml").read_text("utf-8"))
    later = {**told, "version": 2, "forms": {**told["forms"], "shop": SHOPS}}
    later["own_forms"] = [one for one in told["own_forms"] if one not in SHOPS]
    later["industries"] = [*told["industries"], "魔芋"]

    def make(*versions: int) -> None:
        for path in tmp_path.glob("*.yaml"):
            path.unlink()
        for one in versions:
            text = yaml.safe_dump(told if one == 1 else later, allow_unicode=True)
            (tmp_path / f"{one}.yaml").write_text(text, "utf-8")
        _read_anew()

    monkeypatch.setattr(rules, "RULES_DIR", tmp_path)
    yield make
    monkeypatch.undo()
    _read_anew()


def _read_anew() -> None:
    rules.words.cache_clear()
    rules.every_version.cache_clear()


def _named_twice(intake: IntakeDesk, number: int) -> int:
    """Hand in a party and a penalty of its code with another form; return the rules it names."""
    if number == 1:
        hand_in(intake, "serious_listing", serious(9, name="青岛蓝珠商店"))
    told = penalty(number, cf_xdr_mc="青岛蓝珠超市", cf_xdr_shxym=uscc(9))
    seq = hand_in(intake, "penalty", told).seq
    assert seq is not None
    with reading(intake.journal.engine) as connection:
        entries = read_entries(connection, intake.journal.log, [seq])
    return batch_of(entries[seq]).naming


@pytest.mark.parametrize("version", sorted(rules.every_version()))
def test_a_version_answers_as_it_always_did(version: int) -> None:
    vector = json.loads((VECTORS / f"naming-{version}.json").read_text("utf-8"))
    table = rules.every_version()[version]

    said = [
        [told, region, known, seat, _outcome(table, told, region, known, seat)]
        for told, region, known, seat, _ in vector["compared"]
    ]
    keys = [[name, *_keys(table, name)] for name, *_ in vector["keys"]]

    assert said == vector["compared"]
    assert keys == vector["keys"]
    # Words that no name of the vector has are the rules of that version all the same.
    assert _fingerprints(version) == vector["sha256"]


@pytest.mark.parametrize("version", sorted(rules.every_version()))
def test_a_mention_has_the_id_that_judgements_name(version: int) -> None:
    vector = json.loads((VECTORS / f"naming-{version}.json").read_text("utf-8"))
    table = rules.every_version()[version]

    said = [[name, code, _mention(table, name, code)] for name, code, _ in vector["mentions"]]

    assert said == vector["mentions"]


def _mention(table: rules.Words, name: str, code: str) -> str:
    row = penalty(1, cf_xdr_mc=name, cf_xdr_shxym=code)
    read = interpret(FEEDS["penalty"], row, received_on=date(2026, 11, 23))
    assert read.record is not None
    told = Told(fact_id=UUID(int=7), record=read.record, subject_id=None, is_shared=False)
    return str(mention_id_of("penalty", told, table))


def _outcome(table: rules.Words, told: str, region: str, known: str, seat: str) -> str:
    return compare(Side(name=told, region=region), Side(name=known, region=seat), table).outcome


def _keys(table: rules.Words, name: str) -> tuple[str, str, str]:
    keys = keys_of(name, table)
    return keys.core, keys.head, keys.tail


def _fingerprints(version: int) -> dict[str, str]:
    told = yaml.safe_load((rules.RULES_DIR / f"{version}.yaml").read_text("utf-8"))
    characters = rules.every_version()[version].traditional
    return {
        "words": _hash(told),
        "characters": _hash(sorted(characters.items())),
        "places": _hash(sorted(named_places().items())),
    }


def _hash(told: Any) -> str:
    return sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


def test_what_a_person_said_holds_after_an_upgrade_and_a_rebuild(
    installation: Installation, intake: IntakeDesk, release: Release
) -> None:
    release(1)
    _named_twice(intake, 1)
    (waiting,) = queue(intake).waiting
    say(intake, waiting.mention.id, who(intake, 9), Judged.NEGATIVE)

    release(1, 2)
    rebuild(installation)

    (left,) = queue(intake).waiting
    assert (left.mention.id, left.mention.why) == (waiting.mention.id, "mismatch")
    assert [one.verdict for one in left.judgements] == ["negative"]
    assert parties_of_facts(intake)[FIRST] is None


def test_what_comes_later_is_read_by_the_new_rules(
    installation: Installation, intake: IntakeDesk, release: Release
) -> None:
    release(1)
    first = _named_twice(intake, 1)
    release(1, 2)

    second = _named_twice(intake, 2)

    assert (first, second) == (1, 2)
    assert queue(intake).total == 1
    assert parties_of_facts(intake)[SECOND] == who(intake, 9)
    rebuild(installation)
    assert queue(intake).total == 1


def test_a_name_is_found_whichever_rules_it_was_noted_under(
    intake: IntakeDesk, release: Release
) -> None:
    release(1)
    hand_in(intake, "registration", registered(1, "青岛蓝珠魔芋有限公司"))
    release(1, 2)
    hand_in(intake, "registration", registered(2, "烟台蓝珠魔芋有限公司", region="370600"))

    with reading(intake.journal.engine) as connection:
        wanted = Wanted(side=Side(name="蓝珠魔芋公司"))
        found = find_by_name(connection, intake.journal.log, wanted)
        cores = list(connection.execute(select(CREDIT_NAME.c.core).order_by(CREDIT_NAME.c.seq)))

    assert [row.core for row in cores] == ["蓝珠魔芋", "蓝珠"]
    assert {one.uscc for one in found} == {uscc(1), uscc(2)}


def test_a_release_that_lacks_the_rules_of_an_entry_stops_and_says_so(
    installation: Installation, intake: IntakeDesk, release: Release
) -> None:
    release(1, 2)
    _named_twice(intake, 1)
    release(1)

    ((_, code, message),) = differences(installation)
    with transaction(installation.engine) as connection:
        forget_credit(connection, installation.log)
    with pytest.raises(LedgerCorrupt, match="naming rules 2"):
        bring_up_credit(installation.engine, installation.log)

    assert code == "credit_unreadable"
    assert "the newest of this release are 1" in message
