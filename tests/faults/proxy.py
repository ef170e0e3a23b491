"""Stands between a client and a server of HTTP, and lets answers fail or wait."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

Answer = tuple[int, bytes]


class Proxy(ThreadingHTTPServer):
    """Passes requests on, unless `fault` answers them; what it raises ends the connection.

    Args:
        upstream: the server's address, such as http://127.0.0.1:5000.
    """

    daemon_threads = True

    def __init__(self, upstream: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.upstream = urlsplit(upstream).netloc
        self.fault: Callable[[], Answer | None] = lambda: None
        self.faults = 0

    @property
    def url(self) -> str:
        """Where clients find it."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, *_: object) -> None:
        """Says nothing of connections that were ended on purpose."""

    @contextmanager
    def serving(self) -> Iterator["Proxy"]:
        """Answers while the block lasts."""
        thread = Thread(target=self.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.shutdown()
            self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: Proxy

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            answer = self.server.fault()
        except ConnectionError:
            self.server.faults += 1
            self.close_connection = True
            return
        if answer:
            self.server.faults += 1
            self._answer(*answer, [("Content-Type", "application/x-amz-json-1.0")])
            return
        upstream = HTTPConnection(self.server.upstream, timeout=60)
        upstream.request("POST", self.path, body, dict(self.headers))
        found = upstream.getresponse()
        self._answer(found.status, found.read(), found.getheaders())
        upstream.close()

    def _answer(self, status: int, body: bytes, headers: list[tuple[str, str]]) -> None:
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""
