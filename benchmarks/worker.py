"""One side of one measure, in a process of its own: prints what it measured as JSON.

``worker.py MEASURE SIDE URL``. The sides: ``ours``, without the extras; ``speed`` and ``aiohttp``, ours with one;
``httpx``, with ``json``; ``json`` alone; ``stock``, what the generator makes by itself; ``vendor``, and
``vendor_aiohttp``, its SDK with its extra; ``raw_aiohttp``, aiohttp alone.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable
from functools import partial
from math import inf
from pathlib import Path
from typing import Any

KEY = "live_Jk3vQz8w2mXbR7tYpL0sN5dF1hGqCeUa"  # as long as real ones, which replies are searched for
Numbers = dict[str, float]


def resident() -> float:
    """The process's memory now, in MiB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def without_extras() -> None:
    """Hide the faster decoder, which is there for the sides that have it."""
    sys.modules["msgspec"] = None  # type: ignore[assignment]


def cpu_each(action: Callable[[], object], count: int) -> float:
    """Seconds of CPU per run, after a warm-up: the fastest of five batches, which the machine disturbed least."""
    batch = max(1, count // 5)
    for _ in range(batch):
        action()
    best = inf
    for _ in range(5):
        started = time.process_time()
        for _ in range(batch):
            action()
        best = min(best, (time.process_time() - started) / batch)
    return best


def client_of(side: str, url: str, **options: Any) -> Any:
    """A client of a side, on a base URL."""
    if side == "ours":
        from clear_street import ClearStreet

        return ClearStreet(api_key=KEY, base_url=url, **options)
    if side == "vendor":
        from clearstreet import ClearStreet as Vendor

        return Vendor(api_key=KEY, base_url=url, **options)
    import httpx

    return httpx.Client(base_url=url, headers={"Authorization": f"Bearer {KEY}"}, **options)


def async_client_of(side: str, url: str) -> Any:
    """An async client of a side, on a base URL, in the event loop that it will be used in."""
    if side == "ours":
        from clear_street import AsyncClearStreet

        return AsyncClearStreet(api_key=KEY, base_url=url)
    if side == "aiohttp":
        from clear_street import AsyncClearStreet, DefaultAioHttpClient

        return AsyncClearStreet(api_key=KEY, base_url=url, http_client=DefaultAioHttpClient())
    if side == "vendor":
        from clearstreet import AsyncClearStreet as Vendor

        return Vendor(api_key=KEY, base_url=url)
    if side == "vendor_aiohttp":
        from clearstreet import AsyncClearStreet as Vendor
        from clearstreet import DefaultAioHttpClient as VendorTransport

        return Vendor(api_key=KEY, base_url=url, http_client=VendorTransport())
    headers = {"Authorization": f"Bearer {KEY}"}
    if side == "raw_aiohttp":
        import aiohttp

        return aiohttp.ClientSession(url, headers=headers)
    import httpx

    return httpx.AsyncClient(base_url=url, headers=headers)


def cancel(side: str, client: Any) -> Callable[[], object]:
    """Cancel one instruction."""
    from data import INSTRUCTION_ID

    if side == "httpx":
        path = f"/v1/accounts/122503/positions/instructions/{INSTRUCTION_ID}"
        return lambda: client.delete(path).json()
    return lambda: client.v1.positions.cancel_position_instruction(INSTRUCTION_ID, account_id=122503)


def page(side: str, client: Any, account_id: int) -> Callable[[], object]:
    """One page of positions."""
    if side == "httpx":
        return lambda: client.get(f"/v1/accounts/{account_id}/positions").json()
    return lambda: client.v1.positions.get_positions(account_id)


def call(side: str, url: str) -> Numbers:
    """CPU of a cancel without a network."""
    import httpx
    from data import INSTRUCTION

    body = json.dumps(INSTRUCTION).encode()
    headers = {"content-type": "application/json"}
    transport = httpx.MockTransport(lambda request: httpx.Response(200, content=body, headers=headers))
    if side == "httpx":
        client = client_of(side, "https://api.clearstreet.com", transport=transport)
    elif side == "ours":
        from clear_street import DefaultHttpxClient

        client = client_of(side, "https://api.clearstreet.com", http_client=DefaultHttpxClient(transport=transport))
    else:
        client = client_of(side, "https://api.clearstreet.com", http_client=httpx.Client(transport=transport))
    return {"cpu": cpu_each(cancel(side, client), 1500)}


def loopback(side: str, url: str) -> Numbers:
    """CPU of a cancel over loopback."""
    return {"cpu": cpu_each(cancel(side, client_of(side, url)), 1500)}


def pages(side: str, url: str) -> Numbers:
    """CPU of a page of 1,000 positions over loopback."""
    return {"cpu": cpu_each(page(side, client_of(side, url), 1000), 15)}


def decode(side: str, url: str) -> Numbers:
    """Time to decode a page of 1,000 positions out of its bytes."""
    from data import positions

    body = positions(1000)
    read: Callable[[], object]
    if side == "json":
        read = partial(json.loads, body)
    elif side in ("ours", "speed"):
        read = reader_of_pages(body)
    elif side == "stock":
        from clear_street_stock.models.position_get_positions_response import PositionGetPositionsResponse as Stock

        def read() -> object:
            return Stock.from_dict(json.loads(body))

    else:
        from clearstreet._models import construct_type
        from clearstreet.types.v1 import PositionGetPositionsResponse

        def read() -> object:
            return construct_type(type_=PositionGetPositionsResponse, value=json.loads(body))

    times: list[float] = []
    for _ in range(40):
        started = time.perf_counter()
        result = read()
        times.append(time.perf_counter() - started)
        del result
    return {"time": min(times)}


def reader_of_pages(body: bytes) -> Callable[[], object]:
    """What the client does with the body of a page."""
    from clear_street._api.json import read_object
    from clear_street._api.requests import decode_reply
    from clear_street.types.v1 import PositionGetPositionsResponse

    def read() -> object:
        value = read_object(body)
        assert value is not None
        return decode_reply(PositionGetPositionsResponse, value, None)

    return read


def hold(side: str, url: str) -> Numbers:
    """Memory of 100,000 positions that are held."""
    from data import positions

    before = resident()
    held: list[object] = []
    for number in range(100):
        body = positions(1000, first=number * 1000)
        if side == "ours":
            held.append(reader_of_pages(body)())
        elif side == "vendor":
            from clearstreet._models import construct_type
            from clearstreet.types.v1 import PositionGetPositionsResponse

            held.append(construct_type(type_=PositionGetPositionsResponse, value=json.loads(body)))
        else:
            held.append(json.loads(body))
    gc.collect()
    return {"memory": resident() - before}


def build(side: str, url: str) -> Numbers:
    """Time to build a client that could send: the process's first, or with side ``second`` the next one."""
    elapsed = 0.0
    for _ in range(1 + (side == "second")):
        started = time.perf_counter()
        client = client_of("ours", "https://api.clearstreet.com")
        client._caller.connections.running().driver.client()
        elapsed = time.perf_counter() - started
    return {"time": elapsed}


def threads(side: str, url: str) -> Numbers:
    """CPU of a request where 8 threads share a client."""
    from concurrent.futures import ThreadPoolExecutor

    run = cancel(side, client_of(side, url))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: run(), range(80)))
        started = time.process_time()
        list(pool.map(lambda _: run(), range(1600)))
    return {"cpu": (time.process_time() - started) / 1600}


def concurrent(side: str, url: str) -> Numbers:
    """Requests per second of 100 tasks."""
    import asyncio

    from data import INSTRUCTION_ID

    path = f"/v1/accounts/122503/positions/instructions/{INSTRUCTION_ID}"

    async def measure() -> float:
        client = async_client_of(side, url)

        async def one() -> object:
            if side == "httpx":
                return (await client.delete(path)).json()
            if side == "raw_aiohttp":
                async with client.delete(path) as response:
                    return await response.json()
            found: object = await client.v1.positions.cancel_position_instruction(INSTRUCTION_ID, account_id=122503)
            return found

        async def worker(count: int) -> None:
            for _ in range(count):
                await one()

        await asyncio.gather(*(worker(1) for _ in range(100)))
        started = time.perf_counter()
        await asyncio.gather(*(worker(20) for _ in range(100)))
        elapsed = time.perf_counter() - started
        await (client.aclose() if side == "httpx" else client.close())
        return 2000 / elapsed

    return {"rate": asyncio.run(measure())}


MEASURES: dict[str, Callable[[str, str], Numbers]] = {
    f.__name__: f for f in (call, loopback, pages, decode, hold, build, threads, concurrent)
}


if __name__ == "__main__":
    if sys.argv[2] == "ours":
        without_extras()
    print(json.dumps(MEASURES[sys.argv[1]](sys.argv[2], sys.argv[3])), flush=True)
