"""Who a visitor is, and what they may do: by token, by a proxy that signed them in, or from this machine to read."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Literal

from fastapi import HTTPException, Request, status

from sync.config import Config
from sync.serving import ROLES, ProxyConfig, Role

COOKIE = "fingerpost_token"
#: Names by which this machine calls itself. A page elsewhere may have its own name lead to this address, and so read
#: what only this machine may (DNS rebinding).
_OWN_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})


@dataclass(frozen=True)
class Visitor:
    """Somebody who may come in."""

    name: str
    role: Role
    by: Literal["token", "cookie", "proxy", "loopback"]

    def may(self, role: Role) -> bool:
        """Whether they may do what is for this role."""
        return ROLES.index(self.role) >= ROLES.index(role)


class Access:
    """Knows visitors, by the configuration as it stands."""

    def __init__(self, current: Callable[[], Config]) -> None:
        self._current = current

    def visitor(self, request: Request) -> Visitor | None:
        """Who it is; None where nobody vouches for them."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return self.by_token(token.strip(), by="token")
        if cookie := request.cookies.get(COOKIE):
            return self.by_token(cookie, by="cookie")
        proxy = self._current().access.proxy
        if proxy:
            return _signed_in(request, proxy)
        return None if self._current().access.tokens else _neighbour(request)

    @property
    def takes_tokens(self) -> bool:
        """Whether anybody can come in by one."""
        return bool(self._current().access.tokens)

    def by_token(self, token: str, *, by: Literal["token", "cookie"]) -> Visitor | None:
        """Whose token it is. All are compared, each in the same time."""
        digest, found = _digest(token), None
        for known in self._current().access.tokens:
            if hmac.compare_digest(digest, _digest(known.secret)):
                found = Visitor(known.name, known.role, by)
        return found


def needs(role: Role) -> Callable[[Request], Visitor]:
    """A dependency that lets in who may do what is for this role: 401 for nobody, 403 for others."""

    def let_in(request: Request) -> Visitor:
        access: Access = request.app.state.access
        visitor = access.visitor(request)
        if visitor is None:
            how = {"WWW-Authenticate": "Bearer"}
            raise HTTPException(status.HTTP_401_UNAUTHORIZED, "sign in first", headers=how)
        if not visitor.may(role):
            raise HTTPException(status.HTTP_403_FORBIDDEN, f"this is for {role}s")
        return visitor

    return let_in


def _digest(token: str) -> bytes:
    """Of one length whatever the token's, so that comparing tells nothing of it."""
    return hashlib.sha256(token.encode(errors="replace")).digest()


def _signed_in(request: Request, proxy: ProxyConfig) -> Visitor | None:
    name = request.headers.get(proxy.user_header, "").strip()
    if not name or not _comes_from(request, proxy.addresses):
        return None
    role: Role = "operator" if name in proxy.operators else "keeper" if name in proxy.keepers else "reader"
    return Visitor(name, role, "proxy")


def _neighbour(request: Request) -> Visitor | None:
    """Somebody at this machine: not one whom a proxy here let through."""
    own_name = request.headers.get("host", "").rpartition(":")[0] or request.headers.get("host", "")
    forwarded = any(name.startswith(("x-forwarded-", "forwarded", "x-real-ip")) for name in request.headers)
    if forwarded or own_name not in _OWN_NAMES or not _comes_from(request, ("127.0.0.0/8", "::1")):
        return None
    return Visitor("this machine", "reader", "loopback")


def _comes_from(request: Request, networks: tuple[str, ...]) -> bool:
    try:
        address = ip_address(request.client.host if request.client else "")
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None) or address
    return any(mapped in ip_network(network) for network in networks)
