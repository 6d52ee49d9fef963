"""How tests tell a story and ask what was found in it."""

from dataclasses import dataclass
from trace.findings.evaluator import Sources, bring_up_findings, rebuild_findings
from trace.findings.tables import FINDING
from typing import Any

import orjson
from sqlalchemy import select

from base.db import reading
from tests.instances import Installation


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A finding as a test looks at it."""

    code: str
    uri: str
    party: str
    details: dict[str, Any]
    seqs: list[int]


def sources(installation: Installation, **more: Any) -> Sources:
    return Sources(clock=installation.clock, **more)


def follow(installation: Installation, **more: Any) -> int:
    return bring_up_findings(installation.engine, installation.log, sources(installation, **more))


def found(installation: Installation, *codes: str) -> list[Told]:
    """Bring findings up and return them; those about late reports only where they are asked for.

    The stories happened long before the clock of the tests.
    """
    follow(installation)
    names = {actor.party_id: name for name, actor in installation.parties.items()}
    with reading(installation.engine) as connection:
        rows = connection.execute(select(FINDING).order_by(FINDING.c.code, FINDING.c.first_seq))
        return [
            Told(
                code=row.code,
                uri=row.uri,
                party=names.get(row.party_id, ""),
                details=orjson.loads(row.details),
                seqs=orjson.loads(row.seqs),
            )
            for row in rows
            if row.code in codes or (not codes and row.code != "late_report")
        ]


def codes_of(installation: Installation) -> list[str]:
    return [one.code for one in found(installation)]


def rows_of(installation: Installation) -> list[tuple[Any, ...]]:
    """Return every row but for when it was worked out."""
    with reading(installation.engine) as connection:
        rows = connection.execute(select(*(c for c in FINDING.c if c.name != "computed_at")))
        return sorted(map(tuple, rows), key=str)


def assert_rebuild_is_live(installation: Installation) -> None:
    follow(installation)
    live = rows_of(installation)
    rebuild_findings(installation.engine, installation.log, sources(installation))
    assert rows_of(installation) == live
