"""Small stories drawn at random: what is seen, made, packed, unpacked and used up, in any order."""

from typing import Any, Final

from hypothesis import strategies as st

from tests.instances import at

_GTIN: Final = "06901234567892"

_things = st.integers(0, 3)
_minutes = st.integers(0, 5)


def names_of(example: int) -> dict[str, list[str]]:
    """Return identifiers that no other example uses."""
    stem = f"https://id.gs1.org/01/{_GTIN}"
    return {
        "thing": [f"{stem}/21/X{example}T{n}" for n in range(4)],
        "lot": [f"{stem}/10/X{example}L{n}" for n in range(4)],
        "box": [f"https://id.gs1.org/8003/{_GTIN}X{example}B{n}" for n in range(4)],
    }


@st.composite
def drawn_event(draw: st.DrawFn) -> tuple[str, int, dict[str, Any]]:
    """Draw (kind, minute, what it names by number)."""
    kind = draw(
        st.sampled_from(["see", "see_lot", "make", "pack", "pack_lot", "unpack", "turn", "join"])
    )
    some = st.lists(_things, min_size=1, max_size=2, unique=True)
    named = {
        "items": sorted(draw(some)),
        "others": sorted(draw(some)),
        "box": draw(_things),
        "is_box": draw(st.booleans()),
        "lot": draw(st.none() | _things),
    }
    return kind, draw(_minutes), named


@st.composite
def dense_event(draw: st.DrawFn) -> tuple[str, int, dict[str, Any]]:
    """Draw an event of a story about few things and two boxes, so that much comes together."""
    kind = draw(
        st.sampled_from(["pack", "pack", "pack_lot", "unpack", "eat", "eat", "make", "join"])
    )
    few, box = st.integers(0, 2), draw(st.integers(0, 1))
    named = {
        "items": sorted(draw(st.sets(few, min_size=1, max_size=2))),
        "others": sorted(draw(st.sets(few, min_size=1, max_size=2))),
        "box": box,
        "is_box": draw(st.booleans()),
        "lot": draw(st.none() | few),
    }
    return kind, draw(st.integers(0, 9)), named


def built(  # noqa: PLR0911 -- one for each kind
    kind: str, minute: int, named: dict[str, Any], names: Any, example: int
) -> Any:
    things = [names["thing"][n] for n in named["items"]]
    lots = [{"epcClass": names["lot"][n], "quantity": 2} for n in named["items"]]
    boxes = [names["box"][n] for n in named["items"] if n != named["box"]]
    event: dict[str, Any] = {
        "eventTime": at(minute),
        "eventTimeZoneOffset": "+08:00",
        "type": "ObjectEvent",
        "action": "OBSERVE",
    }
    if kind == "see":
        return event | {"epcList": boxes if named["is_box"] and boxes else things}
    if kind == "see_lot":
        return event | {"quantityList": lots}
    if kind == "make":
        lot = 0 if named["lot"] is None else named["lot"]
        return event | {
            "action": "ADD",
            "epcList": things,
            "ilmd": {"cbvmda:lotNumber": f"X{example}L{lot}"},
        }
    box = {"type": "AggregationEvent", "parentID": names["box"][named["box"]]}
    children = boxes if named["is_box"] and boxes else things
    if kind == "pack":
        return event | box | {"action": "ADD", "childEPCs": children}
    if kind == "pack_lot":
        return event | box | {"action": "ADD", "childQuantityList": lots}
    if kind == "unpack":
        emptied = {} if named["lot"] is None else {"childEPCs": children}
        return event | box | {"action": "DELETE", **emptied}
    del event["action"]
    if kind == "eat":
        eaten = [names["box"][named["box"]]] if named["is_box"] else things
        made = [names["thing"][n] for n in named["others"] if names["thing"][n] not in eaten]
        event |= {"type": "TransformationEvent", "inputEPCList": eaten}
        return event | ({"outputEPCList": made} if made else {"outputQuantityList": lots})
    inputs = [{"epcClass": names["lot"][n], "quantity": 1} for n in named["others"]]
    event["type"] = "TransformationEvent"
    if kind == "join":
        event["transformationID"] = f"urn:example:transformation:{example}:{named['box']}"
        if named["is_box"]:
            return event | {"inputEPCList": things}
        return event | {"outputQuantityList": lots}
    event |= {"inputQuantityList": inputs, "outputEPCList": things}
    if named["lot"] is not None:
        event["ilmd"] = {"cbvmda:lotNumber": f"X{example}L{named['lot']}"}
    return event


declaration = st.tuples(st.integers(0, 9), st.booleans())
"""Which of the events is declared to be wrong, and whether by its own recorder."""
