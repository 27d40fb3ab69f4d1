"""Every deployment of every service with what became of it, as a table to export."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mappings.deployments import SERVICE_DEPLOYMENTS
from mappings.rows import as_table
from sync.reconcile.dora import Dora
from sync.reconcile.ranked import ranked

if TYPE_CHECKING:
    import ibis.expr.types as ir

JUDGED = {
    "changes": "int64",  # commits that it brought; null where that cannot be known, as of the first
    "rollback": "boolean",
    "rework": "boolean",  # it repaired something that users saw
    "failed_by": "string",  # the first rule by which it failed
    "recovered_us": "int64",
}


def deployments(known: Dora) -> "ir.Table":
    """`SERVICE_DEPLOYMENTS`, `JUDGED`, and lead_us: p50 of its changes from the first commit to production."""
    judged = as_table(_judged(known), {"service": "string", "ref": "string", **JUDGED})
    timed = known.leads.filter(known.leads.lead_us >= 0)
    median = ranked(timed, by=["service", "ref"], values=["lead_us"], percent=50)
    told = known.shipping.deployed
    for more in (judged, median.select("service", "ref", "lead_us")):
        told = told.left_join(more, ["service", "ref"]).drop("service_right", "ref_right")
    return told.select(*SERVICE_DEPLOYMENTS, *JUDGED, "lead_us")


def _judged(known: Dora) -> Iterator[dict[str, Any]]:
    for service, made in known.shipping.deployments.items():
        for each in made:
            verdict = known.verdicts[service][each.ref]
            yield {
                "service": service,
                "ref": each.ref,
                "changes": None if each.brought is None else len(each.brought),
                "rollback": each.rollback,
                "rework": verdict.rework,
                "failed_by": verdict.failed_by,
                "recovered_us": verdict.recovered_us,
            }
