"""The OpenAPI 3.1 document, made from the declared routes. Printed by `python -m busyhour.http.openapi`, no server
needed; `web/openapi.json` is that print, and the page's client is generated from it.
"""

import json
import sys
from collections.abc import Sequence
from typing import Any

from fastapi.openapi.utils import get_openapi
from starlette.routing import BaseRoute

from busyhour import __version__
from busyhour.http.answers import FaultAnswer
from busyhour.http.permissions import PUBLIC
from busyhour.http.routes import SOCKET, Declared
from busyhour.http.schemas import Schema, Schemas

JSON = "application/json"
SECURITY: list[dict[str, list[str]]] = [{"session": []}, {"token": []}]

Installed = Sequence[tuple[BaseRoute, Declared]]


def document(installed: Installed) -> dict[str, Any]:
    api = [(route, declared) for route, declared in installed if declared.path.startswith(("/api/", "/health"))]
    http = [(route, declared) for route, declared in api if declared.method != SOCKET]
    schemas = Schemas(
        answers=[FaultAnswer, *(declared.answer for _, declared in http)], bodies=[d.body for _, d in http]
    )
    made = get_openapi(
        title="Busyhour",
        version=__version__,
        openapi_version="3.1.0",
        description="The API of Busyhour. `docs/http-api.md` is its map.",
        routes=[route for route, _ in http],
    )
    for _, declared in http:
        operation = made["paths"][declared.path][declared.method.lower()]
        describe(operation, declared, schemas)
    made["components"] = {
        "schemas": dict(sorted(schemas.components.items())),
        "securitySchemes": {
            "session": {"type": "apiKey", "in": "cookie", "name": "busyhour_session"},
            "token": {"type": "http", "scheme": "bearer"},
        },
    }
    return made


def describe(operation: dict[str, Any], declared: Declared, schemas: Schemas) -> None:
    operation["x-permission"] = declared.permission
    if declared.permission != PUBLIC:
        operation["security"] = SECURITY
    if declared.body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {JSON: {"schema": schemas.of_body(declared.body)}},
        }
    elif declared.form is not None:
        operation["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": declared.form}}}
    operation["responses"] = {
        str(declared.status): {"description": "Done", **content_of(declared, schemas)},
        "default": {
            "description": "A fault, with what to do next",
            "content": {JSON: {"schema": schemas.of_answer(FaultAnswer)}},
        },
    }


def content_of(declared: Declared, schemas: Schemas) -> Schema:
    content: Schema = {}
    if declared.answer is not None:
        content[JSON] = {"schema": schemas.of_answer(declared.answer)}
    for media in declared.media:
        content[media] = {"schema": {"type": "string", "contentMediaType": media}}
    return {"content": content} if content else {}


def text_of(installed: Installed) -> str:
    return json.dumps(document(installed), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    # Late: app.py imports this module.
    from busyhour.http.app import installed_routes

    sys.stdout.write(text_of(installed_routes()))
