"""Each command with each option, over ten lakes: no stack, the exit code that walked.py has, and in
the last line what to do.

What Spark does is left out: tests of each command have it. With --long, the pages are made, too.
"""

import csv
import os
import re
import shlex
import webbrowser
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from dm.cli import dm
from dm.reading.stale import plans
from dm.terminal.output import FORMATS
from local import relocate
from local.lake import Lake
from local.loading.template import ROWS
from local.reviews import ARROW_SCHEMA
from local.spark import classes, conf, server
from runner.dbt.previews import Previews
from runner.dbt.running import DbtProject
from runner.gold import Published
from runner.project import PROJECT
from tests.dm.commands.walked import LAKES, LOOKS, ON_AWS, OTHERS, fresh, none
from tests.dm.lakes import NAME

LONG = ("docs", "demo")
NO_ACCOUNT = {
    "AWS_EC2_METADATA_DISABLED": "true", "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_CONFIG_FILE": "/none", "AWS_SHARED_CREDENTIALS_FILE": "/none",
}  # fmt: skip
# Sentences that say what to do without a command, an option or a page.
PLAIN = (
    r"^Such as ", r"^Name a folder", r"^It has ", r"is kept since", "^Bring it back from a copy",
    r"^Error: File '\S+' does not exist$", "^Load reviews with",
)  # fmt: skip


def commands(group: click.Command = dm, name: str = "") -> Iterator[tuple[str, click.Command]]:
    """All commands by their names, such as `lake copy`; those with others in them, too."""
    yield name, group
    if isinstance(group, click.Group):
        for word, command in group.commands.items():
            yield from commands(command, f"{name} {word}".strip())


def lines(text: str) -> list[tuple[str, str]]:
    """The lines of walked.py, each with its exit codes."""
    return [(line.split(" ", 1)[0], line.split(" ", 1)[1]) for line in text.strip().splitlines()]


LOOKED = [(codes, f"{line} --format {form}") for codes, line in lines(LOOKS) for form in FORMATS]
WALKED = [*LOOKED, *lines(OTHERS), *lines(ON_AWS)]


def test_each_command_is_walked_with_each_of_its_options() -> None:
    known = dict(commands())
    walked: dict[str, set[str]] = {name: set() for name in known}
    for _, line in WALKED:
        words = shlex.split(line)
        name = max((n for n in known if words[: len(n.split())] == n.split()), key=len)
        walked[name] |= {"", *words}
    missing = [
        f"{name} {'/'.join(option.opts)} {value}"
        for name, command in known.items()
        for option in command.params
        if isinstance(option, click.Option)
        for value in (option.type.choices if type(option.type) is click.Choice else ("",))
        if not walked[name].intersection(option.opts) or value not in walked[name]
    ]
    assert not missing
    assert not [name for name, words in walked.items() if not words and name not in ("", "spark")]
    assert {"-h", "--help"} <= walked[""]


def says_what_to_do(line: str) -> bool:
    """Whether a line names a command that there is, an option, a page or a setting; or is plain."""
    named = [name for name, _ in commands() if name]
    options = {opt for _, command in commands() for param in command.params for opt in param.opts}
    return (
        any(f"dm {name}" in line for name in named)
        or any(word in options for word in re.findall(r"--[\w-]+", line))
        or any((PROJECT / page).exists() for page in re.findall(r"docs/\w+\.md", line))
        or any(word in line for word in ("DM_LAKE", "`aws sso login`"))
        or any(re.search(sentence, line) for sentence in PLAIN)
    )


@pytest.fixture
def without_spark(monkeypatch: pytest.MonkeyPatch) -> None:
    """What dbt and Spark would do is done; what of this machine they would change is not."""

    def previewed(_: Previews, tables: list[str], **__: object) -> list[dict[str, object]]:
        return [{"table": table, "problem": None, "held": []} for table in tables]

    told = {"tables": {}, "held": {}, "sources": {}}
    monkeypatch.setattr(plans, "_ask", lambda: told)
    monkeypatch.setattr(DbtProject, "operate", lambda *_, **__: None)
    monkeypatch.setattr(DbtProject, "build", lambda _, asked, *__, **___: dict.fromkeys(asked))
    monkeypatch.setattr(Previews, "preview", previewed)
    monkeypatch.setattr("runner.pending.published", lambda _: defaultdict(lambda: Published(1, {})))
    monkeypatch.setattr("runner.startup._start_spark", lambda builder: None)
    monkeypatch.setattr("local.spark.query.rows", lambda _: (["one"], iter([{"one": 1}])))
    monkeypatch.setattr(relocate, "_copy_tables", lambda *_: None)
    monkeypatch.setattr(server, "start", lambda *_: True)
    monkeypatch.setattr(classes, "make_in_background", lambda: None)
    monkeypatch.setattr(webbrowser, "open", lambda _: True)


def write_files(folder: Path) -> None:
    """Reviews in odd clothes, and some of which one is wrong."""
    with (folder / "a.csv").open("w", newline="", encoding="latin-1") as file:
        writer = csv.DictWriter(file, ARROW_SCHEMA.names, delimiter=";", lineterminator="\n")
        file.write(";".join(["id", *ARROW_SCHEMA.names[1:]]) + "\n")
        writer.writerows(ROWS)
    with (folder / "b.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, ARROW_SCHEMA.names, lineterminator="\n")
        writer.writeheader()
        writer.writerows([*ROWS, {**ROWS[0], "review_id": "none"}])


def fault(answer: Result, code: str, line: str) -> str:
    """What is wrong with an answer; empty if nothing is."""
    said = answer.output.strip().splitlines() or [""]
    if answer.exception and not isinstance(answer.exception, SystemExit):
        return repr(answer.exception)
    if "Traceback" in answer.output:
        return "a stack"
    if str(answer.exit_code) != code:
        return f"{answer.exit_code} instead of {code}: {said[-1]}"
    if code == "0" or line.startswith("status --check"):
        return ""
    if len(said) > 40 and "json" not in line:
        return f"{len(said)} lines"
    if code == "2":
        told = re.search(r"Try 'dm|Commands:|such as 2010-12|^Error: .* Give ", answer.output)
        return "" if told else said[-1]
    # Of what is wrong, each line of `dm doctor` is followed by one that says what to do.
    ends = said if line.startswith("doctor") else said[-1:]
    return "" if any(map(says_what_to_do, ends)) else f"does not say what to do: {said[-1]}"


@pytest.mark.usefixtures("without_spark")
@pytest.mark.parametrize("make", LAKES, ids=lambda make: make.__name__)
def test_no_stack_the_documented_exit_code_and_what_to_do(
    make: Callable[[Path], None],
    long: bool,
    tmp_path: Path,
    jar_paths: list[Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    root = tmp_path / "lake"
    monkeypatch.setenv("DM_LAKE", str(root))
    monkeypatch.chdir(tmp_path)
    for name in filter(re.compile("AWS_").match, list(os.environ)):
        monkeypatch.delenv(name)  # stand-ins of other tests
    for name, value in NO_ACCOUNT.items():
        monkeypatch.setenv(name, value)
    settings = Lake(root), jar_paths
    monkeypatch.setattr(conf, "configure", lambda *_: conf.write_settings(root / "conf", *settings))
    if make is not none:
        conf.write_settings(root / "conf", *settings)
    write_files(tmp_path)
    make(root)
    wrong = []
    for codes, line in [*(lines(ON_AWS) if make in (none, fresh) else []), *LOOKED, *lines(OTHERS)]:
        code = codes if len(codes) == 1 else codes[LAKES.index(make)]
        if code == "-" or (line.split()[0] in LONG and not long):
            continue
        words = shlex.split(line.replace("OUT", str(tmp_path)).replace("from T", f"from {NAME}"))
        words = [{"T": NAME, "M": "2010-01"}.get(word, word) for word in words]
        if told := fault(CliRunner().invoke(dm, words), code, line):
            wrong.append(f"{line}: {told}")
        if make is none and line.startswith("process"):
            assert not root.exists()
    assert not wrong, "\n".join(wrong)
