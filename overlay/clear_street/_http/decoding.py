"""Decompress the bodies of replies, within bounds of size and time: a few bytes may decompress to gigabytes."""

from __future__ import annotations

import zlib
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

import httpx

from .bounds import BOUNDS, capped

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_BODY_SIZE = 64 * 2**20
"""Bytes of a body, decompressed, unless a setting says otherwise."""
_ENCODINGS_MAX = 5
_PIECE = 2**16
"""Bytes that are decompressed between two checks of the time."""
_SLICE = 2**14
"""Bytes that zlib is given in one call. For each member of a gzip body it copies all bytes that follow."""
_SHORT_SLICE = 32
"""Bytes that one of httpx's decoders is given in one call. It decompresses all of them, whatever the size."""
_GZIP = 16 + zlib.MAX_WBITS


class BodyTooLarge(httpx.DecodingError):
    """A body is longer than the setting `max_body_size`."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"the body is longer than max_body_size, {limit} bytes")


class _Codec(Protocol):
    def unpack(self, data: bytes) -> Iterator[bytes]:
        """Decompress the next bytes; yield the result in pieces."""
        ...

    def end(self) -> None:
        """Raise if the data is incomplete."""
        ...


class _Zlib:
    """``gzip``, of any number of members, and ``deflate``, with or without zlib's header.

    With `doubled`, a body that does not begin as gzip does stays unchanged.
    """

    def __init__(self, bits: int, *, doubled: bool = False) -> None:
        self._bits = bits
        self._doubled = doubled
        self._codec = zlib.decompressobj(bits)
        self._fresh = True
        self._plain = False

    def unpack(self, data: bytes) -> Iterator[bytes]:
        if self._doubled and self._fresh and data and not data.startswith(b"\x1f"):
            self._plain = True
        if self._plain:
            yield data
            return
        for start in range(0, len(data), _SLICE):
            yield from self._unpack(data[start : start + _SLICE])

    def _unpack(self, data: bytes) -> Iterator[bytes]:
        full = False
        while data or full:
            capped(None, httpx.ReadTimeout)
            if self._codec.eof:
                # Only gzip has members. Other bytes after the last member are ignored, as other clients do.
                if self._bits != _GZIP or not data.startswith(b"\x1f"):
                    return
                self._codec = zlib.decompressobj(_GZIP)
            try:
                piece = self._codec.decompress(data, _PIECE)
            except zlib.error as error:
                if not self._fresh or self._bits != zlib.MAX_WBITS:
                    raise httpx.DecodingError(str(error)) from error
                self._bits = -zlib.MAX_WBITS
                self._codec = zlib.decompressobj(self._bits)
                continue
            finally:
                self._fresh = False
            data = self._codec.unused_data or self._codec.unconsumed_tail
            full = len(piece) == _PIECE
            if piece:
                yield piece

    def end(self) -> None:
        """Do nothing: incomplete JSON is found when it is read."""


class _Httpx:
    """``br`` and ``zstd``, if httpx supports them."""

    def __init__(self, decoder: Any) -> None:
        self._decoder = decoder

    def unpack(self, data: bytes) -> Iterator[bytes]:
        for start in range(0, len(data), _SHORT_SLICE):
            capped(None, httpx.ReadTimeout)
            piece: bytes = self._decoder.decode(data[start : start + _SHORT_SLICE])
            for begin in range(0, len(piece), _PIECE):
                yield piece[begin : begin + _PIECE]

    def end(self) -> None:
        self._decoder.flush()


class Decoder:
    """Decompresses a body; httpx can use it as a decoder. Raises `BodyTooLarge` after `limit` bytes, and
    `httpx.ReadTimeout` when the time of the attempt is over.
    """

    def __init__(self, headers: httpx.Headers, limit: int) -> None:
        self._limit = limit
        encodings = headers.get_list("content-encoding", split_commas=True)
        names = [name.strip().lower() for name in reversed(encodings)]
        # A proxy may repeat the header of a body that is encoded once.
        codecs = [_codec(name, doubled=name in names[:depth]) for depth, name in enumerate(names)]
        known = [codec for codec in codecs if codec is not None]
        self._codecs: list[_Codec] = known
        self._sizes = [0] * (len(known) + 1)

    def decode(self, data: bytes) -> bytes:
        """Decompress the next bytes of the body."""
        if len(self._codecs) > _ENCODINGS_MAX:
            raise httpx.DecodingError(f"the body has more than {_ENCODINGS_MAX} encodings")
        try:
            return b"".join(self._unpacked(data, 0))
        except MemoryError:
            raise httpx.DecodingError("there is not enough memory for the body") from None

    def flush(self) -> bytes:
        """Return no more bytes. Raises if the body is known to be incomplete."""
        for codec in self._codecs:
            codec.end()
        return b""

    def _unpacked(self, data: bytes, depth: int) -> Iterator[bytes]:
        self._sizes[depth] += len(data)
        if self._sizes[depth] > self._limit:
            raise BodyTooLarge(self._limit)
        if depth == len(self._codecs):
            yield data
            return
        for piece in self._codecs[depth].unpack(data):
            yield from self._unpacked(piece, depth + 1)


class BoundedResponse(httpx.Response):
    """A response of this package's connections. Its body is decompressed within bounds, even if a hook reads it."""

    def _get_content_decoder(self) -> Any:
        if "_decoder" not in vars(self):
            bounds = BOUNDS.get()
            bound(self, MAX_BODY_SIZE if bounds is None else bounds.max_body_size)
        return vars(self)["_decoder"]


def bound(response: httpx.Response, limit: int) -> None:
    """Bound the body of a response to `limit` bytes, by giving httpx a decoder instead of its own."""
    vars(response).setdefault("_decoder", Decoder(response.headers, limit))


def unpacked(headers: httpx.Headers, content: bytes, limit: int) -> bytes:
    """Decompress a whole body."""
    decoder = Decoder(headers, limit)
    return decoder.decode(content) + decoder.flush()


def keep(response: httpx.Response, content: bytes) -> None:
    """Give a response the body, which was read without httpx."""
    vars(response)["_content"] = content
    response.is_stream_consumed = True


def _codec(name: str, *, doubled: bool) -> _Codec | None:
    """Return the codec of a content coding; None for one that httpx does not know, whose body stays unchanged."""
    if name in ("gzip", "x-gzip"):
        return _Zlib(_GZIP, doubled=doubled)
    if name == "deflate":
        return _Zlib(zlib.MAX_WBITS)
    decoders: dict[str, Any] = import_module("httpx._decoders").SUPPORTED_DECODERS
    return _Httpx(decoders[name]()) if name in decoders and name != "identity" else None
