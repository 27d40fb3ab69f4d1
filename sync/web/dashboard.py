"""The dashboard: what people and programs ask of one installation."""

from collections.abc import Sequence

from fastapi import APIRouter

from sync.web import api, pages
from sync.work.desk import Desk


def dashboard(desk: Desk) -> Sequence[APIRouter]:
    """Pages for people, and the same for programs."""
    return pages.router(desk), api.router(desk)
