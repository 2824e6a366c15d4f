"""A Chromium for the browser tests: found, or got once. `python -m tests.browser --install`."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
ARGS: Final = (
    "--no-sandbox",  # a container has no user namespaces to make one of
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WHY_NONE: Final = (
    "no Chromium here: browser tests are skipped. Install one (Debian: apt-get install chromium), "
    "or name it in the environment variable CHROMIUM."
)


def find() -> str | None:
    """The browser to test with: CHROMIUM, else one on PATH, else Playwright's own download; None where none is."""
    if named := os.environ.get("CHROMIUM"):
        return shutil.which(named)
    for name in NAMES:
        if path := shutil.which(name):
            return path
    return _playwrights_own()


def options() -> dict[str, Any]:
    """What `chromium.launch(**options())` of Playwright is to be called with."""
    return {"executable_path": find(), "headless": True, "args": list(ARGS)}


def install() -> str | None:
    """A browser that is there, else one that is got now; None where neither can be had."""
    if path := find():
        return path
    if os.environ.get("CHROMIUM"):
        return None  # the one that was asked for is not there: say so rather than test with another
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        _run(["apt-get", "-q", "update"], environment)
        _run(["apt-get", "-q", "install", "-y", "--no-install-recommends", "chromium"], environment)
    else:
        _run([sys.executable, "-m", "playwright", "install", "chromium"], dict(os.environ))
    return find()


def _run(command: list[str], environment: dict[str, str]) -> None:
    print("+", *command, file=sys.stderr, flush=True)
    try:
        subprocess.run(command, env=environment, stdout=sys.stderr, timeout=900, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        print(f"  {error}", file=sys.stderr)


def _playwrights_own() -> str | None:
    """Asked in a process of its own: Playwright's plain interface refuses to run beside an event loop."""
    ask = "from playwright.sync_api import sync_playwright as p\nwith p() as q: print(q.chromium.executable_path)"
    try:
        said = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    path = said.stdout.strip()
    return path if path and Path(path).is_file() else None


def main() -> None:
    """Say which browser the tests will use; with `--install` get one first. Never fails: tests skip by themselves."""
    parser = argparse.ArgumentParser(prog="python -m tests.browser", description=main.__doc__)
    parser.add_argument("--install", action="store_true", help="get a Chromium where there is none")
    path = install() if parser.parse_args().install else find()
    if path:
        print(f"browser tests use {path}", file=sys.stderr)
    else:
        bar = "!" * 78
        print(f"\n{bar}\n{WHY_NONE}\n{bar}\n", file=sys.stderr)


if __name__ == "__main__":
    main()
