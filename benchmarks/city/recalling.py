"""Holds a recall in the city from its opening to its close, over HTTP alone, and times each step.

The rule that must stay true: the one that recalls and each that answers knows only what its own key
or session shows it; whether the scope is right is for the walk of the events to say.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from benchmarks.city.serving import ServedCity, Visitor

_REASON: Final = "监督抽检不合格"
_CLOSED: Final = "已召回并销毁"
_AWAY: Final = "该户已停业，现场封存"
_LINES_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRecall:
    """A recall that was held: over which doors, what it reached, and how long each step took.

    `steps` are (what, seconds); `stages` are those of the recall's own time report, in minutes of
    the city's clock.
    """

    door: str
    code: str
    root: str
    number: str
    state: str
    lines: int
    reached: frozenset[str]
    holders: int
    answered: int
    explained: int
    percent: int
    report: bytes
    steps: Sequence[tuple[str, float]]
    stages: Sequence[tuple[str, int | None]]


@dataclass(slots=True, kw_only=True)
class _Watch:
    steps: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def __call__(self, what: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.steps[what] = self.steps.get(what, 0.0) + time.perf_counter() - started


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is recalled: a lot or batch of a class, under the rules of a kind of goods.

    `later` lets time pass in the city, `seal` brings the log's checkpoint up.
    """

    code: str
    root: str
    domain: str
    later: Callable[[], None]
    seal: Callable[[], None]


def recall_by_api(served: ServedCity, case: Case) -> HeldRecall:
    """Recall as programs do it: the authority and every holder over the API."""
    watch = _Watch()
    with watch("opened: scope reckoned, holders told, answered 201"):
        body = {"domain": case.domain, "level": 1, "reason": _REASON, "codes": [case.root]}
        recall = served.api("POST", "/recalls", None, body)
    at = f"/recalls/{recall['id']}"
    with watch("scope read"):
        lines = _lines(served, at, None)
    holders = _holders(served, at)
    case.later()
    with watch("holders read and counted"):
        for party in holders[:-1]:
            served.api("POST", f"{at}/answers", party, {"kind": "acknowledged"})
        case.later()
        for party in holders[:-1]:
            amounts = [
                {
                    "uom": uom,
                    "found": str(one.left),
                    "sold": str(one.sold),
                    "destroyed": str(one.left),
                }
                for uom, one in _stock(_lines(served, at, party)).items()
            ]
            served.api("POST", f"{at}/answers", party, {"kind": "counted", "amounts": amounts})
    for party in holders[-1:]:
        said = {"party_id": str(party), "note": _AWAY}
        served.api("POST", f"{at}/explanations", None, said)
    case.later()
    with watch("closed"):
        served.api("POST", f"{at}/close", None, {"outcome": "completed", "note": _CLOSED})
    return _held(served, case, at, "API", lines, holders, watch)


def recall_by_pages(served: ServedCity, case: Case) -> HeldRecall:
    """Recall as people do it: everybody signs in and sends the forms of the pages."""
    watch = _Watch()
    authority = served.sign_in(None)
    form = {"codes": case.root, "domain": case.domain, "level": "1", "reason": _REASON}
    desk = "/work/recalls/open"
    with watch("looked at what it would reach"):
        authority.post(desk, page=desk, do="try", **form)
    with watch("opened: scope reckoned, holders told, sent on"):
        answer = authority.post(desk, page=desk, do="open", **form)
    page = answer.headers["Location"].partition("?")[0]
    at = page.removeprefix("/work")
    with watch("recall's page shown"):
        authority.get(page)
    lines = _lines(served, at, None)
    holders = _holders(served, at)
    people: dict[UUID, Visitor] = {}
    with watch("holders signed in"):
        people = {party: served.sign_in(party) for party in holders[:-1]}
    case.later()
    with watch("holders read and counted"):
        for person in people.values():
            person.post(f"{page}/answer", page=f"{page}/answer", do="read")
        case.later()
        for party, person in people.items():
            stock = _stock(_lines(served, at, party))
            ordered = sorted(stock, key=lambda uom: uom or "")
            counted: dict[str, str] = {}
            for number, uom in enumerate(ordered):
                left = str(stock[uom].left)
                counted |= {f"found-{number}": left, f"destroyed-{number}": left}
                counted[f"sold-{number}"] = str(stock[uom].sold)
            person.post(f"{page}/answer", page=f"{page}/answer", do="count", **counted)
    for party in holders[-1:]:
        authority.post(f"{page}/explain", page=page, party_id=str(party), note=_AWAY)
    case.later()
    with watch("closed"):
        authority.post(f"{page}/close", page=page, outcome="completed", note=_CLOSED)
    return _held(served, case, at, "pages", lines, holders, watch)


def _lines(served: ServedCity, at: str, party: UUID | None) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    path = first = f"{at}/lines?limit={_LINES_AT_ONCE}"
    while path:
        shown = served.api("GET", path, party)
        found += shown["items"]
        path = f"{first}&start={shown['next']}" if shown["next"] else ""
    return found


def _holders(served: ServedCity, at: str) -> list[UUID]:
    items = served.api("GET", f"{at}/notices", None)["items"]
    return [UUID(one["party_id"]) for one in items]


@dataclass(slots=True)
class _Stock:
    """What a holder should still have of a unit, and what it sold."""

    left: Decimal = Decimal(0)
    sold: Decimal = Decimal(0)


def _stock(lines: Sequence[Mapping[str, Any]]) -> dict[str | None, _Stock]:
    """Return what a holder should say, by unit, as its own lines tell it."""
    found: dict[str | None, _Stock] = {}
    for line in lines:
        one = found.setdefault(line["uom"], _Stock())
        one.left += Decimal(line["quantity"] or 0)
        one.sold += Decimal(line["sold"] or 0)
    return found or {None: _Stock()}


def _held(
    served: ServedCity,
    case: Case,
    at: str,
    door: str,
    lines: Sequence[Mapping[str, Any]],
    holders: Sequence[UUID],
    watch: _Watch,
) -> HeldRecall:
    case.seal()
    with watch("report with proofs given out"):
        report = served.report(f"{at}/report.json")
    whole = served.api("GET", at, None)
    total = whole["progress"]["total"]
    return HeldRecall(
        door=door,
        code=case.code,
        root=case.root,
        number=whole["number"],
        state=whole["state"],
        lines=len(lines),
        reached=frozenset(line["code"] for line in lines),
        holders=len(holders),
        answered=total["answered"] - len(holders[-1:]),
        explained=len(holders[-1:]),
        percent=total["percent"],
        report=report,
        steps=tuple(watch.steps.items()),
        stages=tuple((one["name"], one["minutes"]) for one in whole["stages"]),
    )
