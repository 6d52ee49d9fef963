"""Makes the application: its parts, its doors, its answers."""

from functools import partial
from typing import Any, Final

import orjson
from flask import Flask
from flask.json.provider import JSONProvider

from base.config import Settings
from ledger.heads import size_of
from web.answers import install_answers
from web.api import (
    alerts,
    codes,
    credit,
    credit_applying,
    credit_cases,
    credit_feeds,
    credit_grades,
    credit_hooks,
    credit_inspections,
    credit_lists,
    credit_names,
    credit_open_draws,
    credit_proofs,
    credit_reports,
    credit_snapshots,
    credit_statistics,
    credit_supervision,
    credit_warnings,
    credit_watches,
    drugs,
    epcis,
    findings,
    health,
    issuing,
    issuing_work,
    keys,
    ledger,
    lineage,
    links,
    monitoring,
    prefixes,
    profiles,
    recall_hook,
    recalls,
    register,
    sheets,
    submissions,
    tag_keys,
)
from web.api.blueprint import ApiBlueprint
from web.credit_reading import install_credit_behind
from web.form_file import FORM_BYTES
from web.guard import install_guard
from web.held_pages import HeldPages
from web.openapi import install_api
from web.page_source import LedgerPages
from web.pages.camera import register_camera
from web.pages.credit.person_numbers import install_person_numbers
from web.pages.languages import set_up_languages
from web.pages.routes import register_pages
from web.pages.work import register_work
from web.problems import install_problems
from web.queries import EscapedRequest
from web.resolver.entry import Resolver
from web.resolver.routes import register_resolver
from web.rules import LateRule
from web.scan_log import install_scan_log
from web.services import EXTENSION, Services, build_services
from web.session import set_up_sessions

# One line for each group of operations.
API_BLUEPRINTS: Final[tuple[ApiBlueprint, ...]] = (
    health.BLUEPRINT,
    register.BLUEPRINT,
    keys.BLUEPRINT,
    epcis.BLUEPRINT,
    ledger.BLUEPRINT,
    links.BLUEPRINT,
    issuing.BLUEPRINT,
    issuing_work.BLUEPRINT,
    prefixes.BLUEPRINT,
    tag_keys.BLUEPRINT,
    codes.BLUEPRINT,
    credit.BLUEPRINT,
    credit_applying.BLUEPRINT,
    credit_cases.BLUEPRINT,
    credit_feeds.BLUEPRINT,
    credit_grades.BLUEPRINT,
    credit_lists.BLUEPRINT,
    credit_open_draws.BLUEPRINT,
    credit_inspections.BLUEPRINT,
    credit_proofs.BLUEPRINT,
    credit_names.BLUEPRINT,
    credit_warnings.BLUEPRINT,
    credit_watches.BLUEPRINT,
    credit_hooks.BLUEPRINT,
    credit_reports.BLUEPRINT,
    credit_snapshots.BLUEPRINT,
    credit_statistics.BLUEPRINT,
    credit_supervision.BLUEPRINT,
    alerts.BLUEPRINT,
    recalls.BLUEPRINT,
    recall_hook.BLUEPRINT,
    findings.BLUEPRINT,
    lineage.BLUEPRINT,
    drugs.BLUEPRINT,
    profiles.BLUEPRINT,
    monitoring.BLUEPRINT,
    submissions.BLUEPRINT,
    sheets.BLUEPRINT,
)


class _FastJson(JSONProvider):
    """Writes answers with orjson; requests are never read through it."""

    def dumps(self, obj: Any, **kwargs: Any) -> str:  # noqa: ARG002 -- the signature is Flask's
        """Return the JSON text of an answer."""
        return orjson.dumps(obj).decode()

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:  # noqa: ARG002 -- the signature is Flask's
        """Refuse: requests go through `base.strict_json`."""
        raise TypeError("requests are read through base.strict_json")


def _form_bytes_max(settings: Settings) -> int:
    files = (settings.capture_bytes_max, settings.credit_push_bytes_max, settings.sheet_bytes_max)
    return max(files) + FORM_BYTES


def create_app(settings: Settings, *, services: Services | None = None) -> Flask:
    """Return the application of one process; `services` replaces the parts for a test."""
    app = Flask("web")
    app.request_class = EscapedRequest
    app.url_rule_class = LateRule
    app.json = _FastJson(app)
    app.config.update(
        # The largest file that any form takes; an operation with another limit has its own.
        MAX_CONTENT_LENGTH=_form_bytes_max(settings),
        MAX_FORM_MEMORY_SIZE=512 << 10,
        MAX_FORM_PARTS=200,
        SEND_FILE_MAX_AGE_DEFAULT=3600,
    )
    parts = services or build_services(settings)
    app.extensions[EXTENSION] = parts
    set_up_sessions(app, parts)
    install_answers(app)
    install_problems(app)
    install_credit_behind(app)
    install_person_numbers(app)
    # Parts that a test made are written by the test; a process of its own writes by itself.
    log = install_scan_log(app, parts, is_live=services is None)
    install_api(app, API_BLUEPRINTS)
    set_up_languages(app)
    held = HeldPages(log_size=partial(size_of, parts.engine, parts.log), clock=parts.clock)
    register_pages(app, LedgerPages(services=parts), held=held)
    register_resolver(
        app,
        Resolver(
            root=settings.effective_public_url,
            own_root=settings.public_url,
            operator=settings.origin,
            links=parts.links,
            query_chars_max=settings.resolver_query_chars_max,
        ),
    )
    register_camera(app, settings)
    register_work(app)
    install_guard(app, settings, log)
    return app
