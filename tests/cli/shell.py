"""`hoiphuong` as a person or a script calls it: in this process (`run`), or in one of its own (`process`), which takes
seconds to start and shows that the installed command itself works."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from io import BytesIO, TextIOWrapper
from pathlib import Path
from unittest.mock import patch

from bot import cli
from content import loader
from tests import databases

ROOT = Path(__file__).parents[2]
COMMAND = Path(sys.executable).parent / "hoiphuong"
PATIENCE = 240  # seconds for one process: it only ends what hangs, and a busy machine takes long to start one
loaded = cache(loader.load)  # packs do not change; a broken one raises anew each time


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What came of a command."""

    returncode: int
    stdout: str
    stderr: str


def run(*words: str, tmp_path: Path, stdin: str = "", **settings: str) -> Done:
    """One command in this process, on a database of its own."""
    env = _environment(databases.sqlite(tmp_path / "cli.db"), tmp_path) | settings
    given, out, err = _stream(stdin), _stream(), _stream()
    with (
        patch.dict(os.environ, env, clear=True),
        patch.multiple(sys, argv=["hoiphuong", *words], stdin=given, stdout=out, stderr=err),
        patch.object(loader, "load", loaded),
        _collecting_as_before(),
    ):
        try:
            cli.main()
            code: object = 0
        except SystemExit as end:
            code = end.code
    return Done(returncode=code if isinstance(code, int) else 0, stdout=_said(out), stderr=_said(err))


def process(
    *words: str, tmp_path: Path, stdin: str = "", command: Sequence[str] = (str(COMMAND),), **settings: str
) -> Done:
    """One command in a process of its own; its first start makes the database."""
    env = _environment(f"sqlite+aiosqlite:///{tmp_path}/cli.db", tmp_path) | settings
    done = subprocess.run(
        [*command, *words],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        env=env,
        cwd=ROOT,
        timeout=PATIENCE,
    )
    return Done(returncode=done.returncode, stdout=done.stdout, stderr=done.stderr)


def _environment(database: str, home: Path) -> dict[str, str]:
    env = {"PATH": os.environ["PATH"], "HOME": str(home), "NO_COLOR": "1", "COLUMNS": "100"}
    return env | {"HOIPHUONG_DATABASE_URL": database}


def _stream(words: str = "") -> TextIOWrapper:
    return TextIOWrapper(BytesIO(words.encode()), encoding="utf-8", write_through=True)


def _said(stream: TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()


@contextmanager
def _collecting_as_before() -> Iterator[None]:
    before = gc.get_threshold()
    try:
        yield
    finally:
        gc.set_threshold(*before)
