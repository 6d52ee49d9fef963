"""Says what a written or scanned code is: the door that the scan page and other software ask.

The rule that must stay true: every reading is given and none is guessed, and the number of a person
goes out in no field of any of them, and need stand in no address.
"""

from typing import Any, Final

import marshmallow as ma

from codes.model import Candidate, Category
from codes.telling import reading_json, refusal_json, tell
from codes.text import TEXT_CHARS_MAX
from parties.access import Action
from parties.actors import Actor
from parties.issuing.tags import Signature
from web.api.blueprint import ApiBlueprint
from web.api.fields import StrictSchema
from web.auth import current_actor, requires
from web.next_steps import actions_for
from web.signatures import signature_of

BLUEPRINT: Final = ApiBlueprint(
    "codes", __name__, url_prefix="/api/v1", description="What a written code is."
)


class IdentifyIn(StrictSchema):
    """A text as it was typed or read: FNC1, line ends and spaces are part of it."""

    text = ma.fields.String(required=True, validate=ma.validate.Length(min=1, max=TEXT_CHARS_MAX))
    category = ma.fields.Enum(
        Category,
        by_value=ma.fields.String,
        load_default=None,
        metadata={"description": "Only readings that may name such a thing."},
    )


class WordsOut(ma.Schema):
    """One thing said in Chinese and English."""

    zh = ma.fields.String()
    en = ma.fields.String()


class WarningOut(ma.Schema):
    """Something odd that does not make the code wrong."""

    code = ma.fields.String(metadata={"description": "Stable word for programs."})
    message = ma.fields.String()
    message_zh = ma.fields.String()
    position = ma.fields.Integer(allow_none=True, metadata={"description": "Index in the text."})


class ActionOut(ma.Schema):
    """What the asker may do next with the code."""

    title = ma.fields.Nested(WordsOut)
    href = ma.fields.String(metadata={"description": "Address on this host."})


class ReadingOut(ma.Schema):
    """One reading; readings of the same rank are equally likely, 1 is the likeliest."""

    scheme = ma.fields.String()
    title = ma.fields.Nested(WordsOut)
    category = ma.fields.String()
    norm = ma.fields.String()
    rank = ma.fields.Integer()
    text = ma.fields.String(metadata={"description": "The one accepted spelling."})
    is_personal = ma.fields.Boolean(
        metadata={"description": "Holds the ID number of a person, which is masked."}
    )
    uri = ma.fields.String(metadata={"description": "The canonical URI, as events carry it."})
    fields_ = ma.fields.Dict(
        keys=ma.fields.String(), values=ma.fields.String(), data_key="fields", attribute="fields"
    )
    warnings = ma.fields.List(ma.fields.Nested(WarningOut))
    signature = ma.fields.String(
        validate=ma.validate.OneOf([*Signature]),
        metadata={
            "description": "Whether (98) signs the serial: `valid`; `invalid`; `revoked` where its "
            "key was withdrawn; `absent` where there is none, or the product's serials are not "
            "signed here."
        },
    )
    actions = ma.fields.List(ma.fields.Nested(ActionOut))


class RefusalOut(ma.Schema):
    """Why no scheme reads the text, in the words of the likeliest one."""

    rule = ma.fields.String(metadata={"description": "Stable word for programs."})
    message = ma.fields.String()
    message_zh = ma.fields.String(metadata={"description": "The same for people, in Chinese."})
    norm = ma.fields.String(metadata={"description": "Norm and clause; empty where there is none."})
    position = ma.fields.Integer(allow_none=True, metadata={"description": "Index in the text."})


class IdentifyOut(ma.Schema):
    """What a text is. Either `readings` or `problems` is empty."""

    is_ambiguous = ma.fields.Boolean(
        metadata={"description": "The likeliest readings name different things: ask the person."}
    )
    readings = ma.fields.List(ma.fields.Nested(ReadingOut))
    problems = ma.fields.List(ma.fields.Nested(RefusalOut))


@BLUEPRINT.route("/codes/identify", methods=["POST"])
@requires(Action.TRACE)
@BLUEPRINT.arguments(IdentifyIn)
@BLUEPRINT.response(200, IdentifyOut)
def identify(asked: dict[str, Any]) -> dict[str, Any]:
    """Return every reading of a text, the likeliest first, or why there is none.

    The text is in the body because it may be the number of a person, and addresses are logged.
    """
    return _identify(asked)


@BLUEPRINT.route("/codes/identify", methods=["GET"])
@requires(Action.TRACE)
@BLUEPRINT.arguments(IdentifyIn, location="query")
@BLUEPRINT.response(200, IdentifyOut)
def identify_by_address(asked: dict[str, Any]) -> dict[str, Any]:
    """Return the same of a text in the address: only for what is surely the code of a thing.

    Programs between the sender and this service may log addresses: whatever a person scanned or
    typed goes into the body of a POST.
    """
    return _identify(asked)


def _identify(asked: dict[str, Any]) -> dict[str, Any]:
    told = tell(asked["text"], asked["category"])
    actor = current_actor()
    return {
        "is_ambiguous": told.is_ambiguous,
        "readings": [_reading(reading, actor) for reading in told.readings],
        "problems": [] if told.refusal is None else [refusal_json(told.refusal)],
    }


def _reading(reading: Candidate, actor: Actor) -> dict[str, Any]:
    return {
        **reading_json(reading),
        "category": reading.scheme.category.value,
        "signature": signature_of(reading.code.fields),
        "actions": [
            {"title": {"zh": action.title.zh, "en": action.title.en}, "href": action.href}
            for action in actions_for(reading, actor)
        ],
    }
