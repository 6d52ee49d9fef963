"""Whether this process can serve."""

from typing import Any

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from base.db import reading
from parties.access import Action
from web import VERSION
from web.api import shapes
from web.api.blueprint import ApiBlueprint
from web.auth import requires
from web.services import services

BLUEPRINT = ApiBlueprint("health", __name__, description="The state of the service.")

_log = structlog.get_logger(__name__)
_NO_STORE = {"Cache-Control": "no-store"}


@BLUEPRINT.route("/healthz", methods=["GET"])
@requires(Action.READ_HEALTH)
@BLUEPRINT.response(200, shapes.HealthOut)
@BLUEPRINT.alt_response(503, schema=shapes.HealthOut)
def get_health() -> tuple[dict[str, Any], int, dict[str, str]]:
    """Return 200 where the database answers, 503 where it does not."""
    parts = services()
    try:
        with reading(parts.engine) as connection:
            connection.execute(text("SELECT 1"))
        entries = parts.head_size()
    except SQLAlchemyError:
        # The answer is the report: whoever asks for health must hear of the failure.
        _log.warning("health_database_away", exc_info=True)
        return _health("failing", "away", None), 503, _NO_STORE
    return _health("ok", "ok", entries), 200, _NO_STORE


def _health(status: str, database: str, entries: int | None) -> dict[str, Any]:
    return {"status": status, "version": VERSION, "database": database, "entries": entries}
