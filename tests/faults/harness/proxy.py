"""Stands between a client and a server of HTTP, and lets answers fail or wait."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

Answer = tuple[int, bytes]


@dataclass(frozen=True)
class Request:
    """What a client asks for.

    Attributes:
        method: of HTTP.
        path: with the query; of S3, /bucket/key.
        operation: such as UpdateTable, where AWS has a header for it; S3 has none.
        body: its bytes.
    """

    method: str
    path: str
    operation: str
    body: bytes


class Proxy(ThreadingHTTPServer):
    """Passes requests on, unless `fault` answers them; what it raises ends the connection.

    Args:
        upstream: the server's address, such as http://127.0.0.1:5000.
    """

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, upstream: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.upstream = urlsplit(upstream).netloc
        self.fault: Callable[[Request], Answer | None] = lambda request: None
        self.lost: Callable[[Request], Answer | None] = lambda request: None
        """As `fault`, but the server has done what it was asked for: its answer is lost."""
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
    protocol_version = "HTTP/1.1"  # S3's clients ask whether they may send a file, and wait
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        target = self.headers.get("X-Amz-Target", "")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = Request(self.command, self.path, target.rpartition(".")[2], body)
        if self._failed(self.server.fault, request):
            return
        upstream = HTTPConnection(self.server.upstream, timeout=60)
        upstream.request(self.command, self.path, body, dict(self.headers))
        found = upstream.getresponse()
        answer = found.status, found.read(), found.getheaders()
        upstream.close()
        if not self._failed(self.server.lost, request):
            self._answer(*answer)

    do_DELETE = do_GET = do_HEAD = do_PUT = do_POST  # noqa: N815

    def _failed(self, fault: Callable[[Request], Answer | None], request: Request) -> bool:
        """Whether there is nothing more to answer."""
        try:
            answer = fault(request)
        except ConnectionError:
            self.server.faults += 1
            self.close_connection = True
            return True
        if answer:
            self.server.faults += 1
            self._answer(*answer, [("Content-Type", "application/x-amz-json-1.0")])
        return bool(answer)

    def _answer(self, status: int, body: bytes, headers: list[tuple[str, str]]) -> None:
        self.send_response(status)
        told = dict(headers) if self.command == "HEAD" else {}  # the length of what it leaves out
        for name, value in headers:
            if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                self.send_header(name, value)
        self.send_header("Content-Length", told.get("Content-Length", str(len(body))))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""
