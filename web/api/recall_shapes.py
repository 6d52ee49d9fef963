"""The shapes of recalls, their scopes, notices and answers."""

from trace.recall.answering import AMOUNTS_MAX
from trace.recall.deadlines import domains
from trace.recall.handling import Act
from trace.recall.model import AnswerKind, Outcome
from trace.recall.tables import REASON_CHARS_MAX
from typing import Any

import marshmallow as ma

from parties.tables import URI_CHARS_MAX
from web.api.fields import CountText, InstantText, StrictSchema, Uuid, WholeText, text

CODES_MAX = 200
_DOMAINS = tuple(one.id for one in domains().values() if not one.is_comparison)
_SAID = tuple(kind.value for kind in AnswerKind if kind is not AnswerKind.EXPLAINED)
_NUMBER = r"(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,6})?"


def _codes(about: str) -> ma.fields.List[str]:
    return ma.fields.List(
        text(URI_CHARS_MAX, chars_min=1),
        load_default=list,
        validate=ma.validate.Length(max=CODES_MAX),
        metadata={"description": about},
    )


class CriteriaIn(StrictSchema):
    """What a recall begins from; with codes, a party, place or time narrows them."""

    codes = _codes("Lots, things, or products for every lot of them, in any spelling.")
    party_id = Uuid(load_default=None, metadata={"description": "Who handled it."})
    place = text(URI_CHARS_MAX, load_default="", metadata={"description": "Where it was handled."})
    since = InstantText(load_default=None)
    until = InstantText(load_default=None, metadata={"description": "Not included."})
    without = _codes("Codes that are left out, with what they alone lead to.")


class RecallIn(CriteriaIn):
    """A recall to open; class 1 is the gravest."""

    domain = ma.fields.String(required=True, validate=ma.validate.OneOf(_DOMAINS))
    level = ma.fields.Integer(strict=True, required=True, validate=ma.validate.Range(1, 3))
    reason = text(REASON_CHARS_MAX, chars_min=1, required=True)
    is_mock = ma.fields.Boolean(load_default=False, truthy={True}, falsy={False})


class ScopeIn(CriteriaIn):
    """Another scope of a recall, wider or narrower, with the reason."""

    reason = text(REASON_CHARS_MAX, chars_min=1, required=True)


def _number() -> ma.fields.String:
    pattern = ma.validate.Regexp(rf"^{_NUMBER}\Z")
    return ma.fields.String(load_default="0", validate=pattern)


class AmountIn(StrictSchema):
    """What became of the goods in one unit, as decimal texts; no unit counts pieces."""

    uom = ma.fields.String(
        load_default=None,
        allow_none=True,
        validate=ma.validate.Regexp(r"^[A-Za-z0-9]{1,3}\Z"),
        metadata={"description": "UN/CEFACT Recommendation 20"},
    )
    found = ma.fields.String(required=True, validate=ma.validate.Regexp(rf"^{_NUMBER}\Z"))
    destroyed = _number()
    returned = _number()
    sold = _number()


class AnswerIn(StrictSchema):
    """What a holder says: that it has read the notice, or what it found and did."""

    kind = ma.fields.String(required=True, validate=ma.validate.OneOf(_SAID))
    amounts = ma.fields.List(
        ma.fields.Nested(AmountIn),
        load_default=list,
        validate=ma.validate.Length(max=AMOUNTS_MAX),
    )
    note = text(REASON_CHARS_MAX, load_default="")


class ExplanationIn(StrictSchema):
    """Why a holder's answer is not waited for."""

    party_id = Uuid(required=True)
    note = text(REASON_CHARS_MAX, chars_min=1, required=True)


class CloseIn(StrictSchema):
    """How a recall ends: `withdrawn` where it should not have been opened."""

    outcome = ma.fields.String(
        required=True, validate=ma.validate.OneOf([one.value for one in Outcome])
    )
    note = text(REASON_CHARS_MAX, chars_min=1, required=True)


class RecallQueryIn(StrictSchema):
    """Which recalls; `after` is `next` of the page before."""

    state = ma.fields.String(load_default=None, validate=ma.validate.OneOf(("open", "closed")))
    after = WholeText(load_default=None)
    limit = WholeText(load_default=50)


class LineQuery(StrictSchema):
    """Which lines of which scope; the newest one unless another is named."""

    version = WholeText(load_default=None)
    start = CountText(load_default=0, metadata={"description": "`next` of the page before."})
    limit = WholeText(load_default=200)


class RecallOut(ma.Schema):
    """A recall."""

    id = ma.fields.UUID()
    number = ma.fields.String()
    domain = ma.fields.String()
    level = ma.fields.Integer()
    is_mock = ma.fields.Boolean()
    reason = ma.fields.String()
    party_id = ma.fields.UUID(allow_none=True, metadata={"description": "None: the authority."})
    opened_by = ma.fields.String()
    opened_at = ma.fields.AwareDateTime(format="iso")
    state = ma.fields.String(metadata={"description": "open, completed or withdrawn"})
    closed_at = ma.fields.AwareDateTime(format="iso", allow_none=True)
    entry = ma.fields.Dict()


class WholeRecallOut(RecallOut):
    """A recall with its scopes, times, progress and the reader's own notice."""

    scopes = ma.fields.List(ma.fields.Dict())
    deadlines = ma.fields.List(ma.fields.Dict())
    progress = ma.fields.Dict()
    stages = ma.fields.List(ma.fields.Dict())
    notice = ma.fields.Dict(allow_none=True)


class ReadyQuery(StrictSchema):
    """What the holder did with its goods."""

    act = ma.fields.String(required=True, validate=ma.validate.OneOf([one.value for one in Act]))


class ReadyEvents(ma.Schema):
    """An EPCIS document that a holder checks, corrects and captures."""

    context = ma.fields.List(ma.fields.Raw(), data_key="@context")
    type = ma.fields.String()
    schema_version = ma.fields.String(data_key="schemaVersion")
    creation_date = ma.fields.String(data_key="creationDate")
    epcis_body = ma.fields.Dict(data_key="epcisBody")


class RecallPage(ma.Schema):
    """Some recalls, newest first."""

    items = ma.fields.List(ma.fields.Nested(RecallOut))
    next = ma.fields.Integer(allow_none=True)


class LinePage(ma.Schema):
    """Some lines of a scope in their order."""

    items = ma.fields.List(ma.fields.Dict())
    next = ma.fields.Integer(allow_none=True)


class NoticeList(ma.Schema):
    """Notices with their answers, or facts of them."""

    items = ma.fields.List(ma.fields.Dict())


class DiffOut(ma.Schema):
    """How a scope differs from the one before it."""

    added = ma.fields.List(ma.fields.String())
    removed = ma.fields.List(ma.fields.String())


def criteria_values(values: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of the criteria among those of a body."""
    return {name: values[name] for name in CriteriaIn().fields}
