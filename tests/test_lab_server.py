"""The real JupyterLab, started as a learner starts it: it asks for its token and opens the start page."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from iamlab.lessons.course import START_PAGE

pytestmark = pytest.mark.skipif(os.name != "posix", reason="ends the server by a signal")

PATIENCE: Final = 40.0  # seconds; it takes about two


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def clean_environment(home: Path) -> dict[str, str]:
    """An environment in which no setting of whoever runs the tests, Jupyter's or ours, is at work."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "IAMLAB"))}
    private = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "HOME")
    return {**kept, **{name: str(home / name) for name in private}}


class Server:
    """A running JupyterLab: its log, its token, and what it answers."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path, port: int) -> None:
        self.process = process
        self.log = log
        self.address = f"http://127.0.0.1:{port}"
        self.token = ""

    def text(self) -> str:
        """All that it has said."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def wait(self) -> None:
        """Until it answers; fails with its log if it ends before, or takes too long."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and self.process.poll() is None:
            token = re.search(r"[?&]token=([0-9a-f]{20,})", self.text())
            if token and self.answers():
                self.token = token[1]
                return
            time.sleep(0.1)
        pytest.fail(f"JupyterLab did not answer:\n{self.text()}")

    def answers(self) -> bool:
        """Does anybody listen?"""
        try:
            self.get("/api")
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    def get(self, path: str) -> tuple[str, str]:
        """Ask for a page as a browser does: where that led, and what was there. HTTPError for a refusal."""
        headers = {"Authorization": f"token {self.token}"} if self.token else {}
        request = urllib.request.Request(self.address + path, headers=headers)
        # By no proxy: the server is on this machine.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=10) as answer:
            return answer.url.removeprefix(self.address), answer.read().decode()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`iamlab lab --no-browser --port ...` in an empty folder, ended afterwards."""
    place, port = tmp_path_factory.mktemp("a learner’s place"), free_port()
    log = place / "log"
    command = [sys.executable, "-m", "iamlab", "lab", "--no-browser", "--ip=127.0.0.1", "--port", str(port)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=place, env=clean_environment(place), stdout=output, stderr=subprocess.STDOUT
        )
    try:
        running = Server(process, log, port)
        running.wait()
        yield running
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def test_a_plain_visit_leads_to_the_start_page(server: Server) -> None:
    """Whoever types nothing but host and port is in the course."""
    where, page = server.get("/")
    assert where.partition("?")[0] == f"/lab/tree/{START_PAGE}"
    assert "jupyter-config-data" in page


def test_the_printed_address_opens_the_start_page(server: Server) -> None:
    """Which is also the one that a browser is started with."""
    assert f"/lab/tree/{START_PAGE}?token={server.token}" in server.text()


def test_the_lessons_are_there_and_can_be_written(server: Server) -> None:
    """The server shows the learner's folder, not the place it was started from."""
    listed = json.loads(server.get("/api/contents/")[1])
    assert START_PAGE in [entry["name"] for entry in listed["content"]]
    assert listed["writable"]


def test_without_its_token_it_shows_nothing(server: Server) -> None:
    """A neighbour on the same machine does not get at the learner's notebooks."""
    other = Server(server.process, server.log, int(server.address.rpartition(":")[2]))
    assert other.get("/")[0].startswith("/login")
    with pytest.raises(urllib.error.HTTPError, match="403"):
        other.get("/api/contents/")


def test_the_page_asks_nothing_outside(server: Server) -> None:
    """No news, and no extensions to install from elsewhere; a look for updates ends on this machine."""
    found = re.search(r'id="jupyter-config-data"[^>]*>(.*?)</script>', server.get("/lab")[1], re.DOTALL)
    assert found is not None
    page = json.loads(found[1])
    assert page["news"] == {"disabled": True}
    assert page["extensionManager"]["can_install"] is False
    assert json.loads(server.get("/lab/api/update")[1])["notification"] is None
