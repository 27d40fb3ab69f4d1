"""The map in force, as the files say it and as people have added to it since."""

import hashlib
from dataclasses import replace
from datetime import date

from sqlalchemy import Engine

from mappings.posted import with_posted
from sync.files import Files, Map
from sync.store import acknowledgements, readings


def map_on(engine: Engine, files: Files, day: date) -> Map:
    """The map of the files on a day, with the acknowledgements and readings that the store keeps beside them.

    Where the files say something of the same finding, or of the same measure on the same day, they are right. Raises
    `Problems` where no map is in force yet.
    """
    found = files.on(day)
    accepted, read = acknowledgements.kept(engine), readings.kept(engine)
    if not accepted and not read:
        return found
    return replace(
        found,
        strategy=with_posted(found.strategy, read),
        acks=found.acks.model_copy(update={"acks": (*accepted, *found.acks.acks)}),
        digest=hashlib.sha256(repr((found.digest, accepted, read)).encode()).hexdigest(),
    )
