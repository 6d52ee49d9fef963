"""What wrong passwords cost, whom they keep out, and whom they never do."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from base.config import Settings
from base.db import open_engine, reading
from base.errors import Conflict, InvalidInput, NotFound, Unauthenticated
from base.installation_secret import SECRET_BYTES, InstallationSecret
from parties.accounts import Account, AccountRequest, add_account, find_account, set_password
from parties.actors import Role
from parties.ids import new_id
from parties.passwords import Passwords
from parties.sign_ins import SignInDesk, SignInLimits, SignInWaits, Try
from parties.tables import SIGN_IN_COUNT
from tests.migrated import make_tables
from tests.parties.samples import NOW

PASSWORD = "a sentence about wheat"
HOME, AWAY = "192.0.2.1", "198.51.100.7"
SETTINGS = Settings(password_memory_kib=64, password_rounds=1)
TRY = Try(login="li.lei", password=PASSWORD, network=HOME)
WRONG = replace(TRY, password="something else", network=AWAY)


class Acts:
    """Keeps what it was told, as the ledger would."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    def __call__(self, kind: str, public: object, authority: object) -> None:
        self.told.append((kind, f"{public}{authority}"))


@pytest.fixture
def desk(database_url: str) -> Iterator[SignInDesk]:
    engine = open_engine(database_url, pool_size=8)
    make_tables(engine)
    made = SignInDesk(
        engine=engine,
        passwords=Passwords(SETTINGS),
        limits=SignInLimits.of(SETTINGS),
        secret=InstallationSecret(bytes(SECRET_BYTES)),
    )
    add(made)
    yield made
    engine.dispose()


def add(
    desk: SignInDesk, password: str = PASSWORD, record: Acts | None = None, **values: Any
) -> Account:
    request = AccountRequest(**{"login": "Li.Lei", "name": "李雷", "role": Role.AUDITOR, **values})
    return add_account(
        desk.engine, desk.passwords, request, password, now=NOW, record=record or Acts()
    )


def opens(desk: SignInDesk, tried: Try, at: datetime = NOW) -> bool:
    try:
        desk.sign_in(tried, now=at)
    except Unauthenticated:
        return False
    return True


def locked_for(engine: Engine, at: datetime) -> list[float]:
    with reading(engine) as connection:
        rows = connection.execute(select(SIGN_IN_COUNT.c.locked_until)).scalars()
        return sorted((until - at).total_seconds() for until in rows)


def test_the_right_name_and_password_open_and_leave_no_count(desk: SignInDesk) -> None:
    assert opens(desk, TRY)
    assert opens(desk, replace(TRY, login=" LI.LEI "))
    assert not opens(desk, WRONG)
    with reading(desk.engine) as connection:
        failed = connection.execute(select(func.sum(SIGN_IN_COUNT.c.failures))).scalar_one()
    assert failed == 2


def test_after_so_many_wrong_ones_even_the_right_one_waits(desk: SignInDesk) -> None:
    tries = [opens(desk, replace(WRONG, network=HOME)) for _ in range(5)]

    early = opens(desk, TRY, NOW + timedelta(seconds=29))
    late = opens(desk, TRY, NOW + timedelta(seconds=30))

    assert (tries, early, late) == ([False] * 5, False, True)


def test_each_wait_is_twice_the_one_before_up_to_a_limit() -> None:
    limits = SignInLimits.of(SETTINGS)

    waits = [limits.wait_after(count, 5).total_seconds() for count in (0, 4, 5, 6, 7, 9, 10, 9999)]

    assert waits == [0, 0, 30, 60, 120, 480, 900, 900]


def test_what_is_tried_while_one_waits_makes_nobody_wait_longer(desk: SignInDesk) -> None:
    for _ in range(50):
        opens(desk, WRONG)

    assert max(locked_for(desk.engine, NOW)) == 30


def test_a_stranger_never_keeps_out_whoever_comes_from_where_they_were(desk: SignInDesk) -> None:
    assert opens(desk, TRY)
    for second in range(60):
        stranger = replace(WRONG, network=f"198.51.100.{second}")
        opens(desk, stranger, NOW + timedelta(seconds=second))

    at = NOW + timedelta(minutes=1)

    assert opens(desk, TRY, at)
    assert not opens(desk, replace(TRY, network="203.0.113.5"), at)
    assert opens(desk, replace(TRY, network="203.0.113.5"), at + timedelta(minutes=15))


def test_how_long_one_waits_is_said_of_any_name_and_any_password(desk: SignInDesk) -> None:
    tries = [TRY, replace(TRY, login="nobody")]
    for _ in range(5):
        for one in tries:
            opens(desk, replace(one, password="wrong", network=HOME))

    waits = []
    for one in (*tries, replace(TRY, password="wrong")):
        with pytest.raises(SignInWaits) as refusal:
            desk.enter(replace(one, network=HOME), now=NOW)
        waits.append(refusal.value.until)

    assert waits == [NOW + timedelta(seconds=30)] * 3
    assert desk.waits_until(TRY.login, now=NOW) == NOW + timedelta(seconds=30)
    assert desk.waits_until(TRY.login, now=NOW + timedelta(seconds=30)) is None


def test_a_name_that_nobody_has_is_counted_alike(desk: SignInDesk) -> None:
    for _ in range(6):
        opens(desk, WRONG)
    known = locked_for(desk.engine, NOW)
    desk.forget_failures("li.lei")

    for _ in range(6):
        opens(desk, replace(WRONG, login="nobody"))

    assert locked_for(desk.engine, NOW) == known


def test_many_tries_at_once_are_all_counted(desk: SignInDesk) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: opens(desk, WRONG), range(24)))

    with reading(desk.engine) as connection:
        failures = connection.execute(select(func.max(SIGN_IN_COUNT.c.failures))).scalar_one()
    assert (any(found), failures) == (False, 5)


def test_wrong_passwords_are_forgotten_after_a_day(desk: SignInDesk) -> None:
    for _ in range(5):
        opens(desk, WRONG)

    opens(desk, TRY, NOW + timedelta(days=1, seconds=1))

    with reading(desk.engine) as connection:
        rows = connection.execute(select(SIGN_IN_COUNT.c.failures)).scalars().all()
    assert rows == [0]


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"login": "x"}, "login"),
        ({"login": "with blank"}, "login"),
        ({"login": "x" * 65}, "login"),
        ({"name": " "}, "name"),
        ({"role": Role.PRODUCER}, "party_id"),
        ({"party_id": new_id(NOW)}, "party_id"),
    ],
)
def test_a_bad_account_is_refused_by_its_field(
    desk: SignInDesk, values: dict[str, Any], path: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        add(desk, **{"login": "han.mei", **values})

    assert [problem.path for problem in refused.value.problems] == [path]


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("eleven-char", "length"),
        ("x" * 257, "length"),
        ("han.meihan.mei", "is_name"),
        ("QWERTYUIOPasdfghjkl", "common"),
        ("1234567890123", "common"),
        ("aaaaaaaaaaaaaa", "common"),
        ("woaini1314woaini1314", "common"),
    ],
)
def test_a_password_that_is_tried_first_is_refused(
    desk: SignInDesk, password: str, code: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        add(desk, password, login="han.mei")

    assert [problem.code for problem in refused.value.problems] == [code]
    assert password not in str(refused.value.problems)


def test_a_name_is_given_out_once(desk: SignInDesk) -> None:
    acts = Acts()

    with pytest.raises(Conflict):
        add(desk, record=acts, login="LI.LEI")

    assert acts.told == []


def test_a_producer_is_of_a_party_that_is_registered(desk: SignInDesk) -> None:
    with pytest.raises(NotFound):
        add(desk, login="han.mei", role=Role.PRODUCER, party_id=new_id(NOW))


def test_the_ledger_is_told_of_no_name_and_no_password(desk: SignInDesk) -> None:
    acts = Acts()
    account = add(desk, record=acts, login="han.mei", name="韩梅梅")
    set_password(
        desk.engine, desk.passwords, account, "another sentence", is_own=True, now=NOW, record=acts
    )

    told = repr(acts.told)

    assert [kind for kind, _ in acts.told] == ["account_granted", "account_password_changed"]
    assert not any(word in told for word in ("han.mei", "韩梅梅", PASSWORD, "another", "argon2"))


def test_what_the_ledger_was_not_told_is_not_done(desk: SignInDesk) -> None:
    class LedgerAway(Exception):
        pass

    def away(kind: str, public: object, authority: object) -> None:
        raise LedgerAway

    with reading(desk.engine) as connection:
        account = find_account(connection, "li.lei")

    with pytest.raises(LedgerAway):
        set_password(
            desk.engine,
            desk.passwords,
            account,
            "another one now",
            is_own=True,
            now=NOW,
            record=away,
        )

    assert opens(desk, TRY)


def test_the_same_characters_typed_in_another_way_are_the_same_password(desk: SignInDesk) -> None:
    add(desk, "ｆｕｌｌ ｗｉｄｔｈ é words", login="han.mei")

    assert opens(desk, Try(login="han.mei", password="full width é words", network=HOME))
