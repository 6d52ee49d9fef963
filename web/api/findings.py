"""Findings: what the events of goods say that cannot be right, or must be looked at.

One rule: an answer is as of the worker's last run; every finding names the entries that show it.
"""

import csv
from io import StringIO
from trace.findings.reading import FindingQuery
from trace.sheets.texts import safe_text
from typing import Any, Final
from uuid import UUID

from flask import Response

from codes.typed import uri_typed
from parties.access import Action
from web.alerts import start_of
from web.api import finding_shapes as shapes
from web.api.blueprint import ApiBlueprint
from web.api.issuing import next_link
from web.auth import current_actor, requires
from web.findings import Seen, WholeFinding, finding_for, findings_for, judge_finding_for
from web.services import services

BLUEPRINT = ApiBlueprint(
    "findings", __name__, url_prefix="/api/v1", description="What events give rise to."
)

_PATH: Final = "/api/v1/findings"
_COLUMNS: Final = (
    "id",
    "code",
    "severity",
    "subject",
    "class_code",
    "party_id",
    "owner_id",
    "state",
    "first_at",
    "last_at",
    "seqs",
    "says_zh",
    "says_en",
)


@BLUEPRINT.route("/findings", methods=["GET"])
@requires(Action.READ_FINDINGS)
@BLUEPRINT.arguments(shapes.FindingListQuery, location="query")
@BLUEPRINT.response(200, shapes.FindingPage)
def get_findings(query: dict[str, Any]) -> tuple[dict[str, Any], int, dict[str, str]]:
    """List findings, the newest evidence first: a producer's own, or everybody's."""
    parts = services()
    rows_max = min(query["limit"], parts.settings.page_size_max)
    found = findings_for(parts, current_actor(), _asked(query, rows_max + 1, query["after"]))
    rows = [_finding_json(one) for one in found[:rows_max]]
    if len(found) <= rows_max:
        return {"items": rows, "next": None}, 200, {}
    after = rows[-1]["id"]
    given = {name: _word(value) for name, value in query.items() if value is not None}
    asked = {**given, "limit": rows_max, "after": after}
    return {"items": rows, "next": after}, 200, next_link(_PATH, asked)


@BLUEPRINT.route("/findings.csv", methods=["GET"])
@requires(Action.READ_FINDINGS)
@BLUEPRINT.arguments(shapes.FindingFileQuery, location="query")
@BLUEPRINT.response(200)
def get_findings_csv(query: dict[str, Any]) -> Response:
    """Return findings as a spreadsheet reads them, as many as the settings allow for a file."""
    parts = services()
    rows_max = parts.settings.finding_csv_rows_max
    found = findings_for(parts, current_actor(), _asked(query, rows_max, None))
    buffer = StringIO()
    buffer.write("\ufeff")  # Without it a spreadsheet takes Chinese for another encoding.
    write = csv.writer(buffer, lineterminator="\r\n").writerow
    write(_COLUMNS)
    for one in found:
        row = _finding_json(one)
        row["seqs"] = " ".join(map(str, row["seqs"]))
        write([_cell(row[name]) for name in _COLUMNS])
    name = 'attachment; filename="findings.csv"'
    answer = Response(buffer.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = name
    return answer


@BLUEPRINT.route("/findings/<uuid:finding_id>", methods=["GET"])
@requires(Action.READ_FINDINGS)
@BLUEPRINT.response(200, shapes.WholeFindingOut)
def get_finding(finding_id: UUID) -> dict[str, Any]:
    """Return a finding with the events that show it and all that was said of it."""
    return _whole_json(finding_for(services(), current_actor(), finding_id))


@BLUEPRINT.route("/findings/<uuid:finding_id>/judgement", methods=["POST"])
@requires(Action.JUDGE_FINDINGS)
@BLUEPRINT.arguments(shapes.FindingJudgementIn)
@BLUEPRINT.response(200, shapes.WholeFindingOut)
def post_finding_judgement(values: dict[str, Any], finding_id: UUID) -> dict[str, Any]:
    """Say what a finding turned out to be; the same again changes nothing."""
    actor = current_actor()
    whole = judge_finding_for(services(), actor, finding_id, values["state"], values["note"])
    return _whole_json(whole)


def _asked(query: dict[str, Any], rows_max: int, after: UUID | None) -> FindingQuery:
    return FindingQuery(
        rows_max=rows_max,
        code=query["code"],
        severity=query["severity"],
        party_id=query["party_id"],
        class_code=query["class_code"],
        state=query["state"],
        since=None if query["since"] is None else start_of(query["since"]),
        uri=None if query["subject"] is None else uri_typed(query["subject"]),
        after=after,
    )


def _word(value: Any) -> Any:
    return getattr(value, "value", value)


def _cell(value: Any) -> str:
    """Return a value as text that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    text = value.isoformat() if hasattr(value, "isoformat") else str(_word(value))
    return safe_text(text)


def _finding_json(one: Seen) -> dict[str, Any]:
    finding = one.finding
    return {
        "id": finding.id,
        "code": finding.code,
        "severity": finding.severity,
        "subject": finding.uri,
        "class_code": finding.class_code,
        "party_id": finding.party_id,
        "owner_id": finding.owner_id,
        "title_zh": one.title("zh"),
        "title_en": one.title("en"),
        "says_zh": one.says("zh"),
        "says_en": one.says("en"),
        "details": finding.details,
        "seqs": list(finding.seqs),
        "first_at": finding.first_at,
        "last_at": finding.last_at,
        "state": finding.state,
        "computed_at": finding.computed_at,
    }


def _whole_json(whole: WholeFinding) -> dict[str, Any]:
    evidence = whole.seen.finding.evidence
    return {
        **_finding_json(whole.seen),
        "events": whole.events,
        "judgements": [
            {
                "seq": one.seq,
                "state": one.state,
                "note": one.note,
                "judged_by": one.judged_by,
                "judged_at": one.judged_at,
                "is_of_this_evidence": one.evidence == evidence,
            }
            for one in whole.judgements
        ],
    }
