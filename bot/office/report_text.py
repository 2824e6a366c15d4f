"""The month in a few lines, ready to paste into the ward's own report; and the rows that paper and sheet share."""

from __future__ import annotations

from collections.abc import Sequence

from bot.office.report_figures import ListFigures, Report
from content.texts import Texts, day


def figures(report: Report, say: Texts) -> list[tuple[str, int | str]]:
    """The month in single figures, each with its name."""
    kept, weeks = report.weeks
    sent, asked = report.sendings, report.questions
    shown: list[tuple[str, int | str | None]] = [
        ("items", len(report.items)),
        ("groups", report.groups),
        ("reach", report.reach),
        ("uncounted", report.uncounted or None),
        ("machine", sent.machine),
        ("by_hand", sent.by_hand),
        ("failed", sent.failed),
        ("unknown", sent.unknown),
        ("waiting", sent.waiting or None),
        ("weeks", say("monthly.of", some=kept, all=weeks)),
        ("asked", asked.asked),
        ("solved", asked.solved),
        ("scans", asked.scans),
    ]
    return [(say(f"monthly.figure.{key}"), value) for key, value in shown if value is not None]


def weeks_of(row: ListFigures, say: Texts) -> str:
    """How many weeks were kept, and the bulletins week by week: 3/4 (2, 1, 2, 3)."""
    kept = say("monthly.of", some=row.kept, all=len(row.weeks))
    return f"{kept} ({', '.join(str(week.items) for week in row.weeks)})" if row.weeks else "–"


def title_of(title: str, recalled: bool, say: Texts) -> str:
    """A bulletin's title, and that it was taken back."""
    return say("monthly.recalled", title=title) if recalled else title


def pasted(report: Report, say: Texts) -> str:
    """The page as text."""
    sent, asked = report.sendings, report.questions
    kept, weeks = report.weeks
    dates = {"first": day(report.first), "last": day(report.last), "made": report.made, "month": report.month}
    lines = [say("monthly.paste.opening", **dates)]
    lines.append(
        say("monthly.paste.items", items=len(report.items), groups=report.groups, reach=number(report.reach))
    )
    if report.uncounted:
        lines.append(say("monthly.paste.uncounted", groups=report.uncounted))
    lines.append(
        say(
            "monthly.paste.sendings",
            machine=number(sent.machine), by_hand=number(sent.by_hand), failed=number(sent.failed),
            unknown=number(sent.unknown),
        )
    )  # fmt: skip
    lines.append(say("monthly.paste.weeks", kept=kept, all=weeks))
    lines += [
        say(
            "monthly.paste.list",
            unit=row.unit, name=row.name, items=row.items, kept=row.kept, all=len(row.weeks),
        )
        for row in report.lists
    ]  # fmt: skip
    lines.append(say("monthly.paste.questions", asked=number(asked.asked), solved=number(asked.solved)))
    if asked.scans is not None:
        lines.append(say("monthly.paste.scans", scans=number(asked.scans)))
    if not report.is_whole:
        lines.append(say("monthly.open"))
    lines.append(say("monthly.paste.made", **dates))
    return "\n".join(lines) + "\n"


def number(n: int) -> str:
    """As people write it here: 12.345."""
    return f"{n:,}".replace(",", ".")


def heads(names: Sequence[str], say: Texts) -> list[str]:
    """The headings of a table."""
    return [say(f"monthly.col.{name}") for name in names]
