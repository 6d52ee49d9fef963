"""Keys: shown once, stored as a hash, and recorded before they open anything."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine, select

from base.db import reading
from base.errors import Conflict, InvalidInput, NotFound, Unauthenticated
from parties.actors import Role
from parties.ids import new_id
from parties.keys import CACHED_S, GrantedKey, KeyRequest, KeyRing, grant, revoke
from parties.tables import API_KEY
from tests.parties.samples import NOW, new_clock, new_party

AUDITOR = KeyRequest(label="county audit", role=Role.AUDITOR)


class Acts:
    """Keeps what it was told, as the ledger would."""

    def __init__(self) -> None:
        self.told: list[tuple[str, dict[str, str], dict[str, str]]] = []

    def __call__(self, kind: str, public: Mapping[str, str], authority: Mapping[str, str]) -> None:
        self.told.append((kind, dict(public), dict(authority)))


class LedgerAway(Exception):
    pass


def away(kind: str, public: Mapping[str, str], authority: Mapping[str, str]) -> None:
    raise LedgerAway


def granted(engine: Engine, request: KeyRequest = AUDITOR) -> GrantedKey:
    return grant(engine, request, now=NOW, record=Acts())


def text_of(key: GrantedKey) -> str:
    assert key.text is not None
    return key.text


def stored_keys(engine: Engine) -> int:
    with reading(engine) as connection:
        return len(connection.execute(select(API_KEY.c.id)).all())


def test_a_granted_key_opens_as_its_role(engine: Engine) -> None:
    key = granted(engine)

    actor = KeyRing(engine, new_clock()).authenticate(text_of(key))

    assert (actor.role, actor.party_id, actor.key_id) == (Role.AUDITOR, None, key.id)


def test_a_producers_keys_all_act_as_its_party(engine: Engine) -> None:
    party = new_party(engine)
    request = KeyRequest(label="gate", role=Role.PRODUCER, party_id=party)
    ring = KeyRing(engine, new_clock())

    first = ring.authenticate(text_of(granted(engine, request)))
    second = ring.authenticate(text_of(granted(engine, request)))

    assert first.id == second.id
    assert first.key_id != second.key_id
    assert first.party_id == party


def test_the_secret_is_stored_nowhere_and_shown_by_no_repr(engine: Engine) -> None:
    acts = Acts()
    key = grant(engine, AUDITOR, now=NOW, record=acts)
    secret = text_of(key).rsplit("_", 1)[1]

    with reading(engine) as connection:
        row = connection.execute(select(API_KEY)).one()

    assert len(secret) == 64
    assert secret not in repr(key)
    assert secret not in repr(acts.told)
    assert row.hash != bytes.fromhex(secret)
    assert len(row.hash) == 32


def test_a_grant_is_recorded_with_its_details_for_the_authority_alone(engine: Engine) -> None:
    acts = Acts()

    key = grant(engine, AUDITOR, now=NOW, record=acts)

    ((kind, public, authority),) = acts.told
    assert kind == "key_granted"
    assert public == {"key": f"key:{key.id.hex[-16:]}", "role": "auditor"}
    assert authority["label"] == "county audit"
    assert authority["expires_at"] == "2027-03-01T08:00:00.123456Z"


def test_a_grant_that_cannot_be_recorded_makes_no_key(engine: Engine) -> None:
    with pytest.raises(LedgerAway):
        grant(engine, AUDITOR, now=NOW, record=away)

    assert stored_keys(engine) == 0


def test_a_revocation_that_cannot_be_recorded_leaves_the_key(engine: Engine) -> None:
    key = granted(engine)

    with pytest.raises(LedgerAway):
        revoke(engine, key.id, now=NOW, record=away)

    assert KeyRing(engine, new_clock()).authenticate(text_of(key)).key_id == key.id


def test_a_revoked_key_opens_nothing_more_in_this_process_at_once(engine: Engine) -> None:
    key = granted(engine)
    ring = KeyRing(engine, new_clock())
    ring.authenticate(text_of(key))

    revoke(engine, key.id, now=NOW, record=Acts())
    ring.forget(key.id)

    with pytest.raises(Unauthenticated):
        ring.authenticate(text_of(key))


def test_a_revocation_is_seen_by_other_processes_when_their_memory_ends(engine: Engine) -> None:
    key = granted(engine)
    clock = new_clock()
    ring = KeyRing(engine, clock)
    ring.authenticate(text_of(key))
    revoke(engine, key.id, now=NOW, record=Acts())
    assert ring.authenticate(text_of(key)).key_id == key.id

    clock.instant += timedelta(seconds=CACHED_S)

    assert CACHED_S < 2
    with pytest.raises(Unauthenticated):
        ring.authenticate(text_of(key))


def test_a_second_revocation_changes_nothing_and_is_not_recorded(engine: Engine) -> None:
    key = granted(engine)
    acts = Acts()

    first = revoke(engine, key.id, now=NOW, record=acts)
    second = revoke(engine, key.id, now=NOW + timedelta(days=1), record=acts)

    assert first == second == NOW
    assert [kind for kind, _, _ in acts.told] == ["key_revoked"]


def test_an_unknown_key_cannot_be_revoked(engine: Engine) -> None:
    with pytest.raises(NotFound):
        revoke(engine, UUID(int=1), now=NOW, record=Acts())


def test_a_key_ends_at_its_instant_even_while_it_is_remembered(engine: Engine) -> None:
    key = granted(engine, KeyRequest(label="x", role=Role.AUDITOR, days=1))
    clock = new_clock()
    ring = KeyRing(engine, clock)
    clock.instant = key.expires_at - timedelta(microseconds=1)
    assert ring.authenticate(text_of(key)).role is Role.AUDITOR

    clock.instant = key.expires_at

    with pytest.raises(Unauthenticated):
        ring.authenticate(text_of(key))


def test_every_wrong_text_gets_the_same_answer(engine: Engine) -> None:
    text = text_of(granted(engine))
    other = text_of(granted(engine))
    last = "0" if text[-1] != "0" else "1"
    wrong = [
        "",
        "sx_",
        text.upper(),
        text + " ",
        text + "\n",
        text[:-1],
        text[:-1] + last,
        text[:36] + other[36:],
        text.replace("sx_", "sk_"),
        f"sx_{'0' * 32}_{'0' * 64}",
        "sx_" + "١" * 32 + text[35:],
    ]
    ring = KeyRing(engine, new_clock())

    said = set()
    for attempt in wrong:
        with pytest.raises(Unauthenticated) as refusal:
            ring.authenticate(attempt)
        said.add(refusal.value.message)

    assert said == {"This is not a valid API key."}
    assert ring.authenticate(text).role is Role.AUDITOR


def test_a_key_granted_here_opens_at_once_although_it_was_tried_before(engine: Engine) -> None:
    key_id = new_id(NOW)
    ring = KeyRing(engine, new_clock())
    with pytest.raises(Unauthenticated):
        ring.authenticate(f"sx_{key_id.hex}_{'0' * 64}")

    key = grant(engine, AUDITOR, now=NOW, record=Acts(), key_id=key_id)
    ring.forget(key_id)

    assert ring.authenticate(text_of(key)).key_id == key_id


def test_the_same_request_again_finds_the_key_without_its_text(engine: Engine) -> None:
    key_id = new_id(NOW)
    acts = Acts()
    grant(engine, AUDITOR, now=NOW, record=acts, key_id=key_id)

    again = grant(engine, AUDITOR, now=NOW + timedelta(hours=1), record=acts, key_id=key_id)

    assert (again.id, again.text) == (key_id, None)
    assert len(acts.told) == 1


def test_the_same_id_for_another_grant_is_a_conflict(engine: Engine) -> None:
    key_id = new_id(NOW)
    grant(engine, AUDITOR, now=NOW, record=Acts(), key_id=key_id)

    with pytest.raises(Conflict):
        grant(
            engine,
            KeyRequest(label="county audit", role=Role.OPERATOR),
            now=NOW,
            record=Acts(),
            key_id=key_id,
        )


@pytest.mark.parametrize(
    ("request_", "path"),
    [
        (KeyRequest(label="", role=Role.AUDITOR), "label"),
        (KeyRequest(label="a\nb", role=Role.AUDITOR), "label"),
        (KeyRequest(label="x" * 101, role=Role.AUDITOR), "label"),
        (KeyRequest(label="x", role=Role.AUDITOR, days=0), "days"),
        (KeyRequest(label="x", role=Role.AUDITOR, days=731), "days"),
        (KeyRequest(label="x", role=Role.PRODUCER), "party_id"),
        (KeyRequest(label="x", role=Role.OPERATOR, party_id=UUID(int=1)), "party_id"),
    ],
)
def test_a_bad_request_names_its_field_and_makes_no_key(
    engine: Engine, request_: KeyRequest, path: str
) -> None:
    acts = Acts()

    with pytest.raises(InvalidInput) as refusal:
        grant(engine, request_, now=NOW, record=acts)

    assert [problem.path for problem in refusal.value.problems] == [path]
    assert acts.told == []
    assert stored_keys(engine) == 0


def test_a_producers_key_needs_a_registered_party(engine: Engine) -> None:
    request = KeyRequest(label="x", role=Role.PRODUCER, party_id=UUID(int=7))

    with pytest.raises(NotFound):
        grant(engine, request, now=NOW, record=Acts())


def test_many_threads_share_one_ring(engine: Engine) -> None:
    texts = [text_of(granted(engine)) for _ in range(4)]
    ring = KeyRing(engine, new_clock())

    with ThreadPoolExecutor(8) as pool:
        actors = list(pool.map(ring.authenticate, texts * 50))

    assert [actor.id for actor in actors] == [actor.id for actor in actors[:4]] * 50
