"""Every case of `cases_of_law.yaml` in one ledger: a party each, told of through the doors."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from trace.recall.workdays import workdays_after
from trace.sheets.grid import GridLimits
from typing import Any
from uuid import UUID, uuid4

import yaml

from base.clock import CIVIL_ZONE
from base.db import reading, transaction
from credit.cases.model import CaseNote
from credit.cases.taking import CaseDesk, take_step
from credit.checking import Answer, check_party
from credit.feeds.registry import FEEDS
from credit.folding.projector import bring_up_credit
from credit.index import open_credit_journal
from credit.intake.batches import BatchState, Door
from credit.intake.taking import IntakeDesk, take_batch
from credit.list_reading import AsKnown, search_list
from credit.offices import EVERY, grant_office
from credit.records import FactRow, facts_of
from credit.reporting.reasons import because_of, records_of
from credit.rulebook.lists import credit_lists
from credit.rulebook.model import Book, Rule
from credit.rulebook.reading import rulebook
from credit.subjects import subject_of_code
from parties.actors import Actor, Role, actor_of_key
from parties.drafts import PartyDraft
from parties.register import register_party
from parties.tables import PartyKind
from tests.credit.samples import AUTHORITY, COLLEAGUE, csv_of, defaulter, penalty, serious, uscc
from tests.instances import Installation, open_installation

LISTED_ON = date(2026, 12, 1)
"""The day on which what is decided here is decided."""
TODAY = date(2026, 12, 2)
_FILE = Path(__file__).with_name("cases_of_law.yaml")
_NOTICED_ON = date(2026, 11, 23)


@cache
def law_cases() -> dict[str, dict[str, Any]]:
    """Return the cases by their names."""
    read = yaml.load(_FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return {one["id"]: one for one in read["cases"]}


def code_of(name: str) -> str:
    """Return the social credit code of the party that a case is about."""
    return uscc(list(law_cases()).index(name) + 1)


@dataclass(slots=True, kw_only=True)
class LawWorld:
    """The ledger with every case in it, and what it answers about the party of one."""

    installation: Installation
    desk: CaseDesk

    def book_of(self, name: str) -> Book:
        """Return the rulebook of the place that a case is in."""
        return rulebook().for_region(str(law_cases()[name].get("region", "")))

    def answer(self, name: str, day: date) -> Answer:
        """Return what a counter is told of the party on a day."""
        with self._reading() as connection:
            return check_party(
                connection,
                self.installation.log,
                self.book_of(name),
                uscc=code_of(name),
                matter=None,
                day=day,
            )

    def fact(self, name: str) -> FactRow:
        """Return the record that a case is about: the newest one of its party."""
        return self.facts(name)[0]

    def facts(self, name: str, known_at: datetime | None = None) -> list[FactRow]:
        """Return the records of the party, the newest decision first."""
        with self._reading() as connection:
            log = self.installation.log
            subject = subject_of_code(connection, log, code_of(name))
            assert subject is not None
            found = facts_of(connection, log, subject, known_at=known_at, rows_max=10)
        return [one for one in found if one.kind != "registration"]

    def because(self, name: str) -> tuple[Rule, ...]:
        """Return the rows of law that the record's days stand on."""
        fact = self.fact(name)
        with self._reading() as connection:
            records = records_of(connection, self.installation.log, [fact])
        return because_of(fact, records.get(fact.id), self.book_of(name)).rules

    def listed(
        self, list_id: str, day: date, known_at: datetime | None = None
    ) -> list[tuple[str, UUID, date | None]]:
        """Return who is on a list on a day, as known now or at an instant, and until when."""
        with self._reading() as connection:
            asked = AsKnown(list_id=list_id, day=day, known_at=known_at)
            page = search_list(connection, self.installation.log, asked, rows_max=100)
        return [(one.code, one.entry.fact_id, one.entry.stops_on) for one in page.listed]

    def take(self, name: str, actor: Actor, kind: str, step: str, case: UUID, **more: Any) -> int:
        """Take a step of a case about the party."""
        with self._reading() as connection:
            subject = subject_of_code(connection, self.installation.log, code_of(name))
        assert subject is not None
        values: dict[str, Any] = {"reason": law_cases()[name]["about"], "fact_ids": (), **more}
        note = CaseNote(
            case_id=case, kind=kind, step=step, subject_id=subject, party_id=None, **values
        )
        return take_step(self.desk, actor, note)

    def party(self, name: str) -> Actor:
        """Return the party of a case as it asks for repair itself, registered with its code."""
        code = code_of(name)
        draft = PartyDraft(uscc=code, name_zh=name[:40], kind=PartyKind.FARM)
        with transaction(self.installation.engine) as connection:
            now = self.installation.clock.now()
            party_id = register_party(connection, draft, now=now).id
        return actor_of_key(key_id=UUID(int=int(code[8:16])), role=Role.PRODUCER, party_id=party_id)

    def at(self, day: date) -> None:
        """Let it be nine o'clock of a day in China."""
        self.installation.clock.instant = datetime.combine(
            day, time(9), tzinfo=CIVIL_ZONE
        ).astimezone(UTC)

    def _reading(self) -> Any:
        return reading(self.installation.engine)


def open_law_world(url: str) -> LawWorld:
    """Tell an empty ledger of every case: what feeds say in batches, the rest by decisions."""
    installation = open_installation(url)
    world = LawWorld(installation=installation, desk=_desk(installation))
    world.at(_NOTICED_ON)
    grant_office(
        installation.engine,
        actor=EVERY,
        authority=EVERY,
        code="",
        now=installation.clock.now(),
        record=lambda *_: None,
    )
    intake = IntakeDesk(
        journal=world.desk.journal,
        clock=installation.clock,
        secret=installation.secret,
        limits=GridLimits(rows_max=1000, bytes_max=1 << 20, unzipped_bytes_max=1 << 22),
    )
    rows: dict[str, list[dict[str, str]]] = {}
    for feed, row in _rows():
        rows.setdefault(feed, []).append(row)
    _hand_in(intake, "registration", csv_of(rows.pop("registration")))
    world.desk.bring_up()
    decided = [name for name, case in law_cases().items() if "decides" in case]
    cases = {name: uuid4() for name in decided}
    for name in decided:
        _notice(world, name, cases[name])
    # Nothing is told before the day of its decision.
    world.at(LISTED_ON)
    for feed, found in rows.items():
        _hand_in(intake, feed, csv_of(found))
    world.desk.bring_up()
    for name in decided:
        decision = {"decision": f"决〔2026〕{code_of(name)}", "decided_on": LISTED_ON}
        article = f"《食品安全法》{law_cases()[name]['article']}"
        world.take(name, AUTHORITY, "listing", "list", cases[name], article=article, **decision)
    world.at(TODAY)
    return world


def _desk(installation: Installation) -> CaseDesk:
    engine, log = installation.engine, installation.log
    return CaseDesk(
        journal=open_credit_journal(installation.settings, engine, installation.clock),
        clock=installation.clock,
        book=rulebook().for_region(""),
        workdays=workdays_after,
        bring_up=lambda: bring_up_credit(engine, log),
    )


def _hand_in(intake: IntakeDesk, feed: str, body: bytes) -> None:
    taken = take_batch(intake, AUTHORITY, FEEDS[feed], body, door=Door.FILE)
    if taken.state is BatchState.HELD:
        taken = take_batch(intake, COLLEAGUE, FEEDS[feed], body, door=Door.FILE, is_released=True)
    assert taken.state is BatchState.ACCEPTED
    assert taken.quarantined == 0, feed


def _notice(world: LawWorld, name: str, case: UUID) -> None:
    decides = law_cases()[name]["decides"]
    found = credit_lists()[law_cases()[name]["list"]]
    terms = {
        "list": found.id,
        "measures": decides["measures"],
        "authority": "market_regulation",
        "authority_name": "青岛市市场监督管理局",
    }
    article = f"《食品安全法》{law_cases()[name]['article']}"
    world.take(name, AUTHORITY, "listing", "notice", case, article=article, terms=terms)
    world.take(name, AUTHORITY, "listing", "serve", case, served_on=_NOTICED_ON)


def _rows() -> Iterator[tuple[str, dict[str, str]]]:
    for number, (name, case) in enumerate(law_cases().items(), start=1):
        code = code_of(name)
        yield (
            "registration",
            {
                "name": f"青岛第{number}食品有限公司",
                "uscc": code,
                "kind": "法人",
                "region": "370200",
                "established_on": "2010-01-04",
                "status": "存续",
                "authority": "青岛市市场监督管理局",
            },
        )
        for told in case.get("tells", ()):
            ((feed, changes),) = told.items()
            yield feed, _row(feed, number, {key: str(value) for key, value in changes.items()})


def _row(feed: str, number: int, changes: dict[str, str]) -> dict[str, str]:
    name, code = f"青岛第{number}食品有限公司", uscc(number)
    match feed:
        case "penalty":
            return penalty(number, **changes)
        case "serious_listing":
            return serious(number, **changes)
        case "judgment_default":
            return defaulter(number, **changes)
        case "tax_case":
            row = {
                "nsrmc": name,
                "nsrsbh": code,
                "ajsbq": "第1季度",
                "ajxz": "偷税",
                "wfss": "少缴增值税100.3万元",
                "flyj": "《税收征收管理法》第六十三条，处以罚款",
                "jg": "国家税务总局青岛市税务局稽查局",
            }
        case "tax_grade":
            row = {"nsrsbh": code, "nsrmc": name, "jb": "A", "jg": "国家税务总局青岛市税务局"}
        case "abnormal_listing":
            row = {
                "name": name,
                "uscc": code,
                "ground": "未按期公示年度报告",
                "list_no": f"青异〔2024〕{number}号",
                "authority": "青岛市市场监督管理局",
            }
        case "honour":
            row = {
                "name": name,
                "uscc": code,
                "honour": "诚信示范企业",
                "number": f"青市监〔2026〕{number}号",
                "authority": "青岛市市场监督管理局",
            }
        case _:
            row = {
                "name": name,
                "uscc": code,
                "role": "生产",
                "product": "花生油",
                "sample_no": f"样{number}",
                "result": "不合格",
                "failed_item": "黄曲霉毒素B1",
                "authority": "青岛市市场监督管理局",
            }
    return {**row, **changes}
