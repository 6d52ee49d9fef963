"""Credit reports as the interface and the pages ask for them.

The rule that must stay true: a full report is given to the party itself or to an authority that
says what for; a natural person's to whoever shows an authorisation; and whoever verifies one is
told what its holder could read on it, and no fact.
"""

from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Final
from uuid import UUID

from base.db import reading
from base.errors import Forbidden, InputTooLarge, InvalidInput, NotFound, Problem
from codes.cn.persons import is_id_number
from credit.feeds.persons import is_minor, without_persons
from credit.folding.projector import bring_up_credit
from credit.folding.subjects import subject_id_of
from credit.intake.desk import person_key_of
from credit.reporting.issuing import ReportDesk, ReportWanted, issue_report, unknown_subject
from credit.reporting.layout import layout
from credit.reporting.making import Edition
from credit.reporting.numbers import code_of, is_code_of, number_typed
from credit.reporting.papers import hash_of_file, report_file
from credit.reporting.reading import (
    Access,
    IssuedReport,
    Standing,
    accesses,
    read_report,
    report_body,
    report_pdf,
    reports_of,
    standing_of_report,
)
from credit.subjects import subject_of_party, subject_then
from ledger.batch import Idempotency
from parties.actors import Actor, Role
from parties.directory import parties_by_id
from web.credit import book_of, code_asked, today
from web.credit_reading import brought_up, caught_up
from web.credit_report_paper import draw_report
from web.services import Services

GUARDIAN_CHARS_MAX: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportTyped:
    """What was asked for. A producer's own party where no code is given."""

    edition: Edition
    uscc: str = ""
    issued_to: str = ""
    purpose: str = ""
    day: date | None = None
    known_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonTyped:
    """Whose report is asked for, by an ID number that is kept nowhere, and by what right.

    `guardian` says of a minor who consented, and why the report is needed.
    """

    number: str
    issued_to: str
    purpose: str
    authorisation_hash: bytes
    authorised_until: date
    guardian: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What anybody with a report in hand is told: of a natural person no name."""

    report: IssuedReport
    standing: Standing
    name: str
    uscc: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What became of comparing a file: which of the issued ones it is, "" for none of them."""

    sha256: str
    same_as: str


def issue_for(
    parts: Services, actor: Actor, typed: ReportTyped, *, idempotency: Idempotency | None
) -> IssuedReport:
    """Issue a report of an enterprise; raises what `issue_report` does, and `Forbidden`."""
    caught_up(parts)
    with reading(parts.engine) as connection:
        own, own_name, own_code = _own(parts, actor)
        code = code_asked(typed.uscc) if typed.uscc else own_code
        if not code:
            raise _refusal(
                "uscc", "required", "Say by its social credit code which party is meant."
            )
        named = subject_then(connection, parts.log, code, typed.known_at)
        subject_id = named or unknown_subject(code)
    if actor.role is Role.PRODUCER and typed.edition is not Edition.PUBLIC and code != own_code:
        raise Forbidden(
            "A full report of another party is not yours to have; ask for a public one."
        )
    if typed.edition is Edition.PERSONAL:
        raise Forbidden("A natural person's report is asked for by another door.")
    if typed.known_at is not None and actor.role is not Role.AUTHORITY:
        raise Forbidden("Only an authority looks back at what was known earlier.")
    wanted = ReportWanted(
        edition=typed.edition,
        subject_id=own if own is not None and code == own_code else subject_id,
        uscc=code,
        # Whom it is issued to is no word of a producer's own: it is the party.
        issued_to=own_name or typed.issued_to,
        purpose=typed.purpose,
        day=typed.day,
        known_at=typed.known_at,
    )
    return _issue(parts, actor, wanted, idempotency)


def issue_personal_for(
    parts: Services, actor: Actor, typed: PersonTyped, *, idempotency: Idempotency | None
) -> IssuedReport:
    """Issue a natural person's report under an authorisation; its number is forgotten at once."""
    caught_up(parts)
    number = "".join(typed.number.split()).upper()
    wanted = ReportWanted(
        edition=Edition.PERSONAL,
        subject_id=person_asked(parts, number),
        uscc="",
        issued_to=typed.issued_to,
        purpose=typed.purpose,
        authorisation_hash=typed.authorisation_hash,
        authorised_until=typed.authorised_until,
        is_minor=is_minor_today(parts, number),
        # Of whoever is of age nobody else consents.
        guardian=without_persons(typed.guardian) if is_minor_today(parts, number) else "",
    )
    return _issue(parts, actor, wanted, idempotency)


def is_minor_today(parts: Services, number: str) -> bool:
    """Return whether the person of a number is a minor (民法典 art. 17)."""
    return is_minor(number, today(parts))


def person_asked(parts: Services, typed: str) -> UUID:
    """Return the id of the person whose number was typed; raises `InvalidInput` for no number."""
    number = "".join(typed.split()).upper()
    if not is_id_number(number):
        raise _refusal("number", "bad_person_number", "This is no ID number whose check fits.")
    return person_subject(parts, number)


def person_subject(parts: Services, number: str) -> UUID:
    """Return the id of a person by its number: nobody without the secret can make it."""
    return subject_id_of("person", person_key_of(parts.secret, number))


def reports_for(
    parts: Services, actor: Actor, *, before: int | None = None, rows_max: int
) -> list[IssuedReport]:
    """Return the reports that somebody asked for: one's own, or everybody's for an auditor."""
    own = None if actor.role is Role.AUDITOR else actor.id
    with reading(parts.engine) as connection:
        return reports_of(connection, parts.log, actor=own, before=before, rows_max=rows_max)


def own_report(parts: Services, actor: Actor, typed: str) -> IssuedReport:
    """Return a report that an actor asked for; raises `NotFound` for another's."""
    with reading(parts.engine) as connection:
        report = read_report(connection, parts.log, number_typed(typed))
    if report.actor != actor.id:
        raise NotFound("There is no report of that number.")
    return report


def pdf_for(parts: Services, actor: Actor, typed: str) -> bytes:
    """Return the paper of a report that an actor asked for, as it was issued."""
    report = own_report(parts, actor, typed)
    with reading(parts.engine) as connection:
        return report_pdf(connection, parts.log, report.number)


def json_for(parts: Services, actor: Actor, typed: str) -> bytes:
    """Return the file of a report that proves itself; `NotFound` until its entry is sealed."""
    report = own_report(parts, actor, typed)
    with reading(parts.engine) as connection:
        return report_file(connection, parts.log, report.number)


def verify_report(parts: Services, typed: str, code: str) -> Verified:
    """Return what a report is worth today; raises `NotFound` for a wrong number or code alike."""
    number = number_typed(typed)
    if not number or not is_code_of(parts.secret, number, code):
        raise NotFound("There is no report of that number and code.")
    brought_up(parts)
    with reading(parts.engine) as connection:
        report = read_report(connection, parts.log, number)
        standing = standing_of_report(connection, parts.log, report, today=today(parts))
        name, uscc = "", ""
        if not report.is_person:
            subject = report_body(connection, parts.log, number)["subject"]
            if isinstance(subject, dict):
                name, uscc = str(subject["name"]), str(subject["uscc"])
    return Verified(report=report, standing=standing, name=name, uscc=uscc)


def compare_file(parts: Services, typed: str, code: str, data: bytes) -> Compared:
    """Return whether a file is the report's paper or says what the report says."""
    bytes_max = layout().limits.compare_bytes
    if not data:
        raise _refusal("file", "required", "Choose the file of the report.")
    if len(data) > bytes_max:
        raise InputTooLarge(f"A file to compare has up to {bytes_max} bytes.")
    report = verify_report(parts, typed, code).report
    told, is_json = hash_of_file(data)
    if is_json and told == report.report_hash:
        return Compared(sha256=told.hex(), same_as="json")
    plain = sha256(data).digest()
    return Compared(sha256=plain.hex(), same_as="pdf" if plain == report.pdf_hash else "")


def accesses_for(
    parts: Services, actor: Actor, *, before: datetime | None = None, rows_max: int
) -> list[Access]:
    """Return who looked at a producer's own record, or at anybody's for an auditor.

    An authority sees where it looked itself.
    """
    subject_id: UUID | None = None
    if actor.role is Role.PRODUCER:
        subject_id, _name, _code = _own(parts, actor)
        if subject_id is None:
            return []
    with reading(parts.engine) as connection:
        return accesses(
            connection,
            parts.log,
            subject_id=subject_id,
            actor=None if actor.role in (Role.PRODUCER, Role.AUDITOR) else actor.id,
            before=before,
            rows_max=rows_max,
        )


def link_of(parts: Services, number: str) -> str:
    """Return what the code on a report's paper leads to."""
    root = parts.settings.effective_public_url.rstrip("/")
    return f"{root}/credit/reports/{number}?code={code_of(parts.secret, number)}"


def _issue(
    parts: Services, actor: Actor, wanted: ReportWanted, idempotency: Idempotency | None
) -> IssuedReport:
    desk = ReportDesk(
        journal=parts.credit_journal,
        clock=parts.clock,
        secret=parts.secret,
        book=book_of(parts),
        draw=lambda value: draw_report(parts, value, link=link_of(parts, str(value["number"]))),
        bring_up=lambda: bring_up_credit(parts.engine, parts.log),
    )
    number = issue_report(desk, actor, wanted, idempotency=idempotency)
    with reading(parts.engine) as connection:
        return read_report(connection, parts.log, number)


def _own(parts: Services, actor: Actor) -> tuple[UUID | None, str, str]:
    """Return a producer's own subject, name and code; nothing for anybody else."""
    if actor.party_id is None:
        return None, "", ""
    with reading(parts.engine) as connection:
        card = parties_by_id(connection, [actor.party_id]).get(actor.party_id)
        if card is None or not card.uscc:
            return None, "", ""
        found = subject_of_party(connection, parts.log, actor.party_id)
        return found or unknown_subject(card.uscc), card.name_zh, card.uscc


def _refusal(path: str, code: str, message: str) -> InvalidInput:
    return InvalidInput(message, problems=(Problem(path=path, code=code, message=message),))
