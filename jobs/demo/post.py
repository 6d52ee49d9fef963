"""Puts the demonstration into a running service, through the same doors as everybody else.

The rule that must stay true: doing it again changes nothing. The register returns what it holds,
a kept key is used as long as it opens, and the story is told at the instant when its dairy was
registered, so that it is the same story.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from base.errors import Unauthenticated
from base.strict_json import JsonObject
from jobs.client import BadAnswer, Client
from jobs.demo.plot import Plot
from jobs.demo.recalls import STEPS, end_suspicion, hold_drill
from jobs.demo.register import PARTIES, PRODUCTS, SITES
from jobs.demo.story import Story, tell
from jobs.demo.world import Certificate, Party, Product, Site
from jobs.key_files import demo_key_file, read_key_file, write_key_file

DAIRY: Final = "dairy"
AUTHORITY: Final = "authority"

_KEY_DAYS: Final = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is on record: the story, where its events are in the ledger, and each party's key.

    `entries` are the first and the last entry of log `log`; None where every event was recorded
    already by documents of another kind, whose place the server does not tell.
    """

    story: Story
    events: int
    log: int | None
    entries: tuple[int, int] | None
    keys: Mapping[str, str]


def register_world(operator: Client, step: Callable[[], None]) -> tuple[dict[str, str], datetime]:
    """Register parties, sites and products; return their ids and when the dairy was registered.

    `step` is called after each registration. Product ids stand under `product:<slug>`.
    """
    ids: dict[str, str] = {}
    rows: dict[str, JsonObject] = {}
    for party in PARTIES.values():
        rows[party.slug] = operator.post("/api/v1/parties", _party_values(party))
        ids[party.slug] = _text(rows[party.slug], "id")
        step()
    for site in SITES.values():
        operator.post("/api/v1/sites", _site_values(site, ids[site.party]))
        step()
    for product in PRODUCTS.values():
        row = operator.post("/api/v1/products", _product_values(product, ids[product.party]))
        ids[f"product:{product.slug}"] = _text(row, "id")
        step()
    return ids, datetime.fromisoformat(_text(rows[DAIRY], "created_at"))


def kept_told(operator: Client, seed: int, data_dir: Path) -> Told | None:
    """Return the story that was told here before, as far as it is kept; None where none was.

    Its entries are not looked up: the server tells them to whoever posts.
    """
    row, path = _registered(operator), demo_key_file(data_dir, DAIRY)
    if row is None or read_key_file(path) is None:
        return None
    key = _kept_or_granted(operator, DAIRY, _text(row, "id"), path)
    story = story_at(seed, datetime.fromisoformat(_text(row, "created_at")))
    events = sum(post.events for post in story.posts)
    return Told(story=story, events=events, log=None, entries=None, keys={DAIRY: key})


def registered_at(operator: Client) -> datetime | None:
    """Return when the dairy was registered here; None where there is none."""
    row = _registered(operator)
    return None if row is None else datetime.fromisoformat(_text(row, "created_at"))


def _registered(operator: Client) -> JsonObject | None:
    found = operator.get(f"/api/v1/parties?uscc={PARTIES[DAIRY].uscc}").get("items")
    row = found[0] if isinstance(found, list) and found else None
    return row if isinstance(row, dict) else None


def grant_keys(
    operator: Client, ids: Mapping[str, str], data_dir: Path, step: Callable[[], None]
) -> dict[str, str]:
    """Return a key of each party and of the authority, anew where the kept one opens nothing."""
    keys: dict[str, str] = {}
    for slug in PARTIES:
        keys[slug] = _kept_or_granted(operator, slug, ids[slug], demo_key_file(data_dir, slug))
        step()
    path = demo_key_file(data_dir, AUTHORITY)
    keys[AUTHORITY] = _kept_or_granted(operator, AUTHORITY, None, path)
    step()
    return keys


def _kept_or_granted(operator: Client, slug: str, party_id: str | None, path: Path) -> str:
    kept = read_key_file(path)
    if kept is None or not _opens(operator, kept, party_id):
        kept = _granted(operator, slug, party_id)
        # Kept at once: a key that was shown and then lost can only be revoked.
        write_key_file(path, kept)
    return kept


def post_story(
    operator: Client,
    *,
    story: Story,
    ids: Mapping[str, str],
    keys: Mapping[str, str],
    step: Callable[[], None],
) -> Told:
    """Register the story's certificates and post its documents, each with its author's key."""
    for certificate in story.certificates:
        operator.post("/api/v1/certificates", _certificate_values(certificate, ids))
        step()
    jobs = []
    for post in story.posts:
        author = operator.acting_as(keys[post.author])
        jobs.append(author.capture(post.body, idempotency_key=post.idempotency_key))
        step()
    authority = operator.acting_as(keys[AUTHORITY])
    for act, lot in ((hold_drill, story.raw_milk), (end_suspicion, story.seed_lot)):
        act(authority, lot)
        step()
    ranges = [
        (job.first_seq, job.first_seq + job.recorded - 1)
        for job in jobs
        if job.first_seq is not None
    ]
    firsts, lasts = zip(*ranges, strict=True) if ranges else ((), ())
    return Told(
        story=story,
        events=sum(post.events for post in story.posts),
        log=jobs[0].log,
        entries=(min(firsts), max(lasts)) if ranges else None,
        keys=keys,
    )


def steps_of(story: Story) -> int:
    """Return how often `step` is called by the three functions for a story."""
    registered = len(PARTIES) + len(SITES) + len(PRODUCTS)
    keys = len(PARTIES) + 1
    return registered + keys + len(story.certificates) + len(story.posts) + STEPS


def story_at(seed: int, told_at: datetime) -> Story:
    """Return the story of a seed told at an instant."""
    return tell(Plot(seed=seed, told_at=told_at))


def _opens(operator: Client, key: str, party_id: str | None) -> bool:
    """Tell whether a key of an earlier run still stands for its party, or none, on this server."""
    try:
        me = operator.acting_as(key).get("/api/v1/me")
    except Unauthenticated:
        return False
    return me.get("party_id") == party_id


def _granted(operator: Client, slug: str, party_id: str | None) -> str:
    values: JsonObject = {
        "label": f"demo {slug}",
        "role": "authority" if party_id is None else "producer",
        "party_id": party_id,
        "days": _KEY_DAYS,
    }
    return _text(operator.post("/api/v1/keys", values), "key")


def _text(row: JsonObject, name: str) -> str:
    value = row.get(name)
    if not isinstance(value, str):
        raise BadAnswer(f"The answer has no {name}: this is another kind of server.")
    return value


def _party_values(party: Party) -> JsonObject:
    return {
        "uscc": party.uscc,
        "name_zh": party.name_zh,
        "name_en": party.name_en,
        "kind": party.kind,
        "licence_kind": party.licence_kind,
        "licence_no": party.licence_no,
        "region": party.region,
    }


def _site_values(site: Site, party_id: str) -> JsonObject:
    return {
        "party_id": party_id,
        "uri": site.uri,
        "name_zh": site.name_zh,
        "name_en": site.name_en,
        "region": site.region,
        "latitude": site.latitude,
        "longitude": site.longitude,
    }


def _product_values(product: Product, party_id: str) -> JsonObject:
    return {
        "party_id": party_id,
        "uri": product.uri,
        "name_zh": product.name_zh,
        "name_en": product.name_en,
        "spec_zh": product.spec_zh,
        "spec_en": product.spec_en,
        "class_code": product.class_code,
    }


def _certificate_values(certificate: Certificate, ids: Mapping[str, str]) -> JsonObject:
    until_on = certificate.until_on
    return {
        "party_id": ids[certificate.party],
        "product_id": ids[f"product:{certificate.product}"] if certificate.product else None,
        "lot": certificate.lot,
        "kind": certificate.kind,
        "number": certificate.number,
        "issuer": certificate.issuer,
        "from_on": certificate.from_on.isoformat(),
        "until_on": None if until_on is None else until_on.isoformat(),
    }
