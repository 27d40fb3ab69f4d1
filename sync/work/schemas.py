"""The JSON Schemas of the user's files, and of the documents that the program writes."""

import json

from mappings.acknowledgements import Acknowledgements
from mappings.load import json_schema
from mappings.model import UserFile
from mappings.people import People
from mappings.rules import Mappings
from mappings.strategy import Strategy
from sync.config import Config
from sync.deliver import webhook
from sync.report import explanation, model
from sync.report.diff import model as diff

FILES: dict[str, type[UserFile]] = {
    "fingerpost": Config,
    "strategy": Strategy,
    "mappings": Mappings,
    "people": People,
    "acks": Acknowledgements,
}
DOCUMENTS = {
    "report": model.json_schema,
    "explanation": explanation.json_schema,
    "diff": diff.json_schema,
    "message": webhook.json_schema,
}


def schema_of(name: str) -> str:
    """The schema as JSON text. `name` is one of `FILES` or `DOCUMENTS`."""
    schema = DOCUMENTS[name]() if name in DOCUMENTS else json_schema(FILES[name])
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False)
