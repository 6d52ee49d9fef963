"""A row of what the trace ledger shows as a record.

The rule that must stay true: it names the entries that show it.
"""

import re
from typing import Final

from credit.feeds.model import Claim, CodeScheme, FactKind, Record, SubjectKind, Values
from credit.rulebook.code_lists import code_lists

_ENTRIES: Final = re.compile(r"[0-9]{1,18}(?: [0-9]{1,18})*")


def record_of(values: Values) -> Record:
    """Return the record of a row."""
    evidence, entries = values.text("evidence"), values.text("entries")
    if not _ENTRIES.fullmatch(entries):
        values.fault("entries", "bad_entries", "has numbers of entries with blanks between")
        entries = ""
    words = code_lists().named("trace_evidence").codes.get(evidence)
    reference, shown = values.text("reference"), values.text("shown")
    return Record(
        key=reference,
        kind=FactKind.TRACE,
        claim=Claim(
            kind=SubjectKind.ENTERPRISE,
            name=values.text("name"),
            codes={CodeScheme.USCC: values.text("uscc")},
        ),
        authority="",
        authority_name="",
        number=reference,
        title=shown or ("" if words is None else words.zh),
        decided_on=values.day("shown_on"),
        ended_on=values.day("ended_on"),
        grade=evidence,
        details={"seqs": [int(one) for one in entries.split()]},
    )
