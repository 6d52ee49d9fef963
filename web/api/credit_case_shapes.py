"""Shapes of records and cases of credit."""

from typing import Final

import marshmallow as ma

from web.api.credit_shapes import BATCH_TOLD, ROW_TOLD, BecauseOut
from web.api.fields import LegalDay, StrictSchema, Uuid, text

_CODE_CHARS_MAX: Final = 40
_WORD_CHARS_MAX: Final = 200
_REASON_CHARS_MAX: Final = 2000
_FACTS_MAX: Final = 50
_DOCUMENTS_MAX: Final = 20
_TERMS_MAX: Final = 10
_TOKEN_CHARS_MAX: Final = 60
_VERIFIED_TOLD: Final = "How far the row of the deadline was checked: `memory` is not certain."


class RecordQuery(StrictSchema):
    """Whose record; a producer's own where none is named."""

    uscc = text(_CODE_CHARS_MAX, load_default="")


class FactOut(ma.Schema):
    """A fact in its newest version, with the ledger's entry and row that prove it."""

    id = ma.fields.UUID()
    version = ma.fields.Integer()
    feed = ma.fields.String()
    kind = ma.fields.String()
    list_id = ma.fields.String(data_key="list")
    state = ma.fields.String()
    authority = ma.fields.String()
    number = ma.fields.String()
    title = ma.fields.String()
    article = ma.fields.String()
    decided_on = ma.fields.Date(
        allow_none=True,
        metadata={"description": "Of a registration its first, of a court's its publication."},
    )
    ends_on = ma.fields.Date(allow_none=True)
    ended_on = ma.fields.Date(allow_none=True)
    severity = ma.fields.String(allow_none=True)
    is_published = ma.fields.Boolean(data_key="published")
    repairable_on = ma.fields.Date(allow_none=True)
    stops_on = ma.fields.Date(allow_none=True)
    seq = ma.fields.Integer()
    batch_id = ma.fields.UUID(
        data_key="batch", allow_none=True, metadata={"description": BATCH_TOLD}
    )
    row_number = ma.fields.Integer(
        data_key="row", allow_none=True, metadata={"description": ROW_TOLD}
    )
    first_at = ma.fields.AwareDateTime(format="iso", allow_none=True)
    last_at = ma.fields.AwareDateTime(format="iso", allow_none=True)


class RecordOut(ma.Schema):
    """What is known of a party. `known` false is no clean record."""

    known = ma.fields.Boolean()
    facts = ma.fields.List(ma.fields.Nested(FactOut))


class DocumentIn(StrictSchema):
    """A document: its name, and the SHA-256 of its bytes."""

    name = text(_WORD_CHARS_MAX, chars_min=1, required=True)
    sha256 = ma.fields.String(
        required=True, validate=ma.validate.Regexp(r"[0-9a-f]{64}\Z", error="Is no SHA-256 in hex.")
    )


class StepIn(StrictSchema):
    """What a step says; which of these it asks for depends on the step."""

    reason = text(_REASON_CHARS_MAX, load_default="")
    article = text(_WORD_CHARS_MAX, load_default="")
    decision = text(_WORD_CHARS_MAX, load_default="")
    decided_on = LegalDay(load_default=None)
    served_on = LegalDay(load_default=None)
    committed = ma.fields.Boolean(load_default=False, truthy={True}, falsy={False})
    documents = ma.fields.List(
        ma.fields.Nested(DocumentIn),
        load_default=list,
        validate=ma.validate.Length(max=_DOCUMENTS_MAX),
    )


class NextStepIn(StepIn):
    """A step of a case."""

    step = text(_CODE_CHARS_MAX, required=True)


class CaseIn(StepIn):
    """A case about facts of a party, or about a listing."""

    kind = text(_CODE_CHARS_MAX, required=True)
    uscc = text(_CODE_CHARS_MAX, load_default="")
    facts = ma.fields.List(Uuid(), load_default=list, validate=ma.validate.Length(max=_FACTS_MAX))
    terms = ma.fields.Dict(
        keys=text(_CODE_CHARS_MAX),
        values=text(_REASON_CHARS_MAX),
        load_default=dict,
        validate=ma.validate.Length(max=_TERMS_MAX),
    )


class CaseListQuery(StrictSchema):
    """Which cases: open ones unless `all`, those that are overdue with `overdue`."""

    all = ma.fields.Boolean(load_default=False)
    overdue = ma.fields.Boolean(load_default=False)
    after = text(_TOKEN_CHARS_MAX, load_default="", data_key="nextPageToken")


class CaseOut(ma.Schema):
    """A case; `next` names the steps that may follow and who may take them."""

    id = ma.fields.UUID()
    kind = ma.fields.String()
    kind_zh = ma.fields.String()
    state = ma.fields.String()
    open = ma.fields.Boolean()
    uscc = ma.fields.String()
    name = ma.fields.String()
    facts = ma.fields.List(ma.fields.UUID())
    opened_at = ma.fields.AwareDateTime(format="iso")
    last_at = ma.fields.AwareDateTime(format="iso")
    due_on = ma.fields.Date(allow_none=True)
    due_rule = ma.fields.String()
    due_verified = ma.fields.String(metadata={"description": _VERIFIED_TOLD})
    provisional = ma.fields.Boolean()
    overdue = ma.fields.Boolean()
    next = ma.fields.List(ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.String()))


class RecountOut(ma.Schema):
    """A deadline that was counted anew once the holidays of a year were known, and the entry."""

    seq = ma.fields.Integer()
    at = ma.fields.AwareDateTime(format="iso")
    was_on = ma.fields.Date()
    due_on = ma.fields.Date()
    provisional = ma.fields.Boolean(attribute="is_provisional")
    notices = ma.fields.List(
        ma.fields.String(), metadata={"description": "Of the years on the way."}
    )


class CaseStepOut(ma.Schema):
    """A step that was taken, and the entry that holds it."""

    step = ma.fields.String()
    seq = ma.fields.Integer()
    at = ma.fields.AwareDateTime(format="iso")
    actor = ma.fields.String()
    reason = ma.fields.String()
    ground = ma.fields.String(
        metadata={"description": "Of a decision to list: the ground that the notice told."}
    )
    article = ma.fields.String()
    decision = ma.fields.String()
    decided_on = ma.fields.Date(allow_none=True)
    due_on = ma.fields.Date(allow_none=True)
    due_rule = ma.fields.String()
    due_verified = ma.fields.String(metadata={"description": _VERIFIED_TOLD})
    provisional = ma.fields.Boolean()
    recounts = ma.fields.List(ma.fields.Nested(RecountOut))
    documents = ma.fields.List(ma.fields.Nested(DocumentIn))


class WholeCaseOut(CaseOut):
    """A case with its steps, oldest first; `advice` are rows of law that nobody has read."""

    steps = ma.fields.List(ma.fields.Nested(CaseStepOut))
    advice = ma.fields.List(ma.fields.Nested(BecauseOut))


class CasesOut(ma.Schema):
    """Cases, the most pressing first; the token is "" on the last page."""

    cases = ma.fields.List(ma.fields.Nested(CaseOut))
    next_after = ma.fields.String(data_key="nextPageToken")
