"""Forms of cases: what a step asks for, read into the note that the ledger takes.

The rule that must stay true: nothing that was typed or handed in is lost when something else was
wrong; a file that was read once is named by its hash when the form comes back.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from flask import request

from base.errors import InputTooLarge, InvalidInput
from credit.cases.kinds import CaseKind, Need, Step
from credit.cases.model import CaseNote, Document
from credit.rulebook.code_lists import code_lists
from credit.rulebook.lists import credit_lists
from credit.rulebook.model import Book
from ledger.batch import Idempotency
from web.credit_documents import (
    NAME_CHARS_MAX,
    drawer_of_case,
    drawer_of_party,
    keep_documents,
)
from web.idempotency import request_hash
from web.pages.credit.asking import legal_day
from web.pages.languages import say as _
from web.pages.work_forms import Form, once_of
from web.services import services

REASON_CHARS_MAX: Final = 2000
WORD_CHARS_MAX: Final = 200
DOCUMENTS_MAX: Final = 20
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_KEPT: Final = "document-"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOf:
    """Which case a form is about."""

    case_id: UUID
    kind: CaseKind
    subject_id: UUID
    fact_ids: tuple[UUID, ...] = ()


def note_typed(form: Form, of: CaseOf, step: Step, book: Book) -> CaseNote:
    """Return the note of a form; what is wrong with a field is noted on the form."""
    reason = form.text("reason")
    if len(reason) > REASON_CHARS_MAX:
        form.wrong("reason", _("At most %(most)s characters.", most=f"{REASON_CHARS_MAX:,}"))
    words = {name: " ".join(form.text(name).split()) for name in ("article", "decision")}
    for name, text in words.items():
        if len(text) > WORD_CHARS_MAX:
            form.wrong(name, _("At most %(most)s characters.", most=str(WORD_CHARS_MAX)))
    return CaseNote(
        case_id=of.case_id,
        kind=of.kind.id,
        step=step.id,
        subject_id=of.subject_id,
        fact_ids=of.fact_ids,
        party_id=None,
        reason=reason,
        article=words["article"],
        decision=words["decision"],
        decided_on=legal_day(form, "decided_on"),
        served_on=legal_day(form, "served"),
        is_committed=form.is_ticked("commitment"),
        documents=documents_typed(form, of, is_new=step.id == of.kind.begins),
        terms=terms_typed(form, book) if Need.LIST in step.needs else {},
    )


def documents_typed(form: Form, of: CaseOf, *, is_new: bool) -> tuple[Document, ...]:
    """Return the documents of a form: those kept before, those sent now, one named by its hash.

    A case that is not open yet has no place of its own: a form that comes back has another id.
    """
    parts, found = services(), [*kept_documents(form)]
    drawer = drawer_of_party(parts, of.subject_id) if is_new else drawer_of_case(parts, of.case_id)
    try:
        sent = [one for one in request.files.getlist("documents") if one.filename]
        found += keep_documents(parts, drawer, sent)
    except InputTooLarge:
        most = parts.settings.sheet_bytes_max
        form.wrong("documents", _("A file has at most %(most)s MB.", most=str(most >> 20)))
    except InvalidInput:
        form.wrong("documents", _("Hand in a PDF, a picture, an OFD or an office document."))
    sha256, name = form.code("hash").lower(), " ".join(form.text("hash_name").split())
    if sha256 and not _SHA256.fullmatch(sha256):
        form.wrong("hash", _("A SHA-256 has 64 digits from 0 to f."))
    elif sha256 and not name:
        form.wrong("hash_name", _("Give the name of the document."))
    elif sha256:
        found.append(Document(name=name[:NAME_CHARS_MAX], sha256=sha256))
    documents = tuple(dict.fromkeys(found))
    if len(documents) > DOCUMENTS_MAX:
        form.wrong("documents", _("At most %(most)s documents.", most=str(DOCUMENTS_MAX)))
    rest = {key: text for key, text in form.values.items() if not key.startswith(_KEPT)}
    form.values = {**rest, **{f"{_KEPT}{one.sha256}": one.name for one in documents}}
    return documents


def kept_documents(form: Form) -> Iterator[Document]:
    """Yield the documents that a form holds already, by their hashes."""
    for key, text in form.values.items():
        sha256 = key.removeprefix(_KEPT)
        if key.startswith(_KEPT) and _SHA256.fullmatch(sha256) and text.strip():
            yield Document(name=text.strip()[:NAME_CHARS_MAX], sha256=sha256)


def terms_typed(form: Form, book: Book) -> dict[str, str]:
    """Return what a listing is about."""
    list_id = form.choice("list", credit_lists())
    authority = form.choice("authority", code_lists().authorities.codes)
    measures = " ".join(one for one in book.measures if form.is_ticked(f"measure-{one}"))
    if not measures:
        form.wrong("measures", _("Choose what would follow."))
    until = legal_day(form, "restricted_until")
    terms = {
        "list": list_id,
        "item": form.text("item"),
        "measures": measures,
        "authority": authority,
        "authority_name": " ".join(form.text("authority_name").split())[:WORD_CHARS_MAX],
        "restricted_until": "" if until is None else until.isoformat(),
    }
    return {name: text for name, text in terms.items() if text}


def facts_typed(form: Form) -> tuple[UUID, ...]:
    """Return the records that were ticked."""
    found = []
    for key in form.values:
        name, _dash, text = key.partition("-")
        if name == "fact" and form.is_ticked(key):
            try:
                found.append(UUID(text))
            except ValueError:
                continue
    return tuple(found)


def once(form: Form) -> Idempotency | None:
    """Return what makes a form that is sent twice one request."""
    found = once_of(form)
    if found is None:
        return None
    values = sorted((key, text) for key, text in form.values.items() if key != "csrf_token")
    return Idempotency(key=f"page:{found}", request_hash=request_hash(values))
