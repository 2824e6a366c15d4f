"""Ten thousand household cards on A4, from a list, by the command as a ward calls it: how fast, in how much memory."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

CARDS: Final = 10_000
GROUPS: Final = 60
GOAL: Final = 300  # cards a second
MEMORY: Final = 300  # MB


@dataclass(frozen=True, slots=True)
class Run:
    """What one process took."""

    seconds: float
    cpu: float
    megabytes: float


def table() -> str:
    """Printed anew, and printed again with the codes that are there."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        _list(folder / "cards.csv", CARDS)
        _list(folder / "one.csv", 1)
        start = _run(folder, "one.csv", "one")
        rows = [
            f"| {what} | {run.seconds:.1f} s | {run.cpu:.1f} s | {CARDS / run.seconds:,.0f}/s | "
            f"{CARDS / (run.seconds - start.seconds):,.0f}/s | {CARDS / run.cpu:,.0f}/s | {run.megabytes:,.0f} MB |"
            for what, run in (
                ("new codes", _run(folder, "cards.csv", "tet")),
                ("the same list again", _run(folder, "cards.csv", "tet")),
            )
        ]
        size = (folder / "tet.pdf").stat().st_size / 1e6
    head = "| 10,000 cards | wall | CPU | cards/s, all | without the start | by CPU | peak memory |"
    return "\n".join([
        head, "|---|---|---|---|---|---|---|", *rows, "",
        f"Goals: ≥ {GOAL} cards/s, < {MEMORY} MB. The file has {size:.1f} MB; every square at level H, 101 cards read back.",
        f"The start of the command, with one card: {start.seconds:.1f} s. Wall times are those of this machine as busy as it was:",
        f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; CPU times say what an idle core needs at most.",
    ])  # fmt: skip


def _list(file: Path, rows: int) -> None:
    lines = [f"H{n:05},{n % GROUPS + 1},phuong-1,Số {n}" for n in range(1, rows + 1)]
    file.write_text("\n".join(["ref,group,unit,label", *lines]) + "\n", encoding="utf-8")


def _run(folder: Path, csv: str, campaign: str) -> Run:
    env = os.environ | {
        "HOIPHUONG_DATABASE_URL": f"sqlite+aiosqlite:///{folder}/sheets.db", "HOIPHUONG_SECRET_KEY": "k" * 32,
        "HOIPHUONG_PUBLIC_URL": "https://hoiphuong.sadec.example",
    }  # fmt: skip
    hoiphuong = str(Path(sys.executable).parent / "hoiphuong")
    out = folder / f"{campaign}.pdf"
    words = ["qr", "sheet", "--kind", "household-card", "--target", "menu", "--csv", str(folder / csv)]
    begun = time.perf_counter()
    nowhere = subprocess.DEVNULL
    process = subprocess.Popen(
        [hoiphuong, *words, "--campaign", campaign, "--out", str(out)], env=env, stdout=nowhere, stderr=nowhere
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"exit {process.returncode}")
    return Run(time.perf_counter() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


if __name__ == "__main__":
    print(table())
