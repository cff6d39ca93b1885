"""JSON schemas of our records, so that no record is written twice (once for the code and once for the API).

A record that is only ever answered has all its fields always; one that may be sent to us has optional ones. Where a
record is both, the sent form is named `...Input`.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

REF = "#/components/schemas/{name}"

Schema = dict[str, Any]


class Schemas:
    """The schemas of all answers and bodies: `of_answer[type]`, `of_body[type]`, and the components they refer to."""

    def __init__(self, *, answers: Iterable[Any], bodies: Iterable[Any]) -> None:
        answer_types, body_types = unique(answers), unique(bodies)
        answer_refs, answer_parts = msgspec.json.schema_components(answer_types, ref_template=REF)
        body_refs, body_parts = msgspec.json.schema_components(body_types, ref_template=REF)
        renamed = {
            name: f"{name}Input" for name in body_parts if name in answer_parts and name not in enums(body_parts)
        }
        for part in answer_parts.values():
            require_all(part)
        renamed |= {name: short(renamed.get(name, name)) for name in (*answer_parts, *body_parts) if "." in name}
        plain = {name: short(name) for name in answer_parts if "." in name}
        self.answers = list(zip(answer_types, (rename(ref, plain) for ref in answer_refs), strict=True))
        self.bodies = list(zip(body_types, (rename(ref, renamed) for ref in body_refs), strict=True))
        every = {plain.get(name, name): rename(part, plain) for name, part in answer_parts.items()}
        every |= {renamed.get(name, name): rename(part, renamed) for name, part in body_parts.items()}
        refs = [schema for _, schema in (*self.answers, *self.bodies)]
        self.components: dict[str, Schema] = {name: every[name] for name in reached(refs, every)}

    def of_answer(self, type_: Any) -> Schema:
        return next(schema for known, schema in self.answers if known == type_)

    def of_body(self, type_: Any) -> Schema:
        return next(schema for known, schema in self.bodies if known == type_)


def short(name: str) -> str:
    """Two records of one name are told apart by the module's: `core.model.queue.Destination` is `QueueDestination`."""
    module, _, own = name.rpartition(".")
    return module.rpartition(".")[2].title().replace("_", "") + own


def reached(schemas: Iterable[Any], components: dict[str, Schema]) -> list[str]:
    """Those that something refers to: the names of a mapping's keys are components, too, that no schema mentions."""
    found: dict[str, None] = {}
    left = [name for schema in schemas for name in refs_in(schema)]
    while left:
        name = left.pop()
        if name not in found:
            found[name] = None
            left += refs_in(components[name])
    return list(found)


def refs_in(schema: Any) -> list[str]:
    if isinstance(schema, list):
        return [name for item in schema for name in refs_in(item)]
    if not isinstance(schema, dict):
        return []
    own = [schema["$ref"].rpartition("/")[2]] if isinstance(schema.get("$ref"), str) else []
    return own + [name for value in schema.values() for name in refs_in(value)]


def unique(types: Iterable[Any]) -> list[Any]:
    found: list[Any] = []
    for type_ in types:
        if type_ is not None and type_ not in found:
            found.append(type_)
    return found


def enums(parts: dict[str, Schema]) -> set[str]:
    return {name for name, part in parts.items() if "enum" in part}


def require_all(part: Schema) -> None:
    """An answer is encoded with all its fields, also those that have a default."""
    if part.get("type") == "object" and "properties" in part:
        part["required"] = list(part["properties"])
        for schema in part["properties"].values():
            schema.pop("default", None)


def rename(schema: Any, names: dict[str, str]) -> Any:
    """The schema with its references to renamed components changed."""
    if isinstance(schema, dict):
        return {
            key: rename_ref(value, names) if key == "$ref" else rename(value, names) for key, value in schema.items()
        }
    if isinstance(schema, list):
        return [rename(item, names) for item in schema]
    return schema


def rename_ref(ref: str, names: dict[str, str]) -> str:
    name = ref.rpartition("/")[2]
    return REF.format(name=names.get(name, name))
