"""The drive itself: what tells it that a kernel listens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drive import Notebook


class Socket:
    """A connection to a kernel, as the page reports it."""

    url = "ws://127.0.0.1/api/kernels/one/channels"

    def __init__(self) -> None:
        self.handlers: list[Callable[..., Any]] = []

    def on(self, _: str, handler: Callable[..., Any]) -> None:
        """Keeps who wants to know of a frame."""
        self.handlers.append(handler)

    def frame(self) -> None:
        """A frame goes by."""
        for one in self.handlers:
            one("a message")


class Page:
    """A page that opens whatever it is asked to, and never gets quiet."""

    def goto(self, _: str) -> None:
        """Leaves the notebook before, whose last frames may still come."""
        raise TimeoutError


def test_frames_of_the_notebook_before_say_nothing_of_this_one() -> None:
    """They come while the next one is being opened; Run All before its kernel listens would be lost."""
    notebook = Notebook(Page(), "http://127.0.0.1", _watching=True)  # type: ignore[arg-type]
    before, now = Socket(), Socket()
    for socket, later in ((before, None), (now, before)):
        try:
            notebook.open("one.ipynb")
        except TimeoutError:
            notebook._listen(socket)
        if later:
            later.frame()
            assert notebook._last_frame == 0
        socket.frame()
        assert notebook._last_frame > 0
