"""Records calls of moto's server, as the IAM actions and resources that AWS would ask for.

Who calls is told by the access key: the jobs have one of their own.
"""

import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote

import pytest
from moto.moto_server.werkzeug_app import DomainDispatcherApplication

from tests.aws.stand_ins.deployer import ACCOUNT, REGION
from tests.aws.stand_ins.template import NotUnderstood

_CREDENTIAL = re.compile(r"Credential=([^/]+)/\d+/[^/]+/([^/]+)/")
_OBJECT_ACTIONS = {"GET": "GetObject", "HEAD": "GetObject", "PUT": "PutObject"}


@dataclass(frozen=True)
class Call:
    """What one call asks IAM: this action on this resource, with these condition keys."""

    action: str
    resource: str
    context: tuple[tuple[str, str], ...] = ()


def record(patch: pytest.MonkeyPatch, access_key: str) -> list[Call]:
    """The calls that are made with this access key from now on, for as long as `patch` lasts."""
    found: list[Call] = []
    application = DomainDispatcherApplication.__call__

    def recorded(
        self: DomainDispatcherApplication, environ: dict[str, Any], start: Callable[..., Any]
    ) -> Iterable[bytes]:
        credential = _CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
        if credential and credential[1] == access_key:
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            environ["wsgi.input"] = io.BytesIO(body)
            found.extend(_calls(credential[2], environ, body))
        answer: Iterable[bytes] = application(self, environ, start)
        return answer

    patch.setattr(DomainDispatcherApplication, "__call__", recorded)
    return found


def _calls(service: str, environ: dict[str, Any], body: bytes) -> Iterator[Call]:
    operation = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
    if service == "s3":
        yield from _s3(environ, body)
    elif service == "dynamodb":
        request = json.loads(body)
        table = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{request['TableName']}"
        index = request.get("IndexName")
        yield Call(f"dynamodb:{operation}", f"{table}/index/{index}" if index else table)
    elif service == "glue":
        request = json.loads(body)
        yield from _glue(operation, request)
    else:
        raise NotUnderstood(f"a job called {service} {operation}")


def _s3(environ: dict[str, Any], body: bytes) -> Iterator[Call]:
    bucket, _, key = unquote(environ["PATH_INFO"]).lstrip("/").partition("/")
    query = parse_qs(environ["QUERY_STRING"], keep_blank_values=True)
    method = environ["REQUEST_METHOD"]
    arn = f"arn:aws:s3:::{bucket}"
    if key and method == "DELETE":
        yield Call(
            "s3:AbortMultipartUpload" if "uploadId" in query else "s3:DeleteObject", f"{arn}/{key}"
        )
    elif key:
        yield Call(f"s3:{_OBJECT_ACTIONS.get(method, 'PutObject')}", f"{arn}/{key}")
    elif "delete" in query:
        for found in re.findall(rb"<Key>(.*?)</Key>", body):
            yield Call("s3:DeleteObject", f"{arn}/{found.decode()}")
    elif method == "GET" and "prefix" in query:
        yield Call("s3:ListBucket", arn, (("s3:prefix", query["prefix"][0]),))
    else:
        raise NotUnderstood(
            f"a job called S3: {method} {environ['PATH_INFO']}?{environ['QUERY_STRING']}"
        )


def _glue(operation: str, request: dict[str, Any]) -> Iterator[Call]:
    """Glue asks for the catalog, the database and the table, each by itself."""
    arn = f"arn:aws:glue:{REGION}:{ACCOUNT}:"
    yield Call(f"glue:{operation}", f"{arn}catalog")
    database = request.get("DatabaseName") or request.get("Name")
    if operation == "GetDatabases":
        database = "*"
    yield Call(f"glue:{operation}", f"{arn}database/{database}")
    table = request.get("TableInput", request).get("Name")
    if operation == "GetTables":
        table = "*"
    if table and "DatabaseName" in request:
        yield Call(f"glue:{operation}", f"{arn}table/{database}/{table}")
