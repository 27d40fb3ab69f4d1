"""Deliveries of the twin as the door hands them on, and what came of them."""

from datetime import datetime

from sqlalchemy import Engine, select

from connectors.delivery import Delivery
from connectors.twin import github_hooks
from sync.store.deliveries import Arrival
from sync.store.tables import WORK_ITEMS

DEV = {"__typename": "User", "login": "payments-dev-1", "id": "U_dev"}
SECRET = "hush"


def arrival_of(told: github_hooks.Delivery, *, at: datetime, source: str = "github") -> Arrival:
    """What GitHub told, found to be its own."""
    delivery = Delivery(headers=told.headers(SECRET), body=told.body, received_at=at)
    return Arrival(source=source, id=told.guid, event=told.event, delivery=delivery)


def title_of(engine: Engine, ref: str) -> str | None:
    with engine.begin() as connection:
        title: str | None = connection.execute(select(WORK_ITEMS.c.title).where(WORK_ITEMS.c.ref == ref)).scalar()
        return title
