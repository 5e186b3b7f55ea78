"""Recognise what a signal handler of the application raised: it is never taken for something else."""

from __future__ import annotations

from inspect import CO_VARARGS
from typing import cast


def raised_by_signal_handler(error: BaseException) -> BaseException | None:
    """Return the exception that a signal handler of the application raised, if `error` is that or was caused by it.

    httpcore may turn such an exception into one of its own.
    """
    seen: BaseException | None = error
    while seen is not None and not _is_of_signal_handler(seen):
        seen = seen.__cause__
    return seen


def _is_of_signal_handler(error: BaseException) -> bool:
    """Whether an exception was raised in a signal handler. It shows: Python passes a handler the interrupted frame."""
    step = error.__traceback__
    while step is not None and (inner := step.tb_next) is not None:
        code, interrupted = inner.tb_frame.f_code, step.tb_frame
        names = code.co_varnames[: code.co_argcount + bool(code.co_flags & CO_VARARGS)]
        for value in [inner.tb_frame.f_locals.get(name) for name in names]:
            given = cast("tuple[object, ...]", value) if isinstance(value, tuple) else (value,)
            if any(each is interrupted for each in given):
                return True
        step = inner
    return False
