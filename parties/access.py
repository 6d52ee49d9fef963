"""Who may do what: one table of role × action, one scope rule behind each row, default deny.

The rule that must stay true: a row that is not in `_RULES` is denied, and a part that
`visible_parts` does not name is not shown.

Least privilege, and why:
- **consumer** (no key): what a label tells, one code at a time. No bulk query.
- **producer**: records what happened at its own sites to goods under its own products, and reads
  the chain parts of its own events and of those one step up and down. Further steps are its
  partners' trade secrets.
- **authority**: reads what supervision needs; it does not record a producer's events for it.
- **auditor**: checks the whole evidence except personal data, and changes nothing.
- **operator**: keeps the register and the keys. It reads only the public parts: whoever runs the
  machine has no business in the trade, and if it must look it grants an auditor's key, which
  leaves an entry in the ledger.
- Nobody reads personal parts by role. They leave the ledger only by an act of its own.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias
from uuid import UUID

from base.errors import AppError, Forbidden, Unauthenticated
from parties.actors import Actor
from parties.tables import Role


class Action(StrEnum):
    """Everything that can be asked of the service."""

    CAPTURE = "capture"
    READ_JOB = "read_job"
    TRACE = "trace"
    READ_LINEAGE = "read_lineage"
    TRACE_OWN = "trace_own"
    QUERY = "query"
    READ_LOG = "read_log"
    BROWSE = "browse"
    READ_REGISTER = "read_register"
    REGISTER = "register"
    MANAGE_KEYS = "manage_keys"
    CLAIM_PREFIX = "claim_prefix"
    CONFIRM_PREFIX = "confirm_prefix"
    ISSUE_CODES = "issue_codes"
    READ_CODES = "read_codes"
    MANAGE_TAG_KEYS = "manage_tag_keys"
    MANAGE_LINKS = "manage_links"
    READ_ALERTS = "read_alerts"
    JUDGE_ALERTS = "judge_alerts"
    READ_BURSTS = "read_bursts"
    READ_FINDINGS = "read_findings"
    JUDGE_FINDINGS = "judge_findings"
    VERIFY_PACKS = "verify_packs"
    OPERATE_PACKS = "operate_packs"
    READ_CUSTODY = "read_custody"
    OPEN_RECALLS = "open_recalls"
    READ_RECALLS = "read_recalls"
    ANSWER_RECALLS = "answer_recalls"
    READ_PROFILES = "read_profiles"
    MONITOR = "monitor"
    READ_CREDIT_LISTS = "read_credit_lists"
    CHECK_CREDIT = "check_credit"
    READ_CREDIT = "read_credit"
    HAND_IN_CREDIT = "hand_in_credit"
    READ_CREDIT_FEEDS = "read_credit_feeds"
    RELEASE_CREDIT = "release_credit"
    READ_CREDIT_NAMES = "read_credit_names"
    JUDGE_CREDIT_NAMES = "judge_credit_names"
    APPLY_MEASURES = "apply_measures"
    ISSUE_CREDIT_REPORTS = "issue_credit_reports"
    ISSUE_PERSONAL_REPORTS = "issue_personal_reports"
    SNAPSHOT_CREDIT = "snapshot_credit"
    WATCH_CREDIT = "watch_credit"
    MOVE_CREDIT_CASES = "move_credit_cases"
    READ_WARNINGS = "read_warnings"
    ACT_ON_WARNINGS = "act_on_warnings"
    READ_SELF = "read_self"
    READ_HEALTH = "read_health"


_DEED: Final[Mapping[Action, str]] = {
    Action.CAPTURE: "record events",
    Action.READ_JOB: "read a capture job",
    Action.TRACE: "trace a code",
    Action.READ_LINEAGE: "see where anybody's goods came from and where they went",
    Action.TRACE_OWN: "see where one's own goods came from and where they went",
    Action.QUERY: "query events",
    Action.READ_LOG: "read the log",
    Action.BROWSE: "look into everybody's records one after the other",
    Action.READ_REGISTER: "read the register",
    Action.REGISTER: "register parties, sites, products and certificates",
    Action.MANAGE_KEYS: "grant and revoke keys",
    Action.CLAIM_PREFIX: "claim a company prefix",
    Action.CONFIRM_PREFIX: "confirm or end a company prefix",
    Action.ISSUE_CODES: "issue, activate and void codes",
    Action.READ_CODES: "read what was issued",
    Action.MANAGE_TAG_KEYS: "make, retire and revoke keys of signed serials",
    Action.MANAGE_LINKS: "keep the links of a product",
    Action.READ_ALERTS: "read what the scans of a code give rise to",
    Action.JUDGE_ALERTS: "say what a suspicious code turned out to be",
    Action.READ_BURSTS: "read which addresses guess codes",
    Action.READ_FINDINGS: "read what the events of goods give rise to",
    Action.JUDGE_FINDINGS: "say what a finding turned out to be",
    Action.VERIFY_PACKS: "verify packs of drugs",
    Action.OPERATE_PACKS: "supply packs of drugs, take them out of use, or undo that",
    Action.READ_CUSTODY: "read the chain of custody of a pack",
    Action.OPEN_RECALLS: "open, change and close recalls",
    Action.READ_RECALLS: "read recalls before they are told to everybody",
    Action.ANSWER_RECALLS: "answer the notice of a recall",
    Action.READ_PROFILES: "read what is recorded of which goods",
    Action.READ_CREDIT_LISTS: "read public lists of credit and what the law makes of a decision",
    Action.READ_CREDIT: "read the credit record of a party and its cases",
    Action.HAND_IN_CREDIT: "hand in batches of credit feeds",
    Action.READ_CREDIT_FEEDS: "read batches of credit feeds and what was not understood of them",
    Action.RELEASE_CREDIT: "release held batches of credit feeds and read quarantined rows again",
    Action.READ_CREDIT_NAMES: "find parties of credit by name, and see what waits for a judgement",
    Action.JUDGE_CREDIT_NAMES: "say who a record of credit is about, and undo that",
    Action.APPLY_MEASURES: "report which measures of credit one applied and lifted",
    Action.MOVE_CREDIT_CASES: "open and move cases of credit",
    Action.READ_WARNINGS: "read early warnings, inspections and who supplies whom",
    Action.ACT_ON_WARNINGS: "act on early warnings, draw inspections and record their results",
    Action.ISSUE_CREDIT_REPORTS: "ask for credit reports of enterprises",
    Action.ISSUE_PERSONAL_REPORTS: "ask for authorised credit reports of natural persons",
    Action.WATCH_CREDIT: "watch parties of credit",
    Action.SNAPSHOT_CREDIT: "take signed snapshots of lists",
    Action.CHECK_CREDIT: "see which lists a party is on and which measures bind",
    Action.MONITOR: "see how much everybody records",
    Action.READ_SELF: "read one's own rights",
    Action.READ_HEALTH: "read the state of the service",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What an action is about, as far as access depends on it.

    `party_ids` own the event's read point, business location and commissioned products (or the job,
    or whatever is asked for); `neighbour_party_ids` are one step up or down the chain. A site or
    product that is nobody's in the register has no part in the decision.
    """

    party_ids: frozenset[UUID] = frozenset()
    neighbour_party_ids: frozenset[UUID] = frozenset()


NOTHING: Final = Subject()
"""The subject of an action that is about no one's data in particular."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """The action may go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Denied:
    """The action may not go on; `reason` is a sentence without anybody's data."""

    reason: str


Decision: TypeAlias = Allowed | Denied
_Rule: TypeAlias = Callable[[Actor, Subject], Decision]

_ALLOWED: Final = Allowed()


def _always(actor: Actor, subject: Subject) -> Decision:  # noqa: ARG001 -- every rule has one shape
    return _ALLOWED


def _own_events(actor: Actor, subject: Subject) -> Decision:
    # The common case first: capture asks thousands of times a second.
    if subject.party_ids and subject.party_ids != frozenset({actor.party_id}):
        return Denied(
            reason="A producer records only events at its own sites and of its own products; "
            "a site or product of this event is registered to another party."
        )
    return _ALLOWED


def _own_only(actor: Actor, subject: Subject) -> Decision:
    if actor.party_id in subject.party_ids:
        return _ALLOWED
    return Denied(reason="A producer reads only what its own party handed in.")


def _own_goods(actor: Actor, subject: Subject) -> Decision:
    if frozenset({actor.party_id}) == subject.party_ids:
        return _ALLOWED
    return Denied(reason="A producer does this only for its own products, prefixes and codes.")


_R: Final = Role
_RULES: Final[Mapping[tuple[Role | None, Action], _Rule]] = {
    (None, Action.TRACE): _always,
    (None, Action.READ_LOG): _always,
    (None, Action.READ_PROFILES): _always,
    (None, Action.READ_CREDIT_LISTS): _always,
    (None, Action.READ_HEALTH): _always,
    (_R.PRODUCER, Action.CAPTURE): _own_events,
    (_R.PRODUCER, Action.READ_JOB): _own_only,
    (_R.PRODUCER, Action.TRACE): _always,
    (_R.PRODUCER, Action.QUERY): _always,
    (_R.PRODUCER, Action.READ_LOG): _always,
    (_R.PRODUCER, Action.READ_REGISTER): _always,
    (_R.PRODUCER, Action.CLAIM_PREFIX): _own_goods,
    (_R.PRODUCER, Action.ISSUE_CODES): _own_goods,
    (_R.PRODUCER, Action.READ_CODES): _own_goods,
    (_R.PRODUCER, Action.MANAGE_LINKS): _own_goods,
    (_R.PRODUCER, Action.READ_ALERTS): _own_goods,
    (_R.PRODUCER, Action.JUDGE_ALERTS): _own_goods,
    (_R.PRODUCER, Action.READ_FINDINGS): _own_only,
    (_R.PRODUCER, Action.JUDGE_FINDINGS): _own_only,
    (_R.PRODUCER, Action.VERIFY_PACKS): _always,
    (_R.PRODUCER, Action.OPERATE_PACKS): _always,
    (_R.PRODUCER, Action.READ_CUSTODY): _always,
    (_R.PRODUCER, Action.OPEN_RECALLS): _own_goods,
    (_R.PRODUCER, Action.READ_RECALLS): _own_only,
    (_R.PRODUCER, Action.ANSWER_RECALLS): _own_only,
    # What it sees of them is what `trace.sieves` lets through: its own events and its partners'.
    (_R.PRODUCER, Action.TRACE_OWN): _always,
    (_R.PRODUCER, Action.READ_PROFILES): _always,
    (_R.PRODUCER, Action.READ_SELF): _always,
    (_R.PRODUCER, Action.READ_CREDIT_LISTS): _always,
    # Whose they may be is asked of each record and case (`web.credit_cases`).
    (_R.PRODUCER, Action.READ_CREDIT): _always,
    (_R.PRODUCER, Action.MOVE_CREDIT_CASES): _always,
    # A public report of anybody, a full one of itself alone (`web.credit_reports`).
    (_R.PRODUCER, Action.ISSUE_CREDIT_REPORTS): _always,
    # Entries of public lists alone (`web.credit_watches`).
    (_R.PRODUCER, Action.WATCH_CREDIT): _always,
    (_R.PRODUCER, Action.READ_HEALTH): _always,
    (_R.AUTHORITY, Action.TRACE): _always,
    (_R.AUTHORITY, Action.QUERY): _always,
    (_R.AUTHORITY, Action.READ_LINEAGE): _always,
    (_R.AUTHORITY, Action.READ_LOG): _always,
    (_R.AUTHORITY, Action.BROWSE): _always,
    (_R.AUTHORITY, Action.READ_REGISTER): _always,
    (_R.AUTHORITY, Action.READ_CODES): _always,
    (_R.AUTHORITY, Action.READ_ALERTS): _always,
    (_R.AUTHORITY, Action.JUDGE_ALERTS): _always,
    (_R.AUTHORITY, Action.READ_BURSTS): _always,
    (_R.AUTHORITY, Action.READ_FINDINGS): _always,
    (_R.AUTHORITY, Action.JUDGE_FINDINGS): _always,
    (_R.AUTHORITY, Action.VERIFY_PACKS): _always,
    (_R.AUTHORITY, Action.READ_CUSTODY): _always,
    (_R.AUTHORITY, Action.OPEN_RECALLS): _always,
    (_R.AUTHORITY, Action.READ_RECALLS): _always,
    (_R.AUTHORITY, Action.READ_PROFILES): _always,
    (_R.AUTHORITY, Action.MONITOR): _always,
    (_R.AUTHORITY, Action.READ_SELF): _always,
    (_R.AUTHORITY, Action.READ_CREDIT_LISTS): _always,
    (_R.AUTHORITY, Action.READ_CREDIT): _always,
    (_R.AUTHORITY, Action.MOVE_CREDIT_CASES): _always,
    (_R.AUTHORITY, Action.ISSUE_CREDIT_REPORTS): _always,
    (_R.AUTHORITY, Action.ISSUE_PERSONAL_REPORTS): _always,
    (_R.AUTHORITY, Action.SNAPSHOT_CREDIT): _always,
    (_R.AUTHORITY, Action.WATCH_CREDIT): _always,
    (_R.AUTHORITY, Action.APPLY_MEASURES): _always,
    (_R.AUTHORITY, Action.HAND_IN_CREDIT): _always,
    (_R.AUTHORITY, Action.READ_CREDIT_FEEDS): _always,
    (_R.AUTHORITY, Action.RELEASE_CREDIT): _always,
    (_R.AUTHORITY, Action.READ_CREDIT_NAMES): _always,
    (_R.AUTHORITY, Action.JUDGE_CREDIT_NAMES): _always,
    (_R.AUTHORITY, Action.CHECK_CREDIT): _always,
    (_R.AUTHORITY, Action.READ_WARNINGS): _always,
    (_R.AUTHORITY, Action.ACT_ON_WARNINGS): _always,
    (_R.AUTHORITY, Action.READ_HEALTH): _always,
    (_R.AUDITOR, Action.READ_JOB): _always,
    (_R.AUDITOR, Action.TRACE): _always,
    (_R.AUDITOR, Action.QUERY): _always,
    (_R.AUDITOR, Action.READ_LINEAGE): _always,
    (_R.AUDITOR, Action.READ_LOG): _always,
    (_R.AUDITOR, Action.BROWSE): _always,
    (_R.AUDITOR, Action.READ_REGISTER): _always,
    (_R.AUDITOR, Action.READ_CODES): _always,
    (_R.AUDITOR, Action.READ_ALERTS): _always,
    (_R.AUDITOR, Action.READ_FINDINGS): _always,
    (_R.AUDITOR, Action.VERIFY_PACKS): _always,
    (_R.AUDITOR, Action.READ_CUSTODY): _always,
    (_R.AUDITOR, Action.READ_RECALLS): _always,
    (_R.AUDITOR, Action.READ_PROFILES): _always,
    (_R.AUDITOR, Action.MONITOR): _always,
    (_R.AUDITOR, Action.READ_SELF): _always,
    (_R.AUDITOR, Action.READ_CREDIT_LISTS): _always,
    (_R.AUDITOR, Action.READ_CREDIT): _always,
    (_R.AUDITOR, Action.READ_CREDIT_FEEDS): _always,
    (_R.AUDITOR, Action.READ_CREDIT_NAMES): _always,
    (_R.AUDITOR, Action.CHECK_CREDIT): _always,
    (_R.AUDITOR, Action.READ_WARNINGS): _always,
    (_R.AUDITOR, Action.READ_HEALTH): _always,
    (_R.OPERATOR, Action.READ_JOB): _always,
    (_R.OPERATOR, Action.TRACE): _always,
    (_R.OPERATOR, Action.READ_LOG): _always,
    (_R.OPERATOR, Action.READ_REGISTER): _always,
    (_R.OPERATOR, Action.REGISTER): _always,
    (_R.OPERATOR, Action.MANAGE_KEYS): _always,
    (_R.OPERATOR, Action.CONFIRM_PREFIX): _always,
    (_R.OPERATOR, Action.MANAGE_TAG_KEYS): _always,
    (_R.OPERATOR, Action.READ_BURSTS): _always,
    (_R.OPERATOR, Action.READ_PROFILES): _always,
    (_R.OPERATOR, Action.READ_SELF): _always,
    (_R.OPERATOR, Action.READ_CREDIT_LISTS): _always,
    (_R.OPERATOR, Action.READ_HEALTH): _always,
}

_PUBLIC: Final = frozenset({"public"})
_PUBLIC_CHAIN: Final = frozenset({"public", "chain"})
_ALL_BUT_PERSONAL: Final = frozenset({"public", "chain", "authority"})

_PARTS_OF_ROLE: Final[Mapping[Role | None, frozenset[str]]] = {
    Role.AUTHORITY: _ALL_BUT_PERSONAL,
    Role.AUDITOR: _ALL_BUT_PERSONAL,
}


def may(actor: Actor, action: Action, subject: Subject = NOTHING) -> Decision:
    """Decide whether `actor` may do `action` to `subject`; denied unless a row allows it."""
    rule = _RULES.get((actor.role, action))
    if rule is not None:
        return rule(actor, subject)
    return _without_a_row(actor, action)


def _without_a_row(actor: Actor, action: Action) -> Denied:
    if actor.role is None:
        return Denied(reason=f"An API key is needed to {_DEED[action]}.")
    return Denied(reason=f"The role {actor.role.value} has no right to {_DEED[action]}.")


def has_role_for(actor: Actor, action: Action) -> bool:
    """Return whether some subject exists to which `actor` may do `action`.

    A door asks this before it reads a body; `may` with the subject is still asked afterwards.
    """
    return (actor.role, action) in _RULES


def require_role(actor: Actor, action: Action) -> None:
    """Raise `Unauthenticated` or `Forbidden` unless the role has a row for `action`."""
    if not has_role_for(actor, action):
        raise _refusal(actor, _without_a_row(actor, action))


def require(actor: Actor, action: Action, subject: Subject = NOTHING) -> None:
    """Raise `Unauthenticated` or `Forbidden` unless the action may go on."""
    decision = may(actor, action, subject)
    if isinstance(decision, Denied):
        raise _refusal(actor, decision)


def _refusal(actor: Actor, denied: Denied) -> AppError:
    if actor.is_anonymous:
        return Unauthenticated(denied.reason)
    return Forbidden(denied.reason)


def visible_parts(actor: Actor, subject: Subject = NOTHING) -> frozenset[str]:
    """Return the parts of an event's payload that `actor` may see, never "personal"."""
    if actor.party_id is not None and (
        actor.party_id in subject.party_ids or actor.party_id in subject.neighbour_party_ids
    ):
        return _PUBLIC_CHAIN
    return _PARTS_OF_ROLE.get(actor.role, _PUBLIC)
