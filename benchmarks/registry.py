"""The benchmarks by name. A new one is one function and one line."""

from collections.abc import Mapping
from typing import Final

from benchmarks.capture import capture_bulk, capture_single
from benchmarks.city.rows import city
from benchmarks.credit_city.rows import credit
from benchmarks.harness import Benchmark
from benchmarks.issuing import issuing
from benchmarks.journal import journal_bulk, journal_single
from benchmarks.labels import label_printing
from benchmarks.lineage import lineage
from benchmarks.names.rows import names
from benchmarks.pages import pages
from benchmarks.profile import profile
from benchmarks.proofs import proofs
from benchmarks.pure import code_reading, event_hashing, stages, strict_json
from benchmarks.recall import recall
from benchmarks.stays import lineage_stays
from benchmarks.watches import watches

BENCHMARKS: Final[Mapping[str, Benchmark]] = {
    "capture-bulk": capture_bulk,
    "capture-single": capture_single,
    "pages": pages,
    "journal-single": journal_single,
    "journal-bulk": journal_bulk,
    "proofs": proofs,
    "hash": event_hashing,
    "codes": code_reading,
    "json": strict_json,
    "issuing": issuing,
    "labels": label_printing,
    "lineage": lineage,
    "lineage-stays": lineage_stays,
    "recall": recall,
    "city": city,
    "credit": credit,
    "watches": watches,
    "names": names,
    "stages": stages,
    "profile": profile,
}
