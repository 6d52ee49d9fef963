"""What was typed into an event's form, as an event; and what is wrong with it, beside its field.

The rule that must stay true: the form makes an event and nothing else decides about it but the one
door in; what that door refuses is told beside the field it means.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from trace.bounds import judged
from trace.capture import Submission, submit
from trace.profiling import ADVICE
from typing import Final
from uuid import UUID

import orjson

from base.errors import AppError, Problem
from base.strict_json import JsonObject
from codes.canonical import parts_of
from codes.typed import uri_typed
from ledger.batch import Idempotency
from parties.actors import Actor
from schemas.epcis import read_event
from schemas.profiles.cells import CellStyle
from schemas.profiles.columns import UOM_SUFFIX, Column
from schemas.profiles.findings import Severity
from schemas.profiles.model import Kind, SeenBy
from schemas.profiles.naming import CTE_TERM
from schemas.profiles.registry import catalogue
from schemas.profiles.row_events import event_of_row
from web.pages.event_goods import blocks_of, cells_of
from web.pages.event_steps import EventStep
from web.pages.languages import chosen_lang
from web.pages.languages import say as _
from web.pages.partners import is_partner
from web.pages.work_forms import Form, once_of
from web.pages.work_refusals import Refusals, refusal_words
from web.services import Services, services

NAMESPACES: Final = {"sx": "urn:suxin:epcis:", "cbvmda": "urn:epcglobal:cbv:mda:"}
"""The prefixes of an event that a form makes (ISO/IEC 19987 9.5)."""

_INDEX: Final = re.compile(r"\[[0-9]+\]")
_LINES: Final = frozenset({Kind.TEXTS, Kind.URIS, Kind.CODES, Kind.RECORDS, Kind.DOCUMENT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """A field of the form as its page draws it; `widget` names what it is filled in with."""

    name: str
    label: str
    help: str
    widget: str
    choices: tuple[tuple[str, str], ...]
    is_required: bool
    seen_by: str


def inputs_of(step: EventStep) -> tuple[Input, ...]:
    """Return the fields of a step that are no goods, in the order of its rows."""
    blocks = blocks_of(step.sheet)
    return tuple(
        _input(column)
        for column in step.sheet.columns
        if not any(block.owns(column.key) for block in blocks)
    )


def read_event_form(
    form: Form, step: EventStep, *, class_code: str
) -> tuple[JsonObject, list[str]]:
    """Return the event that a form means and what should be there by practice alone.

    What is wrong is noted beside its field; the event counts only where the form is good.
    """
    sheet = step.sheet
    cells = {one.name: form.text(one.name) for one in inputs_of(step) if form.text(one.name)}
    for block in blocks_of(sheet):
        cells |= cells_of(form, block)
    result = event_of_row(sheet, cells, style_of(form))
    is_zh = chosen_lang() == "zh"
    for problem in result.problems:
        said = problem.message_zh if is_zh else problem.message
        form.wrong(_field_of(step, problem.key), said)
    for name in ("eventTime", "readPoint.id"):
        if not form.text(name):
            form.wrong(name, _("This is needed."))
    odd = _out_of_bounds(form, step, result.event) if form.is_good else []
    if not step.profile:
        result.event.pop(CTE_TERM, None)
        return result.event, odd
    return result.event, [*odd, *_judge(form, step, result.event, class_code)]


def record(
    parts: Services, actor: Actor, form: Form, step: EventStep, event: JsonObject
) -> UUID | None:
    """Send an event through the one door; return its capture, None where it was refused.

    A form that is sent twice is one request.
    """
    once = once_of(form)
    body = orjson.dumps({"@context": [dict(NAMESPACES)], **event})
    same = None if once is None else Idempotency(
        key=f"form:{once}", request_hash=sha256(body).digest()
    )  # fmt: skip
    try:
        document = read_event(body, limits=parts.document_limits)
        submission = Submission(actor=actor, document=document, idempotency=same, is_single=True)
        capture_id, _receipt = submit(parts.desk, submission)
    except AppError as refusal:
        _refuse(form, step, refusal)
        return None
    return capture_id


def style_of(form: Form) -> CellStyle:
    """Return how the form's fields are read: times of China, papers numbered by the place."""
    place = form.text("readPoint.id")
    gln = parts_of(place).get("414", "") if place else ""
    # CBV 2.0 8.5.2: a paper is named by who numbers it and its number.
    prefix = f"urn:epcglobal:cbv:bt:{gln}:" if gln else ""
    return CellStyle(language=chosen_lang(), document_prefix=prefix, to_uri=uri_typed)


def _out_of_bounds(form: Form, step: EventStep, event: JsonObject) -> list[str]:
    """Note the values that cannot be, and return the words about those that are odd."""
    found = judged(event, path="", now=services().clock.now(), advice_prefix=ADVICE)
    is_zh = chosen_lang() == "zh"
    for problem in found.refusals:
        said = problem.message_zh if is_zh else problem.message
        form.wrong(_field_of(step, problem.path), said)
    return [problem.message_zh if is_zh else problem.message for problem in found.advice]


def _judge(form: Form, step: EventStep, event: JsonObject, class_code: str) -> list[str]:
    """Note what the profile refuses, and return what it only warns of."""
    checker = catalogue().checker(step.profile)
    checked = checker.check(event, NAMESPACES, class_code=class_code)
    is_zh, warnings = chosen_lang() == "zh", list[str]()
    for finding in checked.findings:
        said = finding.message_zh if is_zh else finding.message
        if finding.severity is Severity.ERROR:
            form.wrong(_field_of(step, finding.path), said)
        elif finding.severity is Severity.WARNING:
            warnings.append(said)
    return warnings


def _refuse(form: Form, step: EventStep, refusal: AppError) -> None:
    problems: Sequence[Problem] = refusal.problems or (
        Problem(path="", code=refusal.code, message=refusal.message),
    )
    for problem in problems:
        field = _field_of(step, problem.path)
        said = refusal_words(problem, Refusals())
        # What stands beside no field of its own says which part of the event it means.
        form.wrong(field, said if field or not problem.path else f"{problem.path}: {said}")


def _field_of(step: EventStep, path: str) -> str:
    """Return the field of the form that stands for a path of the event, "" for none."""
    plain = _INDEX.sub("[]", path)
    names = [one.name for one in inputs_of(step)]
    if plain in names:
        return plain
    head = re.split(r"[.\[]", plain)[0]
    for block in blocks_of(step.sheet):
        if head in (block.items, block.lots):
            return _of_goods(block.name, path, is_made=block.is_made)
    return next((name for name in names if re.split(r"[.\[]", name)[0] == head), "")


def _of_goods(block: str, path: str, *, is_made: bool) -> str:
    row = next((found[1:-1] for found in _INDEX.findall(path)), "0")
    part = "amount" if path.endswith(("quantity", "uom")) else "code"
    if is_made:
        return f"{block}-{'amount' if part == 'amount' else 'lot'}"
    return f"{block}-{row}-{part}"


def _input(column: Column) -> Input:
    field, is_zh = column.field, chosen_lang() == "zh"
    header, explanation = column.header, column.explanation
    seen = None if field is None else field.seen_by
    return Input(
        name=column.key,
        label=header.zh if is_zh else header.en,
        help=_help(explanation.zh if is_zh else explanation.en, "；" if is_zh else "; "),
        widget=_widget(column),
        choices=tuple((word, words.zh if is_zh else words.en) for word, words in column.choices),
        is_required=column.is_required,
        seen_by="personal" if seen is SeenBy.PERSONAL else "",
    )


def _help(explanation: str, between: str) -> str:
    """Return an explanation without its first part: whether it is due, the label says."""
    return explanation.partition(between)[2]


def _widget(column: Column) -> str:
    if is_partner(column.key):
        return "partner"
    if column.key in ("readPoint.id", "bizLocation.id"):
        return "place"
    field = column.field
    if column.choices and (field is None or field.kind is not Kind.CODES):
        return "choice"
    if field is None or column.key.endswith(UOM_SUFFIX):
        return "text"
    if field.kind in _LINES:
        return "lines"
    return _WIDGETS.get(field.kind, "text")


_WIDGETS: Final = {
    Kind.DATE: "date",
    Kind.INSTANT: "time",
    Kind.NUMBER: "number",
    Kind.INTEGER: "number",
    Kind.MONEY: "number",
    Kind.READING: "number",
}


def partners_in(step: EventStep) -> tuple[str, ...]:
    """Return the fields of a step that name the other party."""
    return tuple(one.name for one in inputs_of(step) if one.widget == "partner")


def said_of(form: Form, step: EventStep, places: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield each field that was filled in with its answer, in words."""
    for one in inputs_of(step):
        text = form.text(one.name)
        if not text:
            continue
        if one.widget == "choice":
            text = dict(one.choices).get(text, text)
        elif one.widget in ("place", "partner"):
            text = places.get(text, text)
        elif one.widget == "time":
            text = text.replace("T", " ")
        yield one.label, text
