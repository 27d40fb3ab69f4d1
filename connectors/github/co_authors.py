"""Who wrote a commit together with its author, as far as its message leads to an account."""

import re
from base64 import urlsafe_b64encode
from collections.abc import Iterator

import msgspec

from connectors.github.accounts import Accounts

#: docs: pull-requests/committing-changes-to-your-project, creating-a-commit-with-multiple-authors
_TRAILER = re.compile(r"(?im)^co-authored-by:[^<>\n]*<([^<>\s]+)>\s*$")
#: 123+login or, of accounts made before July 2017, login alone. docs: setting-your-commit-email-address
_NOREPLY = re.compile(r"(?i)(?:(\d{1,18})\+)?([^@+]+)@users\.noreply\.")


def co_authors(message: str, accounts: Accounts) -> tuple[str, ...]:
    """Refs of the accounts that the trailers name by a no-reply address, each once. Of other addresses, nobody but
    GitHub knows whose they are.
    """
    return tuple(dict.fromkeys(_refs(message, accounts)))


def _refs(message: str, accounts: Accounts) -> Iterator[str]:
    for address in _TRAILER.findall(message):
        if named := _NOREPLY.match(address):
            number, login = named.groups()
            ref = _by_number(int(number), login, accounts) if number else accounts.by_name(login)
            if ref:
                yield ref


def _by_number(number: int, login: str, accounts: Accounts) -> str | None:
    """The account of that number: one met already, or by the node id it must have, if this server's have that form."""
    if met := accounts.by_number(number):
        return met
    if login.endswith("[bot]") or not accounts.numbered(node_id):
        return accounts.by_name(login)
    return f"{accounts.source}:account:{node_id(number)}"


def node_id(number: int) -> str:
    """A user's node id in the form that GitHub calls the next global id: U_ and MessagePack of [0, number]."""
    return "U_" + urlsafe_b64encode(msgspec.msgpack.encode([0, number])).decode().rstrip("=")
