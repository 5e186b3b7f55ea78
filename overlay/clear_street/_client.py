"""Define the blocking client, and the base class that it shares with the async client."""

from __future__ import annotations

import os

from ._annotations import resolvable
from ._caller import Caller, Connections
from ._config.arguments import Named, argument_error
from ._config.secrets import conceal, concealed
from ._config.settings import Settings, refuse_unknown
from .v1 import V1

TYPE_CHECKING = not __name__
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from datetime import datetime
    from types import TracebackType
    from typing import Any, Generic, Literal, NoReturn, Self, TypeVar, Unpack

    import httpx

    from clear_street_api.client import Request

    from ._caller_async import AsyncCaller
    from ._config.options import (
        CallOptions,
        ChangingCallOptions,
        ClientOptions,
        Clock,
        IdempotencyKeyName,
        call_options,
        changing_call_options,
        client_options,
    )
    from .errors import InterruptedCall
    from .events import Event
    from .sandbox import Sandbox
    from .v1 import AsyncV1

    T = TypeVar("T")
    H = TypeVar("H")

    class _Generic(Generic[H]):
        pass

else:

    class _Generic:
        """Replaces `typing.Generic`: importing `typing` takes longer than importing and making a client."""

        __slots__ = ()

        def __class_getitem__(cls, item: object) -> object:
            return cls


SANDBOX_URL = "https://sandbox.invalid"


class BaseClient(Named, _Generic["H"]):
    """The base class of both clients."""

    __slots__ = ("__weakref__", "_caller", "_v1")

    if TYPE_CHECKING:  # annotations that are evaluated would slow down each start
        _caller: Any
        _v1: Any
        _kind: type[Caller | AsyncCaller]
        _namespaces: type[V1 | AsyncV1]

    def __init__(
        self,
        api_key: str | Callable[[], str | Awaitable[str]] | None = None,
        *,
        environment: Literal["production", "dev"] | None = None,
        base_url: str | None = None,
        timeout: float | httpx.Timeout = 60.0,
        deadline: float | None = None,
        max_retries: int = 2,
        max_body_size: int = 67_108_864,
        default_headers: Mapping[str, str | None] | None = None,
        http_client: H | None = None,
        read_only: bool = False,
        strict: bool = False,
        raise_on_rejection: bool = False,
        resend_after_unknown: bool = True,
        idempotency_key_name: IdempotencyKeyName | None = None,
        on_intent: Callable[[tuple[str, ...], Request], object] | None = None,
        on_event: Callable[[Event], object] | Sequence[Callable[[Event], object]] | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Check and store the arguments. The first call connects.

        - `api_key`: the key, or a callable that returns it and is called before each request (in an async client it
          may be a coroutine function). Default: the environment variable CLEAR_STREET_API_KEY.
        - `environment`: ``"production"``, the default, or ``"dev"``.
        - `base_url`: an address to use instead of the environment's. Default: the environment variable
          CLEAR_STREET_BASE_URL, which cannot be combined with `environment`. Plain http is allowed only to loopback.
        - `timeout`: seconds for one attempt, to the last byte of its reply, or an `httpx.Timeout`. If it is a number,
          connecting may take at most 5 s of it.
        - `deadline`: seconds for a whole call, waits and looks included. Default: ``(max_retries + 1) * timeout``.
        - `max_retries`: how many further attempts a call may make.
        - `max_body_size`: the most bytes that the body of a reply may have, decompressed. A longer body is not read to
          its end.
        - `default_headers`: headers for every request; None as a value leaves out one of the client's own.
        - `http_client`: your own `httpx.Client` (`httpx.AsyncClient`), for example a `DefaultHttpxClient` with other
          arguments. You close it.
        - `read_only`: refuse every request except GET and HEAD.
        - `strict`: raise `APIResponseValidationError` if a successful reply departs from the spec.
        - `raise_on_rejection`: raise `APIStatusError` if a row of a batch was rejected, even if others were accepted.
        - `resend_after_unknown`: whether rows of a submit are sent again, under the same keys, if an attempt ended
          unknown and a look did not find them.
        - `idempotency_key_name`: the only name under which a submit sends the keys of its rows. Default: every name
          that the service has for them, except those that it refused. In replies every name is read.
        - `on_intent`: called with ``(idempotency_keys, request)`` before the first byte of a changing call. If it
          raises, nothing is sent.
        - `on_event`: a function, or several, to call with each event of a call (`clear_street.events`). An exception
          that one raises is logged and changes nothing.
        - `clock`: where the time, sleep and random numbers come from; for tests.

        Raises `ArgumentError` for an argument that cannot be used.
        """
        api_key, base_url, default_headers = map(concealed, (api_key, base_url, default_headers))
        settings = Settings.resolve(
            {
                "api_key": api_key,
                "environment": environment,
                "base_url": base_url,
                "timeout": timeout,
                "deadline": deadline,
                "max_retries": max_retries,
                "max_body_size": max_body_size,
                "default_headers": default_headers,
                "read_only": read_only,
                "strict": strict,
                "raise_on_rejection": raise_on_rejection,
                "resend_after_unknown": resend_after_unknown,
                "idempotency_key_name": idempotency_key_name,
                "on_intent": on_intent,
                "on_event": on_event,
            }
        )
        connections = Connections(is_async=self._kind.is_async, http_client=http_client, clock=clock)
        self._caller = self._kind(connections, settings)
        self._v1 = self._namespaces(self._caller)
        if level := os.environ.get("CLEAR_STREET_LOG"):
            from ._logging import log_to_stderr

            log_to_stderr(level)

    @classmethod
    def _of(cls, caller: Any) -> Self:
        self = cls.__new__(cls)
        self._caller = caller
        self._v1 = self._namespaces(caller)
        return self

    @property
    def base_url(self) -> str:
        """The URL to which every path is relative."""
        return str(self._caller.settings.base_url)

    def with_options(self, **options: Unpack[ClientOptions]) -> Self:
        """Return a copy of the client with other settings. Making one is cheap.

        Both use the same connections, so closing one closes both. `default_headers` are added to those of this client.
        Raises `ArgumentError` for a value that cannot be used, and `TypeError` for an unknown option.
        """
        if TYPE_CHECKING:
            client_options(**options)
        conceal(options)
        caller = self._caller
        return self._of(type(caller)(caller.connections, caller.settings.replace(options)))

    copy = with_options

    @property
    def interrupted(self) -> tuple[InterruptedCall, ...]:
        """The changing calls that were stopped from outside after they may have had their effect, the oldest first.

        These are the last 1,000 such calls of this client and its copies, whatever stopped them: `asyncio.timeout`,
        `anyio.fail_after`, `asyncio.wait_for`, a task group in which another task failed, or Ctrl-C.
        """
        calls: tuple[InterruptedCall, ...] = tuple(self._caller.connections.running().shared.interrupted)
        return calls

    def service_time(self) -> datetime | None:
        """Return the time that the service's clock shows now, by its last reply with a `Date`; None if there is none.

        It is never ahead of the service's clock, and behind it by at most a second and the travel time of that reply.
        """
        running = self._caller.connections.running()
        service = running.shared.at(self._caller.settings.base_url)
        found: datetime | None = service.earliest(running.driver.clock.monotonic())
        return found

    def __repr__(self) -> str:
        made = hasattr(self, "_caller")  # not if an argument was refused; a traceback may show such a client
        return f"<{type(self).__name__} {self.base_url if made else '(not made)'}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"{type(self).__name__} holds connections and a secret and cannot be pickled or copied; "
            "make a client where it is needed, or use with_options()."
        )

    def __copy__(self) -> Self:
        return self.with_options()


def checked_sandbox(sandbox: object, options: Mapping[str, object]) -> Sandbox:
    """Return the sandbox to use, a new one if it is None. Raises `TypeError` for an unknown option of the client, and
    `ArgumentError` if `sandbox` is something else.
    """
    from .sandbox import Sandbox

    refuse_unknown("sandbox", options)
    if sandbox is not None and not isinstance(sandbox, Sandbox):
        raise argument_error(
            f"Expected a clear_street.sandbox.Sandbox for `sandbox` but received {type(sandbox).__name__}; "
            "pass one, such as Sandbox(), or leave it out."
        )
    return sandbox or Sandbox()


class ClearStreet(BaseClient["httpx.Client"]):
    """The blocking client. Any number of threads may share one."""

    __slots__ = ()

    if TYPE_CHECKING:
        _caller: Caller
        _v1: V1

    _kind = Caller
    _namespaces = V1

    @classmethod
    def sandbox(
        cls, sandbox: Sandbox | None = None, *, clock: Clock | None = None, **options: Unpack[ClientOptions]
    ) -> Self:
        """Make a client that uses the embedded sandbox, without a network and without a key.

        `sandbox` is a `clear_street.sandbox.Sandbox`; by default a new one, with its example accounts. `clock` is the
        client's clock; by default the sandbox's, whose time passes only while the client waits. `options` are the
        client's arguments except `http_client`. Raises as the constructor does.
        """
        if TYPE_CHECKING:
            client_options(**options)
        from ._http.client import DefaultHttpxClient
        from .sandbox import SandboxTransport

        conceal(options)
        sandbox = checked_sandbox(sandbox, options)
        http_client = DefaultHttpxClient(transport=SandboxTransport(sandbox))
        arguments: ClientOptions = {"api_key": "sandbox", "base_url": SANDBOX_URL, **options}
        client = cls(http_client=http_client, clock=clock or sandbox.clock, **arguments)
        client._caller.connections.running().driver.owned = True
        return client

    @property
    def v1(self) -> V1:
        """The operations of version 1 of the API."""
        return self._v1

    def get(self, path: str, *, cast_to: type[T], **options: Unpack[CallOptions]) -> T:
        """Send a GET to a path for which this package has no method.

        `cast_to` is the type of the result: a model, `dict`, `list`, `str`, `bytes`, `object` (any JSON) or
        ``type(None)`` (nothing). The path begins with ``/`` and has no empty segment. If it is the path of a known
        operation, that operation's rules apply. Raises `ArgumentError` before anything is sent, and `APIError` or a
        subclass.
        """
        if TYPE_CHECKING:
            call_options(**options)
        return self._verb("GET", path, cast_to, None, options)

    def post(self, path: str, *, cast_to: type[T], body: object = None, **options: Unpack[ChangingCallOptions]) -> T:
        """Send a POST with `body`, as JSON, to a path for which this package has no method.

        Arguments and errors are those of `get`. It is never sent again once a byte may have left, unless the path is
        that of a known operation.
        """
        if TYPE_CHECKING:
            changing_call_options(**options)
        return self._verb("POST", path, cast_to, body, options)

    def put(self, path: str, *, cast_to: type[T], body: object = None, **options: Unpack[ChangingCallOptions]) -> T:
        """Send a PUT with `body`, as JSON, to a path for which this package has no method, as `post` does."""
        if TYPE_CHECKING:
            changing_call_options(**options)
        return self._verb("PUT", path, cast_to, body, options)

    def patch(self, path: str, *, cast_to: type[T], body: object = None, **options: Unpack[ChangingCallOptions]) -> T:
        """Send a PATCH with `body`, as JSON, to a path for which this package has no method, as `post` does."""
        if TYPE_CHECKING:
            changing_call_options(**options)
        return self._verb("PATCH", path, cast_to, body, options)

    def delete(self, path: str, *, cast_to: type[T], body: object = None, **options: Unpack[ChangingCallOptions]) -> T:
        """Send a DELETE, with any `body` as JSON, to a path for which this package has no method, as `post` does."""
        if TYPE_CHECKING:
            changing_call_options(**options)
        return self._verb("DELETE", path, cast_to, body, options)

    def close(self) -> None:
        """Close the connections that this client made. Later calls raise `ClearStreetError`. An `http_client` of yours
        stays open.
        """
        self._caller.connections.running().driver.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _verb(self, method: str, path: str, cast_to: type[T], body: object, options: Mapping[str, object]) -> T:
        from ._api.verbs import prepared_verb

        conceal(options)
        operation, prepared, kind = prepared_verb(method, path, body, cast_to)
        return self._caller.send(operation, prepared, options, kind)


resolvable(globals(), BaseClient, ClearStreet)
