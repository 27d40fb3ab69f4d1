"""Who is who: the accounts that are one person, across sources, and those that may be."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from mappings.people import People, accounts_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

Basis: TypeAlias = Literal["declared", "email", "noreply", "alone"]

#: docs.github.com, "Setting your commit email address": 123+login, or login alone where the account is older.
NOREPLY = re.compile(r"(?:(?P<number>\d{1,18})\+)?(?P<login>[^@+]+)@users\.noreply\.", re.IGNORECASE)
SHORTEST_NAME = 4  #: letters and digits below which that two names are equal says nothing


@dataclass(frozen=True, kw_only=True)
class Account:
    """One account, and whose it is."""

    ref: str
    source: str
    name: str
    person: str  #: id in the people file; of nobody's there, the first ref of those that are the same person
    basis: Basis  #: how we know: the file says so, or it shares the person's address; alone where nothing tells


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """Two accounts that may be one person: for somebody to confirm in the people file, and never assumed."""

    person: str
    account: Account
    because: str


def identities(accounts: "ir.Table", people: People) -> tuple[Account, ...]:
    """Every account that people use, by ref: declared, joined by an address that its source vouches for, or alone.

    An address that leads to two people of the file joins nobody: what the file says wins.
    """
    declared = {row["ref"]: row["person"] for row in _rows(accounts_of(accounts, people))}
    rows = sorted(_rows(accounts.filter(accounts.kind == "person")), key=lambda row: row["ref"])
    basis: dict[str, Basis] = dict.fromkeys(declared, "declared")
    person = dict(declared)
    joined: dict[Basis, list[list[str]]] = {"email": _by_address(rows), "noreply": _by_noreply(rows)}
    for how, groups in joined.items():
        for refs in groups:
            owners = {person[ref] for ref in refs if ref in person}
            for ref in refs if len(owners) <= 1 else ():
                person.setdefault(ref, next(iter(owners), refs[0]))
                basis.setdefault(ref, how)
    return tuple(
        Account(
            ref=row["ref"],
            source=row["source"],
            name=row["name"],
            person=person.get(row["ref"], row["ref"]),
            basis=basis.get(row["ref"], "alone"),
        )
        for row in rows
    )


def suggested(accounts: Sequence[Account], people: People) -> tuple[Suggestion, ...]:
    """Accounts that nothing joins to anybody, each with a person who is called alike at another source, or in the file.

    Offered only where one person alone is called so.
    """
    named: dict[str, set[str]] = defaultdict(set)
    for each in people.people:
        named[_plain(each.id)].add(each.id)
    for account in accounts:
        named[_plain(account.name)].add(account.person)
    alone = (account for account in accounts if account.basis == "alone")
    pairs = ((account, named[_plain(account.name)] - {account.person}) for account in alone)
    return tuple(
        Suggestion(person=min(others), account=account, because=f"both are called '{account.name}'")
        for account, others in pairs
        if len(others) == 1 and len(_plain(account.name)) >= SHORTEST_NAME
        if not _is_twin(account, min(others), accounts)
    )


def _is_twin(account: Account, person: str, accounts: Iterable[Account]) -> bool:
    """Whether the person has another account at the same source, or was offered this pair the other way round."""
    held = [each for each in accounts if each.person == person]
    return any(each.source == account.source or (each.basis == "alone" and each.ref > account.ref) for each in held)


def _by_address(rows: Iterable[Mapping[str, Any]]) -> list[list[str]]:
    groups: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row["email"] and not NOREPLY.match(row["email"]):
            groups[row["email"].lower()].append(row["ref"])
    return [refs for refs in groups.values() if len(refs) > 1]


def _by_noreply(rows: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """Accounts whose address is GitHub's no-reply one, each with the account that it names by number, else by login."""
    by_number = {row["ref"].rsplit(":", 1)[-1]: row["ref"] for row in rows}
    by_login = {row["name"].lower(): row["ref"] for row in rows}
    pairs = []
    for row in rows:
        if found := NOREPLY.match(row["email"] or ""):
            other = by_number.get(found["number"] or "") or by_login.get(found["login"].lower())
            pairs += [[other, row["ref"]]] if other and other != row["ref"] else []
    return pairs


def _plain(name: str) -> str:
    """Letters and digits alone, in small letters: `Octo Dev` and `octo-dev` are called alike."""
    return "".join(sign for sign in name.casefold() if sign.isalnum())


def _rows(table: "ir.Table") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.to_pyarrow().to_pylist()
    return rows
