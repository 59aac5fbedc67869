"""Run the application on 127.0.0.1."""

import json
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

HOST = "127.0.0.1"


class Server(uvicorn.Server):
    """A uvicorn server that says on standard output when it is ready."""

    def __init__(self, app: ASGIApp, port: int, *, announce: bool) -> None:
        super().__init__(
            uvicorn.Config(app, log_level="error", access_log=False, timeout_graceful_shutdown=5)
        )
        self._announce = announce
        # Named as TCP, or asyncio leaves Nagle's algorithm on and each answer waits 40 ms.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((HOST, port))
        self.port: int = self._socket.getsockname()[1]

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._announce:
            sys.stdout.write(json.dumps(addresses(self.port)) + "\n")
            sys.stdout.flush()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on SIGINT and SIGTERM and then return, so that the database is closed."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {
            number: signal.signal(number, self.handle_exit)
            for number in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def serve_until_stopped(self) -> None:
        """Answer requests until SIGINT, SIGTERM or `should_exit`."""
        self.run(sockets=[self._socket])


def addresses(port: int) -> dict[str, str | int]:
    """Return what a client must know: the base address of each half, and the port."""
    base = f"http://{HOST}:{port}"
    return {"dataverse_url": base, "finops_url": base, "port": port}


@contextmanager
def running(app: ASGIApp) -> Iterator[str]:
    """Serve `app` in a thread on a free port; yields its base address. For tests."""
    server = Server(app, 0, announce=False)
    thread = threading.Thread(target=server.serve_until_stopped, daemon=True)
    thread.start()
    try:
        while not server.started:
            thread.join(0.01)
        yield str(addresses(server.port)["dataverse_url"])
    finally:
        server.should_exit = True
        thread.join(10)
