"""The feeds by name. Adding one is a folder and a line of `FEEDS`."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from credit.feeds.judgment_default.mapping import record_of as judgment_default
from credit.feeds.model import Feed, Mapper
from credit.feeds.penalty.mapping import record_of as penalty
from credit.feeds.reading import read_feed
from credit.feeds.serious_listing.mapping import record_of as serious_listing

_FOLDER: Final = Path(__file__).parent


def _read(folders: Mapping[str, Mapper]) -> Mapping[str, Feed]:
    found = {name: read_feed(_FOLDER / name / "feed.yaml", map_) for name, map_ in folders.items()}
    for name, feed in found.items():
        if feed.id != name:
            raise ValueError(f"the feed of folder {name} says that it is {feed.id}")
    return MappingProxyType(found)


FEEDS: Final = _read(
    {
        "judgment_default": judgment_default,
        "penalty": penalty,
        "serious_listing": serious_listing,
    }
)
