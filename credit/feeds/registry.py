"""The feeds by name. Adding one is a folder and a line of `FEEDS`."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from credit.feeds.abnormal_listing.mapping import record_of as abnormal_listing
from credit.feeds.honour.mapping import record_of as honour
from credit.feeds.inspection.mapping import record_of as inspection
from credit.feeds.judgment_default.mapping import record_of as judgment_default
from credit.feeds.model import Feed, Mapper
from credit.feeds.penalty.mapping import record_of as penalty
from credit.feeds.permit.mapping import record_of as permit
from credit.feeds.reading import read_feed
from credit.feeds.registration.mapping import record_of as registration
from credit.feeds.serious_listing.mapping import record_of as serious_listing
from credit.feeds.tax_case.mapping import record_of as tax_case
from credit.feeds.tax_grade.mapping import record_of as tax_grade
from credit.feeds.trace_evidence.mapping import record_of as trace_evidence

_FOLDER: Final = Path(__file__).parent


def _read(folders: Mapping[str, Mapper]) -> Mapping[str, Feed]:
    found = {name: read_feed(_FOLDER / name / "feed.yaml", map_) for name, map_ in folders.items()}
    for name, feed in found.items():
        if feed.id != name:
            raise ValueError(f"the feed of folder {name} says that it is {feed.id}")
    return MappingProxyType(found)


FEEDS: Final = _read(
    {
        "abnormal_listing": abnormal_listing,
        "honour": honour,
        "inspection": inspection,
        "judgment_default": judgment_default,
        "penalty": penalty,
        "permit": permit,
        "registration": registration,
        "serious_listing": serious_listing,
        "tax_case": tax_case,
        "tax_grade": tax_grade,
    }
)
"""The feeds that others hand in."""

OWN_FEED: Final = _read({"trace_evidence": trace_evidence})["trace_evidence"]
"""What this service says itself of what its trace ledger shows; no door takes it from anybody."""

EVERY_FEED: Final[Mapping[str, Feed]] = MappingProxyType({**FEEDS, OWN_FEED.id: OWN_FEED})
"""Whatever a batch may be of."""
