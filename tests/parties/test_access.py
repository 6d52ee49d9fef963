"""Who may do what, and who sees which part."""

from itertools import product
from uuid import UUID

import pytest

from base.errors import Forbidden, Unauthenticated
from parties.access import (
    Action,
    Allowed,
    Denied,
    Subject,
    has_role_for,
    may,
    require,
    require_role,
    visible_parts,
)
from parties.actors import ANONYMOUS, Actor, Role, actor_of_key

KEY = UUID(int=0x1234)
OWN = UUID(int=0xA)
OTHER = UUID(int=0xB)
THIRD = UUID(int=0xC)


def actor(role: Role | None) -> Actor:
    if role is None:
        return ANONYMOUS
    party = OWN if role is Role.PRODUCER else None
    return actor_of_key(key_id=KEY, role=role, party_id=party)


ROLES = [None, *Role]
PRODUCER = actor(Role.PRODUCER)

# Every right of every role, written out a second time on purpose.
EXPECTED = {
    None: "trace read_log read_profiles read_health read_credit_lists",
    Role.PRODUCER: "capture read_job trace trace_own query read_log read_register read_self"
    " read_health claim_prefix issue_codes read_codes manage_links read_alerts judge_alerts"
    " read_findings judge_findings verify_packs operate_packs read_custody open_recalls"
    " read_recalls answer_recalls read_profiles read_credit_lists read_credit"
    " move_credit_cases issue_credit_reports watch_credit",
    Role.AUTHORITY: "trace read_lineage query read_log browse read_register read_self read_health"
    " read_codes read_alerts judge_alerts read_bursts read_findings judge_findings verify_packs"
    " read_custody open_recalls read_recalls read_profiles monitor check_credit"
    " read_credit_lists read_credit move_credit_cases apply_measures"
    " hand_in_credit read_credit_feeds release_credit read_warnings act_on_warnings"
    " issue_credit_reports issue_personal_reports snapshot_credit watch_credit"
    " read_credit_names judge_credit_names",
    Role.AUDITOR: "read_job trace read_lineage query read_log browse read_register read_self"
    " read_health read_codes read_alerts read_findings verify_packs read_custody read_recalls"
    " read_profiles monitor check_credit read_credit_lists read_credit read_credit_feeds"
    " read_warnings read_credit_names",
    Role.OPERATOR: "read_job trace read_log read_register register manage_keys read_self"
    " read_health confirm_prefix manage_tag_keys read_bursts read_profiles read_credit_lists",
}


@pytest.mark.parametrize(("role", "action"), list(product(ROLES, Action)))
def test_each_role_has_exactly_its_rights(role: Role | None, action: Action) -> None:
    expected = action.value in EXPECTED[role].split()

    assert has_role_for(actor(role), action) is expected
    decision = may(actor(role), action, Subject(party_ids=frozenset({OWN})))
    assert isinstance(decision, Allowed) is expected


def test_a_refusal_is_a_sentence_that_names_the_role() -> None:
    decision = may(actor(Role.AUDITOR), Action.REGISTER)

    assert isinstance(decision, Denied)
    assert decision.reason == (
        "The role auditor has no right to register parties, sites, products and certificates."
    )


def test_a_producer_records_events_of_its_own_places_and_goods() -> None:
    assert may(PRODUCER, Action.CAPTURE, Subject(party_ids=frozenset({OWN}))) == Allowed()


@pytest.mark.parametrize("owners", [{OTHER}, {OWN, OTHER}, {OTHER, THIRD}])
def test_a_producer_records_no_event_that_touches_another_party(owners: set[UUID]) -> None:
    decision = may(PRODUCER, Action.CAPTURE, Subject(party_ids=frozenset(owners)))

    assert isinstance(decision, Denied)
    assert str(OTHER) not in decision.reason


def test_what_is_nobodys_in_the_register_stops_no_event() -> None:
    assert may(PRODUCER, Action.CAPTURE, Subject(party_ids=frozenset())) == Allowed()


def test_a_producer_reads_only_its_own_jobs() -> None:
    assert isinstance(may(PRODUCER, Action.READ_JOB, Subject(party_ids=frozenset({OWN}))), Allowed)
    assert isinstance(may(PRODUCER, Action.READ_JOB, Subject(party_ids=frozenset({OTHER}))), Denied)
    assert isinstance(may(PRODUCER, Action.READ_JOB), Denied)


_CHAIN = {"public", "chain"}
_MOST = {"public", "chain", "authority"}


@pytest.mark.parametrize(
    ("role", "own", "neighbour", "stranger"),
    [
        (None, {"public"}, {"public"}, {"public"}),
        (Role.PRODUCER, _CHAIN, _CHAIN, {"public"}),
        (Role.AUTHORITY, _MOST, _MOST, _MOST),
        (Role.AUDITOR, _MOST, _MOST, _MOST),
        (Role.OPERATOR, {"public"}, {"public"}, {"public"}),
    ],
)
def test_each_role_sees_exactly_its_parts(
    role: Role | None, own: set[str], neighbour: set[str], stranger: set[str]
) -> None:
    who = actor(role)

    assert visible_parts(who, Subject(party_ids=frozenset({OWN}))) == own
    assert visible_parts(who, Subject(neighbour_party_ids=frozenset({OWN}))) == neighbour
    assert visible_parts(who, Subject(party_ids=frozenset({OTHER}))) == stranger
    assert visible_parts(who) == stranger


def test_nobody_sees_personal_parts_by_role() -> None:
    everything = Subject(party_ids=frozenset({OWN}), neighbour_party_ids=frozenset({OWN}))

    assert all("personal" not in visible_parts(actor(role), everything) for role in ROLES)


def test_a_stranger_is_asked_for_a_key_and_a_known_actor_is_refused() -> None:
    with pytest.raises(Unauthenticated):
        require(ANONYMOUS, Action.CAPTURE)
    with pytest.raises(Forbidden):
        require(actor(Role.AUDITOR), Action.CAPTURE)
    with pytest.raises(Unauthenticated):
        require_role(ANONYMOUS, Action.QUERY)
    with pytest.raises(Forbidden):
        require_role(PRODUCER, Action.MANAGE_KEYS)


def test_a_producer_passes_the_door_that_only_asks_for_the_role() -> None:
    require_role(PRODUCER, Action.READ_JOB)

    require(PRODUCER, Action.READ_JOB, Subject(party_ids=frozenset({OWN})))


def test_an_actor_is_known_by_random_bits_alone() -> None:
    party = UUID("0195a2b0-1c00-7abc-8123-456789abcdef")
    producer = actor_of_key(key_id=KEY, role=Role.PRODUCER, party_id=party)
    auditor = actor_of_key(key_id=party, role=Role.AUDITOR, party_id=None)

    assert producer.id == "party:8123456789abcdef"
    assert auditor.id == "key:8123456789abcdef"
    assert auditor.party_id is None


def test_a_producer_without_a_party_is_no_actor() -> None:
    with pytest.raises(ValueError, match="party"):
        actor_of_key(key_id=KEY, role=Role.PRODUCER, party_id=None)
