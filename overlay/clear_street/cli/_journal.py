"""What is about to be sent: on the disk before its first byte leaves, or shown instead of being sent."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ._exit import Problem
from ._text import clean, compact_json

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from clear_street_api.client import Request


def write_down(path: Path, at: datetime, base_url: str, keys: tuple[str, ...], request: Request) -> None:
    """Add a line, and return when it is on the disk; `Problem`, which stops the request, where it cannot be."""
    line = compact_json(
        {
            "at": at.isoformat(timespec="milliseconds"),
            "operation": request.operation,
            "method": request.method,
            "url": f"{base_url}{request.target}",
            "idempotency_keys": keys,
            "body": request.json,
        }
    )
    try:
        is_new = not path.exists()
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # One write to a file that is opened to append: lines of several processes do not mix.
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            content = f"{line}\n".encode()
            if os.write(file, content) != len(content):
                raise OSError(0, "the disk took a part of the line")
            os.fsync(file)
        finally:
            os.close(file)
        if is_new and os.name != "nt":
            _keep_name(path.parent)
    except OSError as error:
        raise Problem(f"The journal {path} cannot be written ({error.strerror}), so the request was not sent") from None


def shown(base_url: str, request: Request, *, for_people: bool) -> str:
    """A request, for people or for programs."""
    url = f"{base_url}{request.target}"
    if not for_people:
        return f"{compact_json({'method': request.method, 'url': url, 'body': request.json})}\n"
    lines = [f"{request.method} {clean(url)}", "Authorization: Bearer <secret>"]
    if request.json is not None:
        lines += ["Content-Type: application/json", "", compact_json(request.json)]
    return "".join(f"{line}\n" for line in lines)


def _keep_name(folder: Path) -> None:
    """Let the name of a new file outlast the machine's fall."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
