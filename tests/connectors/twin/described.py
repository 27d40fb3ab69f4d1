"""GitHub's OpenAPI documents, to hold answers and deliveries against: every part that is there is of the right type.

What they require is not asked for: most of it is links and counts that nobody reads.
"""

import gzip
import json
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from tests.shared import shared


@cache
def document(name: str) -> Any:
    """The document of that file name in the contracts, without what it requires."""
    return _only_types(json.loads(gzip.decompress(shared(f"contracts/github/{name}").read_bytes())))


def problems(name: str, schema: Any, value: Any) -> list[str]:
    """What the value has that the schema, a part of that document, does not allow; the plainest one only."""
    root = {**schema, "components": document(name)["components"]}
    found = best_match(Draft202012Validator(root).iter_errors(value))
    return [f"{found.json_path}: {found.message[:200]}"] if found else []


def _only_types(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_only_types(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    listed = isinstance(schema.get("required"), list)
    kept = {key: _only_types(value) for key, value in schema.items() if key != "required" or not listed}
    # What is not required cannot tell one case from another.
    kept = {("anyOf" if key == "oneOf" else key): value for key, value in kept.items()}
    # Which fields may be null is written in several ways, and not everywhere; null is let pass.
    nullable = "$ref" in schema or schema.get("nullable") or schema.get("type") in ("string", "object")
    return {"anyOf": [kept, {"type": "null"}]} if nullable else kept
