"""How S3 and Glue fail: what each of them answers instead, to which requests, for how long."""

import itertools
import time
from collections.abc import Callable

from tests.faults.harness.proxy import Answer, Proxy, Request

BROKEN: Answer = (500, b"<Error><Code>InternalError</Code><Message>It broke.</Message></Error>")


SLOW_DOWN: Answer = (503, b"<Error><Code>SlowDown</Code><Message>Not so fast.</Message></Error>")


GLUE_BROKEN: Answer = (500, b'{"__type": "InternalServiceException", "Message": "It broke."}')


OVERTAKEN: Answer = (400, b'{"__type": "ConcurrentModificationException", "Message": "Late."}')


SOME = 5  # seconds


def s3(request: Request) -> bool:
    return not request.operation


def to_glue(request: Request) -> bool:
    return bool(request.operation)


def writes_data(request: Request) -> bool:
    return request.method == "PUT" and "/data/" in request.path


def writes_metadata(request: Request) -> bool:
    return request.method == "PUT" and request.path.endswith(".metadata.json")


def commits(request: Request) -> bool:
    return request.operation == "UpdateTable"


class Away:
    """A service does not answer, from a request on until it is back.

    Args:
        service: whether a request is one to it.
        begins: whether it is away from this request on.
        answer: what it answers instead; None if it just ends the connections.
        seconds: after how many it comes back by itself.
    """

    def __init__(
        self,
        service: Callable[[Request], bool],
        begins: Callable[[Request], bool],
        answer: Answer | None = None,
        seconds: float = 3_600,
    ) -> None:
        self._service = service
        self._begins = begins
        self._answer = answer
        self._seconds = seconds
        self._until: float | None = None

    def __call__(self, request: Request) -> Answer | None:
        """What the proxy answers."""
        if self._until is None and self._begins(request):
            self._until = time.monotonic() + self._seconds
        if not self._service(request) or self._until is None or time.monotonic() > self._until:
            return None
        if self._answer is None:
            raise ConnectionError
        return self._answer

    def is_back(self) -> None:
        """It answers again."""
        self._until = 0


def partly(proxy: Proxy) -> None:
    answers = itertools.cycle([*([None] * 7 + [BROKEN]) * 11, *[None] * 7, SLOW_DOWN])
    proxy.fault = lambda request: next(answers) if s3(request) else None
    unheard = itertools.cycle([GLUE_BROKEN, None])
    proxy.lost = lambda request: next(unheard) if commits(request) else None


def slow(proxy: Proxy) -> None:
    proxy.fault = lambda request: time.sleep(0.3) if s3(request) else None


def throttles(proxy: Proxy) -> None:
    proxy.fault = Away(s3, writes_data, SLOW_DOWN, SOME)


def cut_off(proxy: Proxy) -> None:
    proxy.fault = Away(s3, writes_metadata, None, SOME)


def overtaken(proxy: Proxy) -> None:
    answers = itertools.cycle([None, OVERTAKEN])
    proxy.fault = lambda request: next(answers) if commits(request) else None


SURVIVED = {
    "S3 answers every eighth call with an error, Glue every other commit, which it did": partly,
    "S3 takes 0.3 s for each call": slow,
    f"S3 throttles for {SOME} s, from the first data file on": throttles,
    f"S3 is away for {SOME} s, from the first metadata.json on": cut_off,
    "Glue says of every other commit that another was faster": overtaken,
}
