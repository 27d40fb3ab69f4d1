"""Untagged work, gathered for decisions."""

import msgspec
from fastapi import APIRouter
from pydantic import BaseModel

from sync.store.reckonings import State
from sync.web.asked import AsOf, Limit
from sync.work.desk import Desk


class Decision(BaseModel):
    """One rule, and what it would clear."""

    number: int
    rule: str  #: a line of YAML for `rules` of the mapping file, its objective to be named
    asks: dict[str, object]  #: its `when`
    clears: int
    effort_days: int  #: whole person-days that went into these lately
    touched: int  #: lately, of what it clears
    matches: int  #: untagged that the rule itself matches
    takes: dict[str, int]  #: tagged by parent or link alone, which the rule would take
    overlaps: dict[str, int]  #: tagged by what comes before it, which it leaves
    objective: str | None  #: what most of the tagged that are like it serve
    examples: list[tuple[str, str]]  #: key and title


class Triage(BaseModel):
    untagged: int
    touched: int
    rest: int  #: untagged still, after all these decisions
    clusters: list[Decision]


class Gathered(BaseModel):
    """How it stands with the triage."""

    state: State
    cause: str  #: why it failed
    triage: Triage | None  #: once it is done


def router(desk: Desk) -> APIRouter:
    api = APIRouter()

    @api.get("/triage")
    def gathered(as_of: AsOf = None, limit: Limit = 10) -> Gathered:
        """The decisions that would clear most: ask again until it is done."""
        stands = desk.ask_triage(as_of=as_of, limit=limit)
        told = msgspec.json.decode(desk.content(stands)) if stands.state == "done" else None
        return Gathered(state=stands.state, cause=stands.cause, triage=told and Triage.model_validate(told))

    return api
