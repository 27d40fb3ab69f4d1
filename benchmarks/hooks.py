"""Webhook deliveries taken in durably: how many a second, and how long each waits for its 202."""

import asyncio
import hashlib
import hmac
import json
import random
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter, process_time

from benchmarks.row import Row, Scale

DELIVERIES = 6_000
AT_ONCE = 24  # connections, each of which sends the next delivery when its last one was answered
BODY_BYTES = 8_000  # about what GitHub sends of an issue
SECRET = "bench-secret"
CONFIG = """\
store: sqlite:///{folder}/hooks.db
sources:
  github:
    type: github
    token: ${{TOKEN}}
    repositories: ["acme/*"]
    hook_secrets: ["${{HOOK}}"]
"""


@dataclass(frozen=True, kw_only=True)
class Taken:
    seconds: float
    waits_s: list[float]
    kept: int
    cpu_s: float  #: of the serving process


def measure(scale: Scale) -> Iterator[Row]:
    taken = _taken(scale.of(DELIVERIES))
    on = (
        f"{len(taken.waits_s):,} signed deliveries of {BODY_BYTES:,} bytes, {AT_ONCE} at once, SQLite, synchronous=FULL"
    )
    yield Row(what="durable 202 a second", result=len(taken.waits_s) / taken.seconds, unit="/s", on=on)
    p99_s = sorted(taken.waits_s)[int(0.99 * len(taken.waits_s))]
    yield Row(what="until the 202, p99", result=p99_s * 1_000, unit="ms", on=on)
    cpu_us = taken.cpu_s * 1_000_000 / len(taken.waits_s)
    yield Row(what="processor time for one, of the server", result=cpu_us, unit="µs", on=on)
    yield Row(what="answered with 202 and not in the inbox", result=len(taken.waits_s) - taken.kept, unit="", on=on)


def _taken(deliveries: int) -> Taken:
    context = get_context("spawn")
    with tempfile.TemporaryDirectory(prefix="fingerpost-hooks-", dir=".") as folder:
        ours, theirs = context.Pipe()
        serving = context.Process(target=_serve, args=(folder, theirs))
        serving.start()
        try:
            port = ours.recv()
            asyncio.run(_send(port, 200))  # warm
            ours.send("measure")
            began_s = perf_counter()
            waits_s = asyncio.run(_send(port, deliveries))
            seconds = perf_counter() - began_s
        finally:
            ours.send("stop")
            kept, cpu_s = ours.recv()
            serving.join()
    return Taken(seconds=seconds, waits_s=waits_s, kept=kept - 200, cpu_s=cpu_s)


def _serve(folder: str, told: Connection) -> None:
    """The hook's door as `serve` has it, without the work behind it."""
    import threading

    from sqlalchemy import func, select

    from sync.cli.terminal import SystemClock
    from sync.config import load_config
    from sync.log import configure
    from sync.metrics import Counts
    from sync.progress import Logged, Tally
    from sync.store.database import connect
    from sync.store.tables import DELIVERIES as TABLE
    from sync.web.app import application
    from sync.web.intake import Intake
    from sync.web.server import listening, server, settle
    from sync.work.doors import Doors
    from sync.work.sources import Means

    path = Path(folder) / "fingerpost.yaml"
    path.write_text(CONFIG.format(folder=folder))
    config = load_config(path, environment={"TOKEN": "t", "HOOK": SECRET})
    configure(verbose=False, secrets=[])
    engine, clock = connect(config.store), SystemClock()
    said = config.serve.model_copy(update={"port": 0})
    with listening(said) as bound, Intake(engine, told=lambda _: None) as intake:
        doors = Doors(lambda: config, Means(engine=engine, clock=clock))
        counts = Counts(Tally(Logged()))
        app = application(engine=engine, clock=clock, current=lambda: config, doors=doors, intake=intake, counts=counts)
        web = server(app, said)
        settle()
        thread = threading.Thread(target=asyncio.run, args=(web.serve(sockets=[bound]),))
        thread.start()
        told.send(bound.getsockname()[1])
        told.recv()
        cpu_began_s = process_time()
        told.recv()
        cpu_s = process_time() - cpu_began_s
        web.should_exit = True
        thread.join()
    with engine.connect() as connection:
        told.send((connection.execute(select(func.count()).select_from(TABLE)).scalar(), cpu_s))


async def _send(port: int, deliveries: int) -> list[float]:
    """How long each waited. Raises where one is not answered with 202."""
    filler = random.Random(7).randbytes(BODY_BYTES).hex()[:BODY_BYTES]
    numbers = count()
    waits_s: list[float] = []

    async def one_connection() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (number := next(numbers)) < deliveries:
            request = _request(number, filler)
            began_s = perf_counter()
            writer.write(request)
            answer = await reader.readuntil(b"\r\n\r\n")
            waits_s.append(perf_counter() - began_s)
            if not answer.startswith(b"HTTP/1.1 202"):
                raise RuntimeError(answer.decode())
        writer.close()

    await asyncio.gather(*(one_connection() for _ in range(AT_ONCE)))
    return waits_s


_salt = count()


def _request(number: int, filler: str) -> bytes:
    issue = {"node_id": f"I_{number}", "number": number, "updated_at": "2026-11-20T12:00:00Z", "body": filler}
    body = json.dumps({"action": "edited", "repository": {"full_name": "acme/shop"}, "issue": issue}).encode()
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    head = (
        f"POST /hooks/github HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: {len(body)}\r\n"
        f"content-type: application/json\r\nx-github-event: issues\r\nx-github-delivery: guid-{next(_salt)}\r\n"
        f"x-hub-signature-256: sha256={signature}\r\n\r\n"
    )
    return head.encode() + body
