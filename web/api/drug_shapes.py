"""The shapes of packs of drugs: what is asked, what is answered."""

from trace.drugs.hands import Gap
from trace.drugs.model import State
from typing import Any

import marshmallow as ma

from parties.tables import URI_CHARS_MAX
from web.api.fields import Day, InstantText, StrictSchema, text

_CODE_CHARS_MAX = 2048
_LOT_CHARS_MAX = 20
_CODES_MAX = 500
_DETAILS_MAX = 40
_DETAIL = text(200, chars_min=1)
_REASONS = tuple(state for state in State if state is not State.ACTIVE)
_CODE = {"description": "As printed or scanned, with lot and expiry where they stand beside it."}


class _Detail(ma.fields.Field[str | bool]):
    """A text of bounded length, or yes or no."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str | bool:
        if isinstance(value, bool):
            return value
        found = _DETAIL.deserialize(value, attr, data, **kwargs)
        return str(found)


class PackIn(StrictSchema):
    """A pack, a case or a pallet, and what its label says."""

    code = text(_CODE_CHARS_MAX, chars_min=1, required=True, metadata=_CODE)
    lot = text(_LOT_CHARS_MAX, load_default="")
    expires_on = Day(load_default=None)


class VerifyIn(StrictSchema):
    """Which packs to look at."""

    packs = ma.fields.List(
        ma.fields.Nested(PackIn), required=True, validate=ma.validate.Length(1, _CODES_MAX)
    )


class _OperationIn(StrictSchema):
    codes = ma.fields.List(
        text(_CODE_CHARS_MAX, chars_min=1, metadata=_CODE),
        required=True,
        validate=ma.validate.Length(1, _CODES_MAX),
    )
    site = text(
        URI_CHARS_MAX, chars_min=1, required=True, metadata={"description": "One of your sites."}
    )


class DecommissionIn(_OperationIn):
    """Why packs leave the trade, where and when; now where no time is given."""

    reason = ma.fields.Enum(
        State,
        by_value=ma.fields.String,
        required=True,
        validate=ma.validate.OneOf(_REASONS),
    )
    happened_at = InstantText(load_default=None)
    details = ma.fields.Dict(
        keys=ma.fields.String(validate=ma.validate.Regexp(r"sx:[A-Za-z]{1,40}\Z")),
        values=_Detail(),
        load_default=dict,
        validate=ma.validate.Length(max=_DETAILS_MAX),
        metadata={
            "description": "What the profile of the goods asks for beside it, such as"
            " sx:vaccinatorName of a vaccine."
        },
    )


class ReverseIn(_OperationIn):
    """What is undone: by the same party, at the same premises, within the days of the table."""

    reason = ma.fields.Enum(
        State,
        by_value=ma.fields.String,
        load_default=None,
        validate=ma.validate.OneOf(_REASONS),
        metadata={"description": "The reason that is undone; whichever it is where not given."},
    )
    still_here = ma.fields.Boolean(
        load_default=False,
        truthy={True},
        falsy={False},
        metadata={"description": "That a supplied pack was never handed over."},
    )


class EuOut(ma.Schema):
    """The finding as a national medicines verification system returns it."""

    return_code = ma.fields.String()
    is_sourced = ma.fields.Boolean(metadata={"description": "Read in a published list."})


class DscsaOut(ma.Schema):
    """The finding by GS1 Lightweight Messaging for DSCSA 1.3."""

    verified = ma.fields.Boolean()
    verification_failure_reason = ma.fields.String(
        data_key="verificationFailureReason", allow_none=True
    )
    additional_info = ma.fields.String(data_key="additionalInfo", allow_none=True)


class SeenAgainOut(ma.Schema):
    """Somebody saw a pack again; for the maker, the authority and auditors."""

    at = ma.fields.AwareDateTime(format="iso")
    party_id = ma.fields.UUID(allow_none=True)
    seq = ma.fields.Integer()


class PackOut(ma.Schema):
    """One pack: `code` is the finding that counts, `codes` are all of them."""

    asked = ma.fields.String()
    uri = ma.fields.String()
    through = ma.fields.String(allow_none=True, metadata={"description": "The case asked for."})
    code = ma.fields.String()
    codes = ma.fields.List(ma.fields.String())
    title_zh = ma.fields.String()
    title_en = ma.fields.String()
    todo_zh = ma.fields.String()
    todo_en = ma.fields.String()
    may_be_supplied = ma.fields.Boolean()
    is_genuine = ma.fields.Boolean()
    compared = ma.fields.List(
        ma.fields.String(),
        metadata={"description": "What agrees of what was given beside it: lot, expires_on."},
    )
    state = ma.fields.String(allow_none=True)
    since = ma.fields.AwareDateTime(format="iso", allow_none=True)
    lot = ma.fields.String(allow_none=True)
    expires_on = ma.fields.Date(allow_none=True)
    eu = ma.fields.Nested(EuOut)
    dscsa = ma.fields.Nested(DscsaOut)
    may_know_hands = ma.fields.Boolean()
    holder = ma.fields.UUID(allow_none=True)
    on_the_way_to = ma.fields.List(ma.fields.UUID())
    by_party = ma.fields.UUID(allow_none=True)
    is_alert = ma.fields.Boolean(metadata={"description": "That you saw it is on record."})
    alerts = ma.fields.List(ma.fields.Nested(SeenAgainOut))


class UnreadPackOut(ma.Schema):
    """A code that could not be read, and why."""

    path = ma.fields.String()
    code = ma.fields.String()
    message = ma.fields.String()


class PacksOut(ma.Schema):
    """One row for each pack; a case or pallet has one for each pack in it."""

    packs = ma.fields.List(ma.fields.Nested(PackOut))
    unread = ma.fields.List(ma.fields.Nested(UnreadPackOut))


class DoneOut(ma.Schema):
    """What became of one pack; `refusal` is null where it was done, by the entry `seq`."""

    uri = ma.fields.String()
    through = ma.fields.String(allow_none=True)
    is_done = ma.fields.Boolean()
    refusal = ma.fields.String(allow_none=True)
    title_zh = ma.fields.String()
    title_en = ma.fields.String()
    state = ma.fields.String(allow_none=True)
    seq = ma.fields.Integer(allow_none=True)
    eu = ma.fields.Nested(EuOut)


class OperationOut(ma.Schema):
    """One row for each pack: done, or refused with its reason."""

    packs = ma.fields.List(ma.fields.Nested(DoneOut))
    done_count = ma.fields.Integer()
    refused_count = ma.fields.Integer()


class HandOverOut(ma.Schema):
    """One hand-over; a side that said nothing has no time."""

    giver = ma.fields.UUID(allow_none=True)
    receivers = ma.fields.List(ma.fields.UUID())
    shipped_at = ma.fields.AwareDateTime(format="iso", allow_none=True)
    shipped_seq = ma.fields.Integer(allow_none=True)
    received_at = ma.fields.AwareDateTime(format="iso", allow_none=True)
    received_seq = ma.fields.Integer(allow_none=True)
    gaps = ma.fields.List(ma.fields.Enum(Gap, by_value=ma.fields.String))
    missing = ma.fields.List(
        ma.fields.String(),
        allow_none=True,
        metadata={"description": "Packs of the shipment that were never received; null: too many."},
    )


class StrangerOut(ma.Schema):
    """Somebody who did something with the pack while it was in other hands."""

    party_id = ma.fields.UUID(allow_none=True)
    holder = ma.fields.UUID(allow_none=True)
    at = ma.fields.AwareDateTime(format="iso")
    seq = ma.fields.Integer()
    step = ma.fields.String(allow_none=True)


class CustodyOut(ma.Schema):
    """The chain of one pack; the verdict is the same for every reader."""

    uri = ma.fields.String()
    is_whole = ma.fields.Boolean()
    gaps = ma.fields.List(ma.fields.Enum(Gap, by_value=ma.fields.String))
    maker = ma.fields.UUID(allow_none=True)
    made_at = ma.fields.AwareDateTime(format="iso", allow_none=True)
    made_seq = ma.fields.Integer(allow_none=True)
    links = ma.fields.List(ma.fields.Nested(HandOverOut))
    strangers = ma.fields.List(ma.fields.Nested(StrangerOut))
    hidden = ma.fields.Integer(
        allow_none=True,
        metadata={"description": "Links that are not yours to see; null for whoever has no part."},
    )
    holder = ma.fields.UUID(allow_none=True)
    is_on_the_way = ma.fields.Boolean()
