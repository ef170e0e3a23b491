"""Tells in one line what Spark and dbt tell with headings, plans and Java's stacks."""

import re

_HEADING = re.compile(r"(\w+ Error\b( in .*)?|An error occurred while calling \w+\.\w+\.)$")
_JAVA_CLASS = re.compile(r"^(: )?([\w$]+\.)+(?=[\w$]+(Exception|Error)\b)|^: ([\w$]+\.)+")
_TASK = re.compile(r"^.*most recent failure: .*?\([^()]*executor [^()]*\): ")
"""Which task of Spark failed, before the reason."""
# What dbt says of a model with a contract and without columns.
_NO_COLUMNS = re.compile(
    r"Contract enforcement failed for: \((\S+)\)\s+Constraints must be defined"
)
# What dbt says of a file that refers to a model that is not there any more.
_NO_NODE = re.compile(r"\((\S+)\) depends on a node named '(\w+)' which was not found")
_LONGEST = 500
# What Iceberg and Parquet say of a file of a table that is damaged or gone.
_FILE = r"(?P<{}>\w+:/[^\s,]+\.(?:parquet|avro))"
_DAMAGED = re.compile(
    rf"(?:Failed to (?:open|read)|does not exist|Checksum error|[Cc]an ?not read)[^\n]*?"
    rf"{_FILE.format('file')}|{_FILE.format('garbage')} is not a Parquet file"
)

# Of the clients for AWS that Iceberg uses: no answer, or one that the client gives up on.
_UNANSWERED = re.compile(
    r"software\.amazon\.awssdk\.\S+Exception: (?:"
    r"Unable to execute HTTP request: (?P<lost>[^\n(]+)"
    r"|(?P<told>[^\n(]*)\(Service: \w+, Status Code: (?P<status>5\d\d|429)\b"
    r"|(?P<slow>[^\n(]*(?:Rate exceeded|[Tt]hrottl)[^\n(]*)\(Service: )"
)
_CLIENT = re.compile(r"software\.amazon\.awssdk\.services\.(\w+)\.Default\w+Client\.(\w+)\(")
_NAMES = {"s3": "S3", "glue": "Glue"}


def count(number: int, noun: str) -> str:
    """So many of something: `1 table`, `5 tables`, `7,357 rows`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def one_line(message: str) -> str:
    """What a message of dbt or Spark says."""
    if service := unanswered(message):
        return service
    if damaged := _DAMAGED.search(message):
        file = damaged["file"] or damaged["garbage"]
        return f"{file} is damaged or gone: docs/operations.md says how to repair it"
    if found := _NO_COLUMNS.search(message):
        return f"{found[1]} has no columns in its YAML: name each there, with its data_type"
    if found := _NO_NODE.search(message):
        return f"{found[1]} needs {found[2]}: bring {found[2]}.sql back, or take it out of there"
    lines = [line.strip() for line in message.splitlines()]
    told = [line for line in lines if line and not _HEADING.match(line)] or ["it does not say why"]
    first = " ".join(told[:2]) if told[0].endswith(":") else told[0]
    return _JAVA_CLASS.sub("", _TASK.sub("", first))[:_LONGEST]


def unanswered(message: str) -> str:
    """Which call of AWS had no answer, or none but to come later, and what to do; else empty."""
    found = _UNANSWERED.search(message)
    if not found:
        return ""
    client = _CLIENT.search(message, found.start())
    service, call = client.groups() if client else ("AWS", "a call")
    name = _NAMES.get(service, service)
    reason = (found["lost"] or found["slow"] or f"{found['status']} {found['told']}").strip()
    return f"{name} did not answer ({call}: {reason[:200]}). Run it again when {name} does"
