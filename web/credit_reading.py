"""What a question of credit folds before it is answered, and how an answer says what it lacks.

The rule that must stay true: who only asks waits for nobody's long batch, and no answer that lacks
entries looks like one that has them all.
"""

from typing import Final

from flask import Flask, Response, g, has_request_context

from credit.folding.projector import Behind, bring_up_within
from web.services import Services

SIZE_HEADER: Final = "Suxin-Credit-Size"
BEHIND_HEADER: Final = "Suxin-Credit-Behind"


def brought_up(parts: Services) -> None:
    """Fold what was appended since, up to the setting; the answer says what is left.

    Whoever appends folds all of it before being answered, and reads his own entries after that.
    """
    behind = bring_up_within(parts.engine, parts.log, parts.settings.credit_backlog_max)
    # What is made outside of a request is made by whoever folded everything before.
    if has_request_context():
        g.credit_behind = behind


def credit_behind() -> Behind | None:
    """Return what the answer to this request lacks; None for nothing, or no answer of credit."""
    found = g.get("credit_behind")
    return found if isinstance(found, Behind) else None


def install_credit_behind(app: Flask) -> None:
    """Let every answer of credit say what it lacks; a page has a notice besides (`base.html`)."""
    app.after_request(_tell)


def _tell(response: Response) -> Response:
    behind = credit_behind()
    if behind is not None:
        response.headers[SIZE_HEADER] = str(behind.size)
        response.headers[BEHIND_HEADER] = str(behind.entries)
        # It is whole in a moment: nobody on the way keeps it.
        response.headers["Cache-Control"] = "no-store"
    return response
