"""What a regulator finds in the demonstration: a drill that runs, and a recall that was ended.

The rule that must stay true: neither makes a page of the demonstration warn. A drill never shows,
and a recall that was withdrawn, because nothing was wrong, warns of nothing any more.
"""

from hashlib import sha256
from typing import Final

import orjson

from base.strict_json import JsonObject
from jobs.client import BadAnswer, Client

STEPS: Final = 2
"""How often `step` is called for the two."""


def drill_of(lot: str) -> JsonObject:
    """Return a drill: who has what was made of a lot of milk."""
    return {
        "domain": "food",
        "level": 1,
        "reason": "模拟召回演练:原料奶兽药残留 Drill: veterinary drug in raw milk",
        "is_mock": True,
        "codes": [lot],
    }


def suspicion_of(lot: str) -> JsonObject:
    """Return a recall that was opened for a suspicion."""
    return {
        "domain": "seed",
        "level": 3,
        "reason": "疑似标签信息有误,待复核 Labels suspected to be wrong, under review",
        "is_mock": False,
        "codes": [lot],
    }


_NOTE: Final = "复核无误,撤销召回 The labels were found to be right: withdrawn"


def hold_drill(authority: Client, lot: str) -> None:
    """Open the drill; holding it again is the same drill."""
    _opened(authority, drill_of(lot))


def end_suspicion(authority: Client, lot: str) -> None:
    """Open the recall and withdraw it; a second time changes nothing."""
    recall = _opened(authority, suspicion_of(lot))
    found = authority.get(f"/api/v1/recalls/{recall}")
    if found.get("state") == "open":
        values: JsonObject = {"outcome": "withdrawn", "note": _NOTE}
        authority.post(f"/api/v1/recalls/{recall}/close", values)


def _opened(authority: Client, values: JsonObject) -> str:
    name = f"demo-recall-{sha256(orjson.dumps(values)).hexdigest()[:40]}"
    recall = authority.post("/api/v1/recalls", values, idempotency_key=name).get("id")
    if not isinstance(recall, str):
        raise BadAnswer("The answer has no id: this is another kind of server.")
    return recall
