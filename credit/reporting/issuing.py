"""Issues a report: made, drawn, entered in the ledger, and only then handed out.

The rule that must stay true: no report leaves the house whose hash the ledger does not hold, and
none of a natural person without a purpose and an authorisation that is in force.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from base.clock import CIVIL_ZONE, Clock
from base.db import reading
from base.errors import InvalidInput, Problem
from base.installation_secret import InstallationSecret
from base.strict_json import JsonObject
from credit.feeds.model import CodeScheme, SubjectKind
from credit.folding.subjects import subject_id_of
from credit.periods import corresponding_day
from credit.reporting.entries import ReportNote, report_draft
from credit.reporting.facts import About, about
from credit.reporting.layout import layout
from credit.reporting.making import Asked, Edition, Made, make_report
from credit.reporting.numbers import new_number
from credit.reporting.tables import PURPOSE_CHARS_MAX
from credit.rulebook.model import Book
from credit.tables import NAME_CHARS_MAX
from ledger.batch import Batch, Idempotency
from ledger.canonical import canonical_bytes
from ledger.journal import Journal
from parties.actors import Actor

_SALT_BYTES: Final = 16

Draw = Callable[[JsonObject], bytes]
"""Draws what a report says as a PDF."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDesk:
    """What issuing a report needs. `bring_up` makes what was appended count."""

    journal: Journal
    clock: Clock
    secret: InstallationSecret
    book: Book
    draw: Draw
    bring_up: Callable[[], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportWanted:
    """What somebody wants: whose report, in which edition, of which day, for whom and what for.

    `guardian` says who consented for a minor.
    """

    edition: Edition
    subject_id: UUID
    uscc: str
    issued_to: str
    purpose: str
    day: date | None = None
    known_at: datetime | None = None
    authorisation_hash: bytes | None = None
    authorised_until: date | None = None
    is_minor: bool = False
    guardian: str = ""

    @property
    def purpose_told(self) -> str:
        """Return what the report is for as paper and log tell it: for a minor, who consented."""
        if not self.guardian:
            return self.purpose
        return f"{self.purpose}（未成年人，监护人授权：{self.guardian}）"


def issue_report(
    desk: ReportDesk,
    actor: Actor,
    wanted: ReportWanted,
    *,
    idempotency: Idempotency | None = None,
) -> str:
    """Issue a report and return its number; the same request is one report.

    Raises `InvalidInput` for what a report may not be asked for, `InputTooLarge` for too many
    facts.
    """
    desk.bring_up()
    now = desk.clock.now()
    today = now.astimezone(CIVIL_ZONE).date()
    _check(wanted, now, today)
    number = new_number(today)
    with reading(desk.journal.engine) as connection:
        who = _about(connection, desk.journal.log, wanted)
        asked = Asked(
            number=number,
            edition=wanted.edition,
            who=who,
            day=wanted.day or today,
            known_at=wanted.known_at,
            issued_to=wanted.issued_to,
            purpose=wanted.purpose_told,
            is_minor=wanted.is_minor,
            # Nobody can try out what the hash of a person's report stands for.
            salt=secrets.token_hex(_SALT_BYTES) if wanted.edition is Edition.PERSONAL else "",
        )
        made = make_report(connection, desk.journal.log, desk.book, asked, now=now)
    receipt = desk.journal.append(
        Batch(
            actor=actor.id,
            subject=number,
            drafts=(report_draft(_note(desk, wanted, asked, made, now)),),
            idempotency=idempotency,
        )
    )
    desk.bring_up()
    return receipt.subject


def _note(
    desk: ReportDesk, wanted: ReportWanted, asked: Asked, made: Made, now: datetime
) -> ReportNote:
    body, pdf = canonical_bytes(made.value), desk.draw(made.value)
    return ReportNote(
        number=asked.number,
        edition=asked.edition.value,
        subject_id=wanted.subject_id,
        is_person=asked.edition is Edition.PERSONAL,
        issued_to=wanted.issued_to,
        purpose=wanted.purpose_told,
        day=asked.day,
        known_at=asked.known_at or now,
        issued_at=now,
        is_current=asked.known_at is None and asked.day == now.astimezone(CIVIL_ZONE).date(),
        report_hash=sha256(body).digest(),
        pdf_hash=sha256(pdf).digest(),
        facts_hash=made.facts_hash,
        body=body,
        pdf=pdf,
        authorisation_hash=wanted.authorisation_hash,
        authorised_until=wanted.authorised_until,
    )


def _about(connection: Connection, log: int, wanted: ReportWanted) -> About:
    """Return whom the report is about; a party that nobody told of is said to be unknown."""
    is_person = wanted.edition is Edition.PERSONAL
    # Of a person no row is kept but its facts: who it is stands in none of them.
    found = None
    if not is_person:
        found = about(connection, log, wanted.subject_id, known_at=wanted.known_at)
    if found is not None:
        return found
    return About(
        subject_id=wanted.subject_id,
        kind=SubjectKind.PERSON.value if is_person else SubjectKind.ENTERPRISE.value,
        name="",
        region="",
        industry="",
        codes=((CodeScheme.USCC.value, wanted.uscc),) if wanted.uscc else (),
        is_known=False,
    )


def unknown_subject(uscc: str) -> UUID:
    """Return the id under which a party is asked for that nobody has told of yet."""
    return subject_id_of(CodeScheme.USCC, uscc)


def _check(wanted: ReportWanted, now: datetime, today: date) -> None:
    """Refuse what a report may not be: of days to come, without a purpose, unauthorised."""
    for name, text, chars_max in (
        ("issued_to", wanted.issued_to, NAME_CHARS_MAX),
        ("purpose", wanted.purpose and wanted.purpose_told, PURPOSE_CHARS_MAX),
    ):
        if not text or len(text) > chars_max:
            raise _refusal(name, "length", f"Say in 1 to {chars_max} characters.")
    if wanted.day is not None and wanted.day > today:
        raise _refusal("day", "future", "No report tells of a day that has not come.")
    if wanted.known_at is not None and wanted.known_at > now:
        raise _refusal("known_at", "future", "Nothing is known of an instant to come.")
    if wanted.edition is Edition.PUBLIC and (wanted.day not in (None, today) or wanted.known_at):
        raise _refusal("day", "public", "A public report is of today: what is over is not in it.")
    if wanted.edition is Edition.PERSONAL:
        _check_authorisation(wanted, today)


def _check_authorisation(wanted: ReportWanted, today: date) -> None:
    if wanted.authorisation_hash is None:
        raise _refusal("authorisation", "required", "Give the SHA-256 of the person's paper.")
    if wanted.authorised_until is None or wanted.authorised_until < today:
        raise _refusal("authorised_until", "past", "The authorisation is not in force any more.")
    last_on = authorised_to(today)
    if wanted.authorised_until > last_on:
        message = f"An authorisation is taken up to {last_on.isoformat()} today: ask for a new one."
        raise _refusal("authorised_until", "too_far", message)
    if wanted.is_minor and not wanted.guardian:
        raise _refusal(
            "guardian",
            "minor",
            "The person is a minor: say who consented as guardian, and why the report is needed.",
        )


def authorised_to(today: date) -> date:
    """Return the last day up to which an authorisation that is shown today may be given."""
    return corresponding_day(today, layout().authorisation_months(today))


def _refusal(path: str, code: str, message: str) -> InvalidInput:
    return InvalidInput(message, problems=(Problem(path=path, code=code, message=message),))
