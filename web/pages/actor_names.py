"""Who acted, as pages tell it to authorities.

One rule: a producer is told no name of anybody at an authority; an actor without a name is told as
the ledger has it.
"""

from collections.abc import Mapping

from flask import g

from base.db import reading
from parties.actor_names import names_of_actors
from parties.actors import CONSOLE, Role
from web.pages.languages import say as _
from web.services import services
from web.session import page_actor


def actor_title(actor: str) -> str:
    """Return what an actor is called, its name of the ledger where nothing else is known."""
    if actor == CONSOLE.id:
        return _("the console")
    return _names().get(actor, actor)


def _names() -> Mapping[str, str]:
    """Return the names that this reader may be told, read once for a page."""
    if page_actor().role is Role.PRODUCER:
        return {}
    if "actor_names" not in g:
        parts = services()
        with reading(parts.engine) as connection:
            rows_max = parts.settings.credit_told_max
            g.actor_names = names_of_actors(connection, rows_max=rows_max)
    names: Mapping[str, str] = g.actor_names
    return names
