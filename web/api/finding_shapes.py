"""The shapes of findings."""

from trace.findings.judgements import FindingState
from trace.findings.model import Severity
from trace.findings.rule_table import CODES
from trace.findings.tables import NOTE_CHARS_MAX

import marshmallow as ma

from parties.tables import NUMBER_CHARS_MAX
from web.api.fields import Day, StrictSchema, Uuid, text
from web.api.shapes import PageQuery

_CODE_CHARS_MAX = 2048


class _Filters(StrictSchema):
    code = ma.fields.String(validate=ma.validate.OneOf(CODES), load_default=None)
    severity = ma.fields.Enum(Severity, by_value=ma.fields.String, load_default=None)
    party_id = Uuid(
        load_default=None, metadata={"description": "Whom it concerns, or whose goods."}
    )
    class_code = text(
        NUMBER_CHARS_MAX, chars_min=1, load_default=None, metadata={"description": "Of the goods."}
    )
    state = ma.fields.Enum(FindingState, by_value=ma.fields.String, load_default=None)
    since = Day(load_default=None, metadata={"description": "On this day or later, in China."})
    subject = text(
        _CODE_CHARS_MAX,
        chars_min=1,
        load_default=None,
        metadata={"description": "Any written form of the code of a lot, item or container."},
    )


class FindingListQuery(_Filters, PageQuery):
    """Filters of the list of findings; `after` is `next` of the page before."""


class FindingFileQuery(_Filters):
    """Filters of the file of findings."""


class FindingOut(ma.Schema):
    """What a rule found about a thing. Null and empty where it is another party's affair."""

    id = ma.fields.UUID()
    code = ma.fields.String()
    severity = ma.fields.Enum(Severity, by_value=ma.fields.String)
    subject = ma.fields.String(metadata={"description": "Canonical URI of what it is about."})
    class_code = ma.fields.String()
    party_id = ma.fields.UUID(allow_none=True, metadata={"description": "Whom it concerns."})
    owner_id = ma.fields.UUID(allow_none=True, metadata={"description": "Whose goods."})
    title_zh = ma.fields.String()
    title_en = ma.fields.String()
    says_zh = ma.fields.String(metadata={"description": "What is on record, in a sentence."})
    says_en = ma.fields.String()
    details = ma.fields.Dict(metadata={"description": "The numbers of the sentence."})
    seqs = ma.fields.List(ma.fields.Integer(), metadata={"description": "Entries that show it."})
    first_at = ma.fields.AwareDateTime(format="iso")
    last_at = ma.fields.AwareDateTime(format="iso")
    state = ma.fields.Enum(FindingState, by_value=ma.fields.String)
    computed_at = ma.fields.AwareDateTime(format="iso")


class FindingEventOut(ma.Schema):
    """An event that shows a finding, as far as its reader may see it."""

    seq = ma.fields.Integer()
    recorded_at = ma.fields.AwareDateTime(format="iso")
    party_id = ma.fields.UUID(allow_none=True)
    event = ma.fields.Dict()
    is_damaged = ma.fields.Boolean()


class FindingJudgementOut(ma.Schema):
    """What somebody said of a finding, by an entry of the ledger."""

    seq = ma.fields.Integer()
    state = ma.fields.Enum(FindingState, by_value=ma.fields.String)
    note = ma.fields.String()
    judged_by = ma.fields.String(metadata={"description": "The ledger's name."})
    judged_at = ma.fields.AwareDateTime(format="iso")
    is_of_this_evidence = ma.fields.Boolean(
        metadata={"description": "False where other events or numbers show it by now."}
    )


class WholeFindingOut(FindingOut):
    """A finding with its events and all that was said of it."""

    events = ma.fields.List(ma.fields.Nested(FindingEventOut))
    judgements = ma.fields.List(ma.fields.Nested(FindingJudgementOut))


class FindingPage(ma.Schema):
    """Some findings, those with the newest events first."""

    items = ma.fields.List(ma.fields.Nested(FindingOut))
    next = ma.fields.UUID(allow_none=True)


class FindingJudgementIn(StrictSchema):
    """What a finding turned out to be. A party explains; the authority also confirms or reopens.

    The note is read by whom the finding concerns, the authority and auditors.
    """

    state = ma.fields.Enum(FindingState, by_value=ma.fields.String, required=True)
    note = text(NOTE_CHARS_MAX, chars_min=1, required=True)
