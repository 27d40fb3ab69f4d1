"""Whether a SQLite store may live where its URL says. Looks only; makes and changes nothing."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url

from sync.store.errors import StoreError

_HEADER = b"SQLite format 3\x00"  # https://sqlite.org/fileformat.html#the_database_header
_MOUNTS = Path("/proc/self/mountinfo")

#: Locks over a network are not SQLite's locks: https://sqlite.org/wal.html, "does not work over a network filesystem".
_NETWORK = frozenset(
    {"9p", "afs", "ceph", "cifs", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs", "glusterfs", "lustre"}
    | {"ncpfs", "nfs", "nfs4", "smb3", "smbfs"}
)


def check(path: Path, *, mounts: str | None = None) -> None:
    """StoreError unless a SQLite store is, or can be made, at `path`. `mounts`: as /proc/self/mountinfo."""
    folder = path.parent
    if not folder.is_dir():
        raise StoreError(f"The folder of the store {path} does not exist.", hint=f"Make it: mkdir -p {folder}")
    kind = file_system(folder, mounts=_mounts() if mounts is None else mounts)
    if kind in _NETWORK:
        raise StoreError(
            f"The store {path} is on a network file system ({kind}), where SQLite loses data.",
            hint="Put it on a local disk, or use PostgreSQL: store: postgresql://…",
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        raise StoreError(f"The folder of the store {path} is not writable.", hint=f"Let this user write to {folder}.")
    if path.exists():
        _check_file(path)


def file_system(folder: Path, *, mounts: str) -> str | None:
    """The type of the file system that holds the folder; None where the mounts do not name it."""
    device = folder.stat().st_dev
    number = f"{os.major(device)}:{os.minor(device)}"
    for line in mounts.splitlines():
        mount, _, source = line.partition(" - ")  # proc_pid_mountinfo(5)
        if mount.split()[2] == number:
            return source.split()[0]
    return None


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """One process at a time opens stores in this folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def claimed(url: str) -> Iterator[None]:
    """This process alone serves the store at `url`, until the end or its death.

    StoreError where another does, and where a store cannot be there.

    Only for SQLite: many processes serve one PostgreSQL.
    """
    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        yield
        return
    check(Path(str(address.database)))
    descriptor = os.open(f"{address.database}.serving", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _claim(descriptor, str(address.database))
        yield
    finally:
        os.close(descriptor)


def _claim(descriptor: int, store: str) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        who = os.pread(descriptor, 100, 0).decode(errors="replace") or "another process"
        raise StoreError(
            f"The store {store} is served already, by {who}.",
            hint="Stop that one first; for several at once, use PostgreSQL: store: postgresql://…",
        ) from None
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"process {os.getpid()}".encode(), 0)


def _mounts() -> str:
    return _MOUNTS.read_text() if _MOUNTS.exists() else ""


def _check_file(path: Path) -> None:
    if not path.is_file():
        raise StoreError(f"The store {path} is not a file.", hint="Name a file in `store:`.")
    if not os.access(path, os.R_OK | os.W_OK):
        raise StoreError(f"The store {path} is not writable.", hint="Let this user read and write it.")
    with path.open("rb") as file:
        header = file.read(len(_HEADER))
    if header not in (b"", _HEADER):
        raise StoreError(f"{path} is not a SQLite database.", hint="Name another file in `store:`.")
