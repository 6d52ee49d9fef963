"""Signing in with a name and a password, and what the account's page lets its holder do."""

from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, update

from base.db import reading, transaction
from parties.accounts import Account, AccountRequest, add_account, end_account, find_account
from parties.actors import Role
from parties.tables import ACCOUNT, PAGE_SESSION
from tests.web.house import House, open_house
from tests.web.signed_in import Visitor, visitor

PASSWORD = "小麦在风里转弯 since spring"
OTHER = "another sentence, for autumn"


def new_account(
    house: House, login: str = "wang.fang", *, role: Role = Role.PRODUCER, **values: Any
) -> Account:
    request = AccountRequest(
        login=login,
        name="王芳",
        role=role,
        party_id=house.party_id if role is Role.PRODUCER else None,
        **{"must_change": False, **values},
    )
    parts = house.services
    return add_account(
        parts.engine,
        parts.sign_ins.passwords,
        request,
        PASSWORD,
        now=house.clock.now(),
        record=house.acts.recorder("console"),
    )


def enter(
    house: House, login: str = "wang.fang", password: str = PASSWORD, **values: str
) -> Visitor:
    person = visitor(house)
    answer = person.post("/sign-in", page="/sign-in", login=login, password=password, **values)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return person


def test_name_and_password_open_the_workbench_and_say_who_is_there(house: House) -> None:
    new_account(house)

    page = enter(house).get("/work")

    text = page.get_data(as_text=True)
    assert page.status_code == 200
    assert "第1农场" in text
    assert "王芳" in text


@pytest.mark.parametrize("login", ["WANG.FANG", " Wang.Fang ", "ｗａｎｇ．ｆａｎｇ"])
def test_a_name_is_known_in_each_of_its_spellings(sqlite_house: House, login: str) -> None:
    new_account(sqlite_house)

    assert enter(sqlite_house, login).get("/work").status_code == 200


@pytest.mark.parametrize("role", [Role.AUTHORITY, Role.AUDITOR, Role.OPERATOR])
def test_an_account_of_each_role_has_that_roles_pages(sqlite_house: House, role: Role) -> None:
    new_account(sqlite_house, role=role)

    person = enter(sqlite_house)

    assert person.get("/work").status_code == 200
    assert person.get("/work/links").status_code == 403


def test_every_wrong_way_gets_the_same_answer(sqlite_house: House) -> None:
    new_account(sqlite_house)
    ended = new_account(sqlite_house, "li.lei")
    record = sqlite_house.acts.recorder("console")
    parts = sqlite_house.services
    end_account(parts.engine, ended, now=sqlite_house.clock.now(), record=record)

    answers = [
        visitor(sqlite_house).post("/sign-in", page="/sign-in", login=login, password=password)
        for login, password in (
            ("wang.fang", OTHER),
            ("nobody", PASSWORD),
            ("li.lei", PASSWORD),
            ("wang.fang", PASSWORD + "x" * 400),
        )
    ]

    assert {answer.status_code for answer in answers} == {400}
    assert all("登录名或密码不对" in answer.get_data(as_text=True) for answer in answers)
    assert not any(PASSWORD in answer.get_data(as_text=True) for answer in answers)


def test_who_has_to_wait_is_told_until_when_whatever_is_typed(sqlite_house: House) -> None:
    new_account(sqlite_house)
    person = visitor(sqlite_house)
    for _ in range(5):
        person.post("/sign-in", page="/sign-in", login="wang.fang", password=OTHER)

    told = [
        person.post("/sign-in", page="/sign-in", login="wang.fang", password=one).get_data(True)
        for one in (PASSWORD, OTHER)
    ]

    assert all("暂时不能登录" in one for one in told)


def test_signing_in_needs_the_token_of_its_form(sqlite_house: House) -> None:
    new_account(sqlite_house)
    person = visitor(sqlite_house)

    answer = person.client.post("/sign-in", data={"login": "wang.fang", "password": PASSWORD})

    assert answer.status_code == 400
    assert person.get("/work").status_code == 303


def test_nothing_that_opens_is_stored(sqlite_house: House) -> None:
    new_account(sqlite_house)
    with enter(sqlite_house).client.session_transaction() as held:
        number = held["session"]

    with reading(sqlite_house.services.engine) as connection:
        stored = repr(connection.execute(select(ACCOUNT)).all())
        stored += repr(connection.execute(select(PAGE_SESSION)).all())

    assert "$argon2id$" in stored
    assert PASSWORD not in stored
    assert number not in stored
    assert repr(bytes.fromhex(number)) not in stored


def test_a_password_that_somebody_else_chose_is_changed_first(house: House) -> None:
    new_account(house, must_change=True)
    person = enter(house, next="/work/links")

    led = person.get("/work/links")
    page = person.get(led.headers["Location"])
    changed = person.post(
        "/work/account", page="/work/account", old=PASSWORD, new=OTHER, again=OTHER,
        next="/work/links",
    )  # fmt: skip

    assert led.headers["Location"] == "/work/account?next=%2Fwork%2Flinks"
    assert "请设置您自己的密码" in page.get_data(as_text=True)
    assert changed.headers["Location"] == "/work/links"
    assert person.get("/work/links").status_code == 200
    assert enter(house, password=OTHER).get("/work").status_code == 200


def test_another_password_ends_every_other_session(house: House) -> None:
    new_account(house)
    person, elsewhere = enter(house), enter(house)
    before = person.client.get_cookie("suxin")

    person.post("/work/account", page="/work/account", old=PASSWORD, new=OTHER, again=OTHER)

    after = person.client.get_cookie("suxin")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    assert person.get("/work").status_code == 200
    assert elsewhere.get("/work").status_code == 303
    assert (house.acts.told[-1][1]) == "account_password_changed"
    assert PASSWORD not in repr(house.acts.told)
    assert OTHER not in repr(house.acts.told)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"new": "short"}, "密码需 12 到 256 个字符"),
        ({"new": "wang.fangwang.fang"}, "密码不能就是登录名"),
        ({"new": "password1234"}, "最容易被猜到"),
        ({"new": "123456123456"}, "最容易被猜到"),
        ({"again": "something else again"}, "两次输入的不一致"),
        ({"new": PASSWORD, "again": PASSWORD}, "这就是您现在的密码"),
        ({"old": "not the password"}, "密码不对"),
    ],
)
def test_what_is_wrong_with_a_new_password_is_said_beside_it(
    sqlite_house: House, changed: dict[str, str], said: str
) -> None:
    new_account(sqlite_house)
    person = enter(sqlite_house)
    typed = {"old": PASSWORD, "new": OTHER, **changed}

    answer = person.post("/work/account", page="/work/account", **{"again": typed["new"], **typed})

    text = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert said in text
    assert typed["new"] not in text
    assert enter(sqlite_house).get("/work").status_code == 200


def test_one_sees_where_one_is_signed_in_and_ends_it(house: House) -> None:
    new_account(house)
    person, elsewhere, stranger = enter(house), enter(house), enter_other(house)
    text = person.get("/work/account").get_data(as_text=True)
    (other,) = sessions_to_end(text)
    foreign = sessions_to_end_of(house, "li.lei")

    person.post(f"/work/account/sessions/{other}/end", page="/work/account")
    person.post(f"/work/account/sessions/{foreign}/end", page="/work/account")

    assert elsewhere.get("/work").status_code == 303
    assert person.get("/work").status_code == 200
    assert stranger.get("/work").status_code == 200


def enter_other(house: House) -> Visitor:
    new_account(house, "li.lei")
    return enter(house, "li.lei")


def sessions_to_end(text: str) -> list[str]:
    parts = text.split("/work/account/sessions/")[1:]
    return [part.split("/")[0] for part in parts]


def sessions_to_end_of(house: House, login: str) -> str:
    with reading(house.services.engine) as connection:
        account = find_account(connection, login)
        of_account = PAGE_SESSION.c.account_id == account.id
        return str(connection.execute(select(PAGE_SESSION.c.id).where(of_account)).scalar_one())


def test_an_account_that_ends_is_signed_out_everywhere_at_once(house: House) -> None:
    account, person = new_account(house), enter(house)
    record = house.acts.recorder("console")

    end_account(house.services.engine, account, now=house.clock.now(), record=record)

    assert person.get("/work").status_code == 303
    assert [kind for _, kind, _ in house.acts.told] == ["account_granted", "account_ended"]


def test_a_key_has_no_password_to_change(sqlite_house: House) -> None:
    person = visitor(sqlite_house)
    person.post("/sign-in", page="/sign-in", key=sqlite_house.keys["producer"])

    page = person.get("/work/account").get_data(as_text=True)
    answer = person.post("/work/account", old="x", new=OTHER, again=OTHER)

    assert "您是用接口密钥登录的" in page
    assert answer.status_code == 400


def test_a_hash_of_older_parameters_is_made_anew(sqlite_url: str, tmp_path: Path) -> None:
    house = open_house(sqlite_url, tmp_path, password_rounds=3)
    account = new_account(house)
    older = "$argon2id$v=19$m=64,t=1,p=1$"
    weak = weak_hash()
    with transaction(house.services.engine) as connection:
        which = update(ACCOUNT).where(ACCOUNT.c.id == account.id)
        connection.execute(which.values(password_hash=weak))

    enter(house)

    with reading(house.services.engine) as connection:
        stored = connection.execute(select(ACCOUNT.c.password_hash)).scalar_one()
    assert weak.startswith(older)
    assert ",t=3," in stored
    enter(house)
    house.services.engine.dispose()


def weak_hash() -> str:
    return PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
