"""Define the exceptions of the low-level calls, which also raise those of httpx."""

from __future__ import annotations

__all__ = ["UnexpectedStatus", "UnreadableBody"]


class UnexpectedStatus(Exception):
    """The service answered with a status that the spec does not list for the operation."""

    def __init__(self, status_code: int, content: bytes) -> None:
        super().__init__(f"unexpected status {status_code}")
        self.status_code = status_code
        self.content = content

    def __reduce__(self) -> tuple[type[UnexpectedStatus], tuple[int, bytes]]:
        return type(self), (self.status_code, self.content)


class UnreadableBody(Exception):
    """The body of a reply is not a JSON object."""

    def __init__(self, status_code: int, content: bytes) -> None:
        super().__init__(f"the body of a reply with status {status_code} is not a JSON object")
        self.status_code = status_code
        self.content = content

    def __reduce__(self) -> tuple[type[UnreadableBody], tuple[int, bytes]]:
        return type(self), (self.status_code, self.content)
