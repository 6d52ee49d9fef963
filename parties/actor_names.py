"""What the actors of entries are called: the ledger names them by bits, the register by words.

The rule that must stay true: nobody who acts for a party of the chain is here; a name that is not
told stays the bits that it is in the ledger.
"""

from collections.abc import Mapping

from sqlalchemy import Connection, select

from parties.actors import Role, account_actor_id, actor_of_key
from parties.tables import ACCOUNT, API_KEY


def names_of_actors(connection: Connection, *, rows_max: int) -> Mapping[str, str]:
    """Return the names of accounts and the labels of keys by their actors, the newest ones."""
    accounts = (
        select(ACCOUNT.c.id, ACCOUNT.c.name)
        .where(ACCOUNT.c.role != Role.PRODUCER.value)
        .order_by(ACCOUNT.c.id.desc())
        .limit(rows_max)
    )
    keys = (
        select(API_KEY.c.id, API_KEY.c.role, API_KEY.c.label)
        .where(API_KEY.c.role != Role.PRODUCER.value)
        .order_by(API_KEY.c.id.desc())
        .limit(rows_max)
    )
    found = {account_actor_id(row.id): row.name for row in connection.execute(accounts)}
    for row in connection.execute(keys):
        actor = actor_of_key(key_id=row.id, role=Role(row.role), party_id=None)
        found[actor.id] = row.label
    return found
