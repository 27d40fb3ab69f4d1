"""How people's working days are shared out among the work (metrics.md §4).

The unit is the person-day: an estimate of attention, neither of hours nor of merit nor of output. Tables that have a
person in them do not leave this package.
"""

from sync.reconcile.effort.ledger import Ledger

__all__ = ["Ledger"]
