"""The JSON Schemas of the user's files and of the report."""

import json

from mappings.load import json_schema
from mappings.model import UserFile
from mappings.people import People
from mappings.rules import Mappings
from mappings.strategy import Strategy
from sync.config import Config
from sync.report import model

FILES: dict[str, type[UserFile]] = {"fingerpost": Config, "strategy": Strategy, "mappings": Mappings, "people": People}


def schema_of(name: str) -> str:
    """The schema as JSON text. `name` is one of `FILES`, or "report"."""
    schema = model.json_schema() if name == "report" else json_schema(FILES[name])
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False)
