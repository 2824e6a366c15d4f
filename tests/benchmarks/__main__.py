"""`make bench`: speed, as ratios measured side by side in one run. Each table is kept under results/."""

from __future__ import annotations

import argparse
import datetime as dt
import platform
from pathlib import Path

from tests.benchmarks import bulletins, channels, codes, scans, sheets, understanding

RESULTS = Path(__file__).parent / "results"
BENCHES = {
    "understanding": understanding.table,
    "channels": channels.table,
    "scans": scans.table,
    "codes": codes.table,
    "sheets": sheets.table,
    "bulletins": bulletins.table,
}


def main() -> None:
    """Run the benchmarks, print their tables and keep them."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=main.__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which: {', '.join(BENCHES)} (default: all)")
    for name in parser.parse_args().names or BENCHES:
        head = f"# {name}, {dt.date.today()}, Python {platform.python_version()}, {platform.machine()}"
        table = f"{head}\n\n{BENCHES[name]()}\n"
        print(table)
        (RESULTS / f"{name}.md").write_text(table, encoding="utf-8")


if __name__ == "__main__":
    main()
