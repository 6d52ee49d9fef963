"""What a product is traced by where no event names it as a whole: its lots.

One rule: a product is shown to its owner, to whoever may see one of its lots, and to supervision.
"""

from trace.lots import Lots, lots_of_product
from typing import Final

from flask import render_template

from base.db import reading
from base.errors import AppError
from codes.canonical import Level, level_of
from codes.typed import uri_typed
from parties.actors import Actor
from parties.directory import products_by_uri
from web.pages.languages import chosen_lang
from web.pages.tracing.picture import trace_path
from web.pages.tracing.things import thing_of
from web.recall_marks import badges_for
from web.services import Services
from web.tracing import scope_of

_ROWS_MAX: Final = 50


def lots_page(parts: Services, actor: Actor, text: str) -> str | None:
    """Return the page that offers the lots of a registered product; None for anything else."""
    try:
        uri = uri_typed(text)
    except AppError:
        return None
    if level_of(uri) is not Level.CLASS:
        return None
    events_max = parts.settings.search_events_max
    with reading(parts.engine) as connection:
        card = products_by_uri(connection, [uri]).get(uri)
        if card is None:
            return None
        product = (card.uri, card.party_id)
        lots: Lots = lots_of_product(
            connection, parts.log, product, actor, rows_max=_ROWS_MAX, events_max=events_max
        )
        badges = badges_for(connection, parts.log, actor, list(lots.uris))
    own = scope_of(actor)
    if not lots.uris and own not in (None, card.party_id):
        return None
    return render_template(
        "trace/lots.html",
        card=card,
        subject=thing_of(uri, card, None),
        spec=card.spec_zh if chosen_lang() == "zh" else card.spec_en or card.spec_zh,
        lots=lots,
        badges=badges,
        things=[thing_of(one, card, None) for one in lots.uris],
        events_max=events_max,
        trace_path=trace_path,
    )
