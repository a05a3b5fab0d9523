"""A guard for what must never hang."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

LONG = 5
"""Seconds of the processor: a hundred times what the slowest of those guarded takes."""


@contextmanager
def no_hanging() -> Iterator[None]:
    """Fails what takes long. A guard, not a measurement: what other work the machine has does not count."""
    start = time.process_time()
    yield
    assert time.process_time() - start < LONG
