"""Shapes of credit: what a counter asks and is told, public lists, and decisions explained."""

from typing import Final

import marshmallow as ma

from credit.rulebook.lists import ListKind
from credit.rulebook.model import Severity
from web.api.fields import LegalDay, StrictSchema, text

_CODE_CHARS_MAX: Final = 40
_WORD_CHARS_MAX: Final = 200
_WORDS_MAX: Final = 16
BATCH_TOLD: Final = "The batch that told it; none where it was decided here."
ROW_TOLD: Final = "Number of its row in the file of the batch: the headers are row 1."


class CreditCheckQuery(StrictSchema):
    """Who is asked about, in which matter, on which day (today unless it is given)."""

    uscc = text(_CODE_CHARS_MAX, required=True, metadata={"description": "Social credit code."})
    matter = text(_CODE_CHARS_MAX, load_default=None, metadata={"description": "Kind of business."})
    day = LegalDay(load_default=None)


class CreditListOut(ma.Schema):
    """A list: whom it holds and by which norm."""

    id = ma.fields.String()
    zh = ma.fields.String()
    en = ma.fields.String()
    kind = ma.fields.Enum(ListKind, by_value=ma.fields.String)
    norm = ma.fields.String()


class CreditEntryOut(ma.Schema):
    """An entry of a list, with the ledger's entry and row that prove it."""

    list = ma.fields.String()
    list_zh = ma.fields.String()
    kind = ma.fields.String()
    number = ma.fields.String(metadata={"description": "Number of the decision."})
    authority = ma.fields.String()
    ground = ma.fields.String()
    article = ma.fields.String(
        metadata={"description": "As the decision names it, else the list's own for its ground."}
    )
    from_on = ma.fields.Date(data_key="from")
    stops_on = ma.fields.Date(allow_none=True, metadata={"description": "First day not on it."})
    removable_on = ma.fields.Date(allow_none=True)
    seq = ma.fields.Integer()
    batch = ma.fields.UUID(allow_none=True, metadata={"description": BATCH_TOLD})
    row = ma.fields.Integer(allow_none=True, metadata={"description": ROW_TOLD})


class CreditMeasureOut(ma.Schema):
    """A measure or incentive that binds, with the row of law it stands on."""

    id = ma.fields.String()
    zh = ma.fields.String()
    en = ma.fields.String()
    reward = ma.fields.Boolean()
    agency = ma.fields.String()
    norm = ma.fields.String()
    article = ma.fields.String()
    in_force_from = ma.fields.Date(allow_none=True)
    in_force_to = ma.fields.Date(allow_none=True)
    verified = ma.fields.String()
    matters = ma.fields.List(ma.fields.String())


class CreditCheckOut(ma.Schema):
    """What is known of a party. `known` false is not a clean record: nobody has told of it."""

    uscc = ma.fields.String()
    name = ma.fields.String()
    known = ma.fields.Boolean()
    day = ma.fields.Date()
    behind = ma.fields.Integer(
        metadata={"description": "Entries of credit that are recorded and not counted yet."}
    )
    entries = ma.fields.List(ma.fields.Nested(CreditEntryOut))
    measures = ma.fields.List(ma.fields.Nested(CreditMeasureOut))


class CreditListQuery(StrictSchema):
    """Which day, and where the page before ended."""

    day = LegalDay(load_default=None)
    after = text(_WORD_CHARS_MAX, load_default="", data_key="nextPageToken")


class CreditListedOut(ma.Schema):
    """An organisation on a list."""

    uscc = ma.fields.String()
    name = ma.fields.String()
    entry = ma.fields.Nested(CreditEntryOut)


class CreditListPageOut(ma.Schema):
    """A page of a list on a day."""

    list = ma.fields.Nested(CreditListOut)
    day = ma.fields.Date()
    listed = ma.fields.List(ma.fields.Nested(CreditListedOut))
    next_after = ma.fields.String(data_key="nextPageToken")


class CreditListsOut(ma.Schema):
    """The public lists."""

    lists = ma.fields.List(ma.fields.Nested(CreditListOut))


class DecisionIn(StrictSchema):
    """A decision whose periods are asked for; words are codes or those of the feeds."""

    decided = LegalDay(required=True)
    authority = text(_WORD_CHARS_MAX, required=True)
    penalties = ma.fields.List(
        text(_WORD_CHARS_MAX),
        required=True,
        validate=ma.validate.Length(min=1, max=_WORDS_MAX),
    )
    fields_ = ma.fields.List(
        text(_WORD_CHARS_MAX),
        load_default=list,
        data_key="fields",
        validate=ma.validate.Length(max=_WORDS_MAX),
    )
    procedure = text(_WORD_CHARS_MAX, load_default="")
    severity = ma.fields.Enum(Severity, by_value=ma.fields.String, load_default=None)
    published = LegalDay(load_default=None)
    fulfilled = LegalDay(load_default=None)
    on_credit_china = ma.fields.Boolean(
        load_default=False, truthy={True}, falsy={False}, metadata={"description": "Its rules."}
    )
    convert = ma.fields.List(
        text(_CODE_CHARS_MAX), load_default=list, validate=ma.validate.Length(max=_WORDS_MAX)
    )


class BecauseOut(ma.Schema):
    """One row of law that an answer stands on."""

    rule = ma.fields.String()
    norm = ma.fields.String()
    norm_en = ma.fields.String()
    number = ma.fields.String()
    article = ma.fields.String()
    in_force_from = ma.fields.String(allow_none=True)
    in_force_to = ma.fields.String(allow_none=True)
    verified = ma.fields.String()
    zh = ma.fields.String()
    en = ma.fields.String()
    doubt_zh = ma.fields.String()
    doubt_en = ma.fields.String()


class PublicityOut(ma.Schema):
    """What the law makes of a decision: class and days, and every row behind them."""

    class_ = ma.fields.String(data_key="class", attribute="class", allow_none=True)
    published = ma.fields.Boolean()
    finding_date = ma.fields.String(allow_none=True)
    min_period_last_day = ma.fields.String(allow_none=True)
    max_period_last_day = ma.fields.String(allow_none=True)
    repairable = ma.fields.Boolean()
    repair_waits_for_duty = ma.fields.Boolean()
    repair_earliest_date = ma.fields.String(allow_none=True)
    repair_earliest_if_finding_day_counts = ma.fields.String(allow_none=True)
    auto_stop_from = ma.fields.String(allow_none=True)
    stays_if_uncorrected = ma.fields.Boolean()
    why_unknown = ma.fields.String(data_key="unknown", attribute="unknown", allow_none=True)
    certain = ma.fields.Boolean()
    because = ma.fields.List(ma.fields.Nested(BecauseOut))
