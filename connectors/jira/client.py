"""The package `jira`, for the few calls that are not in the path of data. Blocking, so for a thread.

Its traps are listed in jira.md §5: it waits too little, guesses the edition, and follows the `self` of an answer, which
behind the gateway leads nowhere.
"""

from typing import Any

from jira import JIRA
from jira.exceptions import JIRAError

TIMEOUT_S = 30
LONGEST = 300


def client(base: str, *, authorization: str) -> Any:
    """A client of the API below this address, that has asked nothing yet."""
    options = {"server": base, "check_update": False, "headers": {"Authorization": authorization}}
    return JIRA(options=options, get_server_info=False, max_retries=0, timeout=TIMEOUT_S, logging=False)


def said(error: Exception) -> str:
    """The error in a line; a `JIRAError` printed whole shows headers and bodies."""
    if isinstance(error, JIRAError):
        return f"{error.status_code}: {error.text}"[:LONGEST]
    return type(error).__name__
