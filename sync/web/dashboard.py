"""The dashboard: what people and programs ask of one installation."""

from collections.abc import Sequence

from fastapi import APIRouter

from sync.web import api, pages
from sync.web.shelf import Shelf
from sync.work.desk import Desk


def dashboard(desk: Desk, shelf: Shelf) -> Sequence[APIRouter]:
    """Pages for people, and the same for programs."""
    return pages.router(desk, shelf), api.router(desk)
