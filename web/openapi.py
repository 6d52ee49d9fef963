"""The description of the API (OpenAPI 3.1) and the page that lets a reader try it.

The page uses the files of swagger-ui-dist that `make setup` puts into the static folder; there is
no inline script and no other host, so that it works inside a closed network under the strict CSP.
"""

from html import escape
from pathlib import Path
from typing import Final

import orjson
from flask import Blueprint, Flask, Response, current_app, url_for

from web import VERSION
from web.api.blueprint import SECURITY_SCHEME, ApiBlueprint, ProblemApi

OPENAPI_VERSION: Final = "3.1.0"
_FOLDER: Final = "vendor/swagger-ui-dist"
_SCRIPT: Final = "swagger-ui-bundle.js"
_STYLE: Final = "swagger-ui.css"

_DESCRIPTION: Final = """Traceability and credit of products on one tamper-evident ledger.

Send `Authorization: Bearer <key>`. Every error is a problem document (RFC 9457). Lists are paged:
send `next` of one page as `after` of the next. A POST may carry an `Idempotency-Key`.
"""

_START_SCRIPT: Final = """"use strict";
window.addEventListener("load", () => {
  SwaggerUIBundle({
    url: document.getElementById("api").dataset.url,
    dom_id: "#api",
    deepLinking: true,
    validatorUrl: null,
    persistAuthorization: false,
  });
});
"""

# A description depends on the blueprints alone: a process writes it once, however many applications
# it makes.
_WRITTEN: Final[dict[tuple[ApiBlueprint, ...], bytes]] = {}

BLUEPRINT = Blueprint("openapi", __name__, url_prefix="/api")


def install_api(app: Flask, blueprints: tuple[ApiBlueprint, ...]) -> ProblemApi:
    """Register the blueprints and their description; raises for a name that is taken."""
    app.config.update(
        API_TITLE="Suxin 溯信",
        API_VERSION=VERSION,
        OPENAPI_VERSION=OPENAPI_VERSION,
    )
    api = ProblemApi(
        app,
        spec_kwargs={"info": {"description": _DESCRIPTION}, "servers": [{"url": "/"}]},
    )
    scheme = {"type": "http", "scheme": "bearer", "description": "A key as it was granted."}
    api.spec.components.security_scheme(SECURITY_SCHEME, scheme)
    known = _WRITTEN.get(blueprints)
    for blueprint in blueprints:
        api.register_blueprint(blueprint, is_described=known is not None)
    document = known or orjson.dumps(api.spec.to_dict())
    _WRITTEN[blueprints] = document

    def openapi_json() -> Response:
        return Response(document, content_type="application/json")

    app.add_url_rule("/api/openapi.json", "openapi_json", openapi_json)
    app.register_blueprint(BLUEPRINT)
    return api


@BLUEPRINT.route("/docs")
def docs_page() -> Response:
    """Return the interactive page, or what to run where its files are missing."""
    folder = Path(current_app.static_folder or "") / _FOLDER
    missing = [name for name in (_SCRIPT, _STYLE) if not (folder / name).is_file()]
    return Response(_page(missing), content_type="text/html; charset=utf-8")


@BLUEPRINT.route("/docs.js")
def docs_script() -> Response:
    """Return the script that starts the page."""
    return Response(_START_SCRIPT, content_type="text/javascript; charset=utf-8")


def _page(missing: list[str]) -> str:
    url = escape(url_for("openapi_json"))
    head = '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>API · Suxin</title>'
    if missing:
        body = (
            "<h1>The files of this page are not installed</h1>"
            f"<p>Run <code>make setup</code> (missing: {escape(', '.join(missing))}). "
            f'The description itself is at <a href="{url}">{url}</a>.</p>'
        )
        return f"{head}</head><body><main>{body}</main></body></html>"
    style, script = (_static(name) for name in (_STYLE, _SCRIPT))
    return (
        f'{head}<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="stylesheet" href="{style}"></head>'
        f'<body><div id="api" data-url="{url}"></div><script src="{script}"></script>'
        f'<script src="{escape(url_for("openapi.docs_script"))}"></script></body></html>'
    )


def _static(name: str) -> str:
    return escape(url_for("static", filename=f"{_FOLDER}/{name}"))
