"""``clear-street doctor``: what this machine, the key, the way to the service and its replies are like."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from .. import __version__
from .._annotations import resolvable
from ..errors import APIConnectionError, ArgumentError, ClearStreetError
from . import _key, _time
from ._contracts import option
from ._exit import Exit, Problem, of_error
from ._table import Column
from ._text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ._session import Session

PROXIES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
SKEW = timedelta(seconds=2)
"""More than this, and the clocks are worth a word."""


class Finding(NamedTuple):
    """A line of the report."""

    state: str
    """``"ok"``, ``"note"``, ``"warn"`` or ``"FAIL"``."""
    what: str
    found: str
    code: Exit = Exit.DONE


def doctor(session: Session) -> Exit:
    """Look at everything, and say what is wrong and what helps."""
    findings = list(_findings(session))
    columns: Sequence[Column[Finding]] = (
        Column("STATE", lambda finding: finding.state, importance=9),
        Column("WHAT", lambda finding: finding.what, importance=9, goes_under=True),
        Column("FOUND", lambda finding: finding.found, importance=8, is_words=True, goes_under=True),
    )
    records = [{"state": each.state, "what": each.what, "found": each.found} for each in findings]
    session.show(columns, findings, records=records)
    return next((finding.code for finding in findings if finding.code is not Exit.DONE), Exit.DONE)


def _findings(session: Session) -> Iterator[Finding]:
    yield _versions()
    yield _program()
    yield _environment()
    key = _of_key()
    yield key
    try:
        url = session.client.base_url if key.state == "ok" else session.open(api_key="-").base_url
    except ArgumentError as error:
        yield Finding("FAIL", "address", clean(error), Exit.USAGE)
        return
    yield _address(url)
    reached = list(_reached(session, url))
    yield from reached
    if key.state == "ok" and reached[0].state == "ok":
        yield from _account(session)
    yield Finding(
        "note",
        "httpx",
        "with click and rich beside it, `import httpx` takes 1.7 times as long in every program of this environment "
        "but this one; if an application starts too slowly, install clear-street apart: uv tool install, or pipx",
    )


def _versions() -> Finding:
    from importlib.metadata import PackageNotFoundError, version

    names = ("httpx", "attrs", "click", "rich", "msgspec", "aiohttp")
    found = [f"clear-street {__version__}", f"Python {platform.python_version()} on {sys.platform}"]
    for name in names:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return Finding("ok", "versions", ", ".join(found))


def _program() -> Finding:
    path = shutil.which("clear-street")
    if path is None:
        return Finding("warn", "program", "no clear-street is on the PATH; this is python -m clear_street.cli")
    return Finding("ok", "program", f"{path} is what the shell runs")


def _environment() -> Finding:
    # Names alone: a value may be a secret.
    names = sorted(name for name in os.environ if name.startswith("CLEAR_STREET_"))
    return Finding("ok", "variables", f"set: {', '.join(names) or 'none'} (values are not shown)")


def _of_key() -> Finding:
    try:
        source = _key.find_key(os.environ).source
    except Problem as error:
        return Finding("FAIL", "key", error.message, error.code)
    return Finding("ok", "key", f"from {source} (not shown)")


def _address(url: str) -> Finding:
    name = next((name for name in PROXIES if os.environ.get(name)), None)
    through = "no proxy"
    if not url.startswith("https:"):
        through = "plain http, no proxy"
    elif name is not None:
        through = f"{name} names the proxy {_host(os.environ[name])}, unless NO_PROXY excepts it"
    trust = [f"{name}={os.environ[name]}" for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if os.environ.get(name)]
    return Finding("ok", "address", f"{url}; {through}; trusts {', '.join(trust) or 'the certificates of certifi'}")


def _host(url: str) -> str:
    """Host and port of a URL, without the password that may stand before them."""
    try:
        parts = urlsplit(url if "//" in url else f"//{url}")
        host, port = parts.hostname or "(no host)", parts.port
    except ValueError:
        return "(which is no URL)"
    return f"{host}:{port}" if port else host


def _reached(session: Session, url: str) -> Iterator[Finding]:
    try:
        raw = session.client.v1.version.with_raw_response.get_version()
    except ClearStreetError as error:
        yield Finding("FAIL", "service", _remedy(error, url), of_error(error))
        return
    milliseconds = round(raw.elapsed.total_seconds() * 1000)
    told = f"version {clean(raw.parse().data.version)}, {milliseconds} ms, request id {clean(raw.request_id)}"
    yield Finding("ok", "service", told)
    if url.startswith("https:"):
        yield _tls(raw.http_response.extensions)
    try:
        yield _clock(session.service_time)
    except (Problem, ClearStreetError) as error:
        yield Finding("warn", "clock", clean(error))


def _tls(extensions: Mapping[str, Any]) -> Finding:
    """Which protocol the connection has, who signed the other side's certificate, and how long that is valid.

    A proxy that looks into connections is seen by its own name as the one that signed it.
    """
    stream: Any = extensions.get("network_stream")
    tls: Any = None if stream is None else stream.get_extra_info("ssl_object")
    if tls is None:
        return Finding("note", "tls", "the connection does not tell of its certificate")
    certificate: Mapping[str, Any] = tls.getpeercert()
    signer = {name: value for part in certificate["issuer"] for name, value in part}
    name = ", ".join(clean(signer[key]) for key in ("organizationName", "commonName") if key in signer)
    until = clean(certificate["notAfter"])
    return Finding("ok", "tls", f"{clean(tls.version())}, certificate signed by {name}, valid until {until}")


def _remedy(error: ClearStreetError, url: str) -> str:
    told = clean(error)
    if not isinstance(error, APIConnectionError):
        return told
    if "CERTIFICATE_VERIFY_FAILED" in told:
        return (
            f"its certificate is not trusted: set SSL_CERT_FILE to a file with the certificate that signed it ({told})"
        )
    name = next((name for name in PROXIES if os.environ.get(name)), None)
    if name is not None and url.startswith("https:"):
        return f"not reached; is the proxy {_host(os.environ[name])} right, which {name} names? ({told})"
    return f"not reached; is the address right, and does a firewall allow it? ({told})"


def _clock(told: _time.ServiceTime) -> Finding:
    # The middle of what it may be.
    ahead = told.ahead - told.doubt / 2
    if abs(ahead) <= SKEW + told.doubt / 2:
        return Finding("ok", "clock", f"this machine and the service agree to {told.doubt.total_seconds():.1f} s")
    seconds, where = abs(ahead).total_seconds(), "behind" if ahead > timedelta(0) else "ahead of"
    apart = f"{seconds:.1f} s" if seconds < 60 else _time.span(abs(ahead))
    return Finding(
        "warn",
        "clock",
        f"this machine is {apart} {where} the service; set it by NTP. Cut-offs go by the service's clock",
    )


def _account(session: Session) -> Iterator[Finding]:
    if session.options.get("account") is None and not os.environ.get("CLEAR_STREET_ACCOUNT"):
        yield Finding("note", "account", "none is named: give --account N, or set CLEAR_STREET_ACCOUNT")
        return
    try:
        reply = session.client.v1.positions.get_positions(session.account)
        listed = session.client.v1.positions.get_position_instructions(session.account)
    except (Problem, ClearStreetError) as error:
        yield Finding("FAIL", "account", clean(error), of_error(error))
        return
    now, market = session.service_now(), session.market_on(session.today)
    rows = reply.data or ()
    options = [contract for row in rows if (contract := option(row.symbol)) is not None]
    today = sum(market.expires_today(contract, now) for contract in options)
    yield Finding("ok", "account", f"{session.account}: {len(rows)} positions, of which {today} expire today")
    names = {name for row in listed.data or () for name in row.to_dict() if name.endswith("instruction_id")}
    told = f"the service calls idempotency keys {' and '.join(sorted(names))}"
    yield Finding("ok", "dialect", told if names else "not seen: the account has no instructions")
    drift = [*reply.drift, *listed.drift]
    kinds = sorted({f"{each.kind} ({each.expected})" for each in drift})
    if drift:
        yield Finding("warn", "spec", f"replies depart from the spec in {len(drift)} places: {clean(', '.join(kinds))}")
    else:
        yield Finding("ok", "spec", "replies are as the spec says")


resolvable(globals(), Finding)
