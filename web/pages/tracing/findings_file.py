"""The findings that a page lists as a table in text, every one of them on a line of its own.

The rule that must stay true: a file holds what the page would show the same reader with the same
filters, and no cell of it is a formula.
"""

import csv
from collections.abc import Iterator
from io import TextIOWrapper
from trace.sheets.texts import safe_text
from typing import BinaryIO

from flask import Response, request

from base.db import reading
from base.errors import InvalidInput
from parties.access import Action
from parties.directory import parties_by_id, products_by_uri, register_uris
from web.downloads import download
from web.findings import Seen, every_finding_for
from web.pages.languages import chosen_lang
from web.pages.languages import say as _
from web.pages.model import Lang
from web.pages.tracing.findings import query_asked
from web.pages.work_blueprint import blueprint, name_of, when
from web.pages.work_forms import Form
from web.services import Services, services
from web.session import page_actor, page_requires


@blueprint.get("/findings.csv")
@page_requires(Action.READ_FINDINGS)
def findings_table() -> Response:
    """Give the findings of the page's filters as a table, as many as the settings allow."""
    parts, actor = services(), page_actor()
    form = Form(name="filter", values=request.args.to_dict())
    query = query_asked(form, parts.settings.finding_csv_rows_max)
    if not form.is_good:
        raise InvalidInput(next(iter(form.problems.values())))
    found = every_finding_for(parts, actor, query)

    def write(out: BinaryIO) -> None:
        # The mark tells a spreadsheet that the text is UTF-8.
        text = TextIOWrapper(out, encoding="utf-8-sig", newline="")
        lines = csv.writer(text, lineterminator="\r\n")
        lines.writerow(_head())
        lines.writerows(
            [safe_text(cell) for cell in cells] for cells in _rows(parts, found, chosen_lang())
        )
        text.detach()

    return download(write, "findings.csv", media_type="text/csv; charset=utf-8")


def _head() -> tuple[str, ...]:
    return (
        _("What was noticed"),
        _("Says"),
        _("Severity"),
        _("State"),
        _("Product"),
        _("Code"),
        _("Party"),
        _("First evidence"),
        _("Last evidence"),
        _("Entries"),
    )


def _rows(parts: Services, found: Iterator[Seen], lang: Lang) -> Iterator[tuple[str, ...]]:
    names: dict[str, str] = {}
    with reading(parts.engine) as connection:
        for one in found:
            finding = one.finding
            product, party = register_uris(finding.uri)[-1], finding.party_id
            if product not in names:
                cards = products_by_uri(connection, [product])
                names[product] = name_of(cards[product]) if product in cards else ""
            if party is not None and str(party) not in names:
                holders = parties_by_id(connection, [party])
                names[str(party)] = name_of(holders[party]) if party in holders else ""
            yield (
                one.title(lang),
                one.says(lang),
                finding.severity.value,
                finding.state.value,
                names[product],
                finding.uri,
                "" if party is None else names[str(party)],
                when(finding.first_at),
                when(finding.last_at),
                " ".join(map(str, finding.seqs)),
            )
