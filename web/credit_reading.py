"""What a question or an act of credit folds first, and how an answer says what it lacks.

The rule that must stay true: nobody waits for another's long batch, no answer that lacks entries
looks like one that has them all, and nothing is done on what is known in part.
"""

from typing import Final

from flask import Flask, Response, g, has_request_context

from base.errors import Busy, Problem
from credit.folding.projector import Behind, bring_up_within
from credit.refusal_words import sentence_zh
from web.services import Services

RETRY_AFTER_S: Final = 5
"""A batch of some ten thousand rows is folded in about as long."""

SIZE_HEADER: Final = "Suxin-Credit-Size"
BEHIND_HEADER: Final = "Suxin-Credit-Behind"


def brought_up(parts: Services) -> None:
    """Fold what was appended since, up to the setting; the answer says what is left.

    Whoever appends folds all of it before being answered, and reads his own entries after that:
    what came before them he folded first (`caught_up`).
    """
    behind = bring_up_within(parts.engine, parts.log, parts.settings.credit_backlog_max)
    # What is made outside of a request is made by whoever folded everything before.
    if has_request_context():
        g.credit_behind = behind


def caught_up(parts: Services) -> None:
    """Fold what was appended since, up to the setting, before something is done by it.

    Raises `Busy` where more is left: nothing was recorded then, and whoever handed the long batch
    in, or the worker, reads on. Who acts waits for others that fold a few entries at this moment.
    """
    rows_max = parts.settings.credit_backlog_max
    if bring_up_within(parts.engine, parts.log, rows_max, is_waiting=True) is None:
        return
    if has_request_context():
        g.credit_busy = True
    again = f"send it again in {RETRY_AFTER_S} seconds."
    message = f"Long batches are being read and nothing was recorded: {again}"
    problem = Problem(
        path="", code="credit_behind", message=message, message_zh=sentence_zh(message)
    )
    raise Busy(message, retry_after_s=RETRY_AFTER_S, problems=(problem,))


def credit_behind() -> Behind | None:
    """Return what the answer to this request lacks; None for nothing, or no answer of credit."""
    found = g.get("credit_behind")
    return found if isinstance(found, Behind) else None


def install_credit_behind(app: Flask) -> None:
    """Let every answer of credit say what it lacks; a page has a notice besides (`base.html`).

    A form that is shown again because too much waits is no fault of whoever sent it: 503.
    """
    app.after_request(_tell)


def _tell(response: Response) -> Response:
    if "credit_busy" in g:
        response.status_code = 503
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
    behind = credit_behind()
    if behind is not None:
        response.headers[SIZE_HEADER] = str(behind.size)
        response.headers[BEHIND_HEADER] = str(behind.entries)
        # It is whole in a moment: nobody on the way keeps it.
        response.headers["Cache-Control"] = "no-store"
    return response
