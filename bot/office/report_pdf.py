"""The monthly report on paper: A4, to be signed."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

import fontpkg_be_vietnam_pro
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from bot.office.report_figures import Report
from bot.office.report_text import figures, heads, number, title_of, weeks_of
from content.texts import Texts, day

FILES: Final = Path(fontpkg_be_vietnam_pro.ROOT) / "files"
FONT, BOLD = "BeVietnamPro", "BeVietnamPro-SemiBold"
EDGE: Final = 16 * mm
WIDTH: Final = A4[0] - 2 * EDGE
INK, SOFT, LINE, SHADE = (HexColor(c) for c in ("#1b2430", "#47505c", "#b9b2a4", "#f5efe4"))
TEXT = ParagraphStyle("text", fontName=FONT, fontSize=10, leading=15, textColor=INK)
CELL = ParagraphStyle("cell", parent=TEXT, fontSize=8.5, leading=12)
FIGURE = ParagraphStyle("figure", parent=CELL, alignment=2)
HEAD = ParagraphStyle("head", parent=CELL, fontName=BOLD)
FIGURE_HEAD = ParagraphStyle("figure-head", parent=HEAD, alignment=2)
QUIET = ParagraphStyle("quiet", parent=TEXT, fontSize=8.5, leading=12.5, textColor=SOFT)
TITLE = ParagraphStyle("title", parent=TEXT, fontName=BOLD, fontSize=17, leading=24, spaceAfter=2)
PART = ParagraphStyle("part", parent=TEXT, fontName=BOLD, fontSize=12.5, leading=18, spaceBefore=12, spaceAfter=4)
CENTRE = ParagraphStyle("centre", parent=TEXT, alignment=1)


def pdf(report: Report, say: Texts) -> bytes:
    """The report as a PDF file."""
    _fonts()
    out = io.BytesIO()
    title = say("monthly.title", month=report.month)
    paper = SimpleDocTemplate(
        out, pagesize=A4, leftMargin=EDGE, rightMargin=EDGE, topMargin=EDGE, bottomMargin=18 * mm,
        title=f"{title} – {report.locality}", author=report.locality, lang="vi-VN",
        creator="Hỏi Phường", subject=say("monthly.paste.made", made=report.made),
    )  # fmt: skip
    paper.build(_story(report, say, title), canvasmaker=_numbered(say))
    return out.getvalue()


def _story(report: Report, say: Texts, title: str) -> list[Flowable]:
    dates = {"first": day(report.first), "last": day(report.last), "made": report.made}
    story: list[Flowable] = [
        _paragraph(report.locality, HEAD),
        _paragraph(title, TITLE),
        _paragraph(say("monthly.period", **dates), TEXT),
    ]
    if not report.is_whole:
        story.append(_paragraph(say("monthly.open"), QUIET))
    shown = [(name, number(value) if isinstance(value, int) else value) for name, value in figures(report, say)]
    story += [_paragraph(say("monthly.summary"), PART), _table([], shown, (3, 1))]
    story += [_paragraph(say("monthly.lists"), PART), *_lists(report, say)]
    story += [_paragraph(say("monthly.items"), PART), *_items(report, say)]
    if report.questions.by_kind:
        kinds = [(say(f"monthly.kind.{kind}"), number(n)) for kind, n in report.questions.by_kind]
        table = _table(heads(("kind", "count"), say), kinds, (3, 1))
        story.append(KeepTogether([_paragraph(say("monthly.questions"), PART), table]))
    story.append(KeepTogether([Spacer(0, 8 * mm), _paragraph(say("monthly.sign.made", **dates), QUIET), _hands(say)]))
    return story


def _lists(report: Report, say: Texts) -> list[Flowable]:
    if not report.lists:
        return [_paragraph(say("monthly.no_lists"), TEXT)]
    names = ("unit", "list", "topic", "items", "weeks", "groups", "people", "machine", "by_hand", "failed")
    rows = [
        (row.unit, row.name, row.topic, number(row.items), weeks_of(row, say), number(row.groups), number(row.people),
         number(row.sendings.machine), number(row.sendings.by_hand), number(row.sendings.failed))
        for row in report.lists
    ]  # fmt: skip
    table = _table(heads(names, say), rows, (17, 20, 15, 9, 20, 9, 10, 11, 12, 12), left=3)
    return [table, Spacer(0, 2 * mm), _paragraph(say("monthly.weeks.note"), QUIET)]


def _items(report: Report, say: Texts) -> list[Flowable]:
    if not report.items:
        return [_paragraph(say("monthly.none"), TEXT)]
    rows = [
        (day(item.day), title_of(item.title, item.recalled, say), ", ".join(item.lists),
         number(item.sendings.machine), number(item.sendings.by_hand), number(item.sendings.failed),
         number(item.sendings.unknown))
        for item in report.items
    ]  # fmt: skip
    names = ("day", "title", "list", "machine", "by_hand", "failed", "unknown")
    return [_table(heads(names, say), rows, (17, 42, 26, 12, 13, 13, 12), left=3)]


def _table(names: Sequence[str], rows: Sequence[Sequence[str]], shares: Sequence[int], left: int = 1) -> Table:
    """A table whose first `left` columns are words; the others are figures, to the right."""
    cells = [[_paragraph(n, HEAD if i < left else FIGURE_HEAD) for i, n in enumerate(names)]] if names else []
    cells += [[_paragraph(v, CELL if i < left else FIGURE) for i, v in enumerate(row)] for row in rows]
    widths = [WIDTH * share / sum(shares) for share in shares]
    table = Table(cells, colWidths=widths, repeatRows=1 if names else 0, hAlign="LEFT")
    style: list[tuple[Any, ...]] = [
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 3),
        ("RIGHTPADDING", (0, 0), (-1, -1), 3),
    ]
    if names:
        style.append(("BACKGROUND", (0, 0), (-1, 0), SHADE))
    table.setStyle(TableStyle(style))
    return table


def _hands(say: Texts) -> Table:
    names = [[_paragraph(say(f"monthly.sign.{who}"), CENTRE) for who in ("officer", "head")]]
    return Table(names, colWidths=[WIDTH / 2] * 2, rowHeights=[34 * mm], style=[("VALIGN", (0, 0), (-1, -1), "TOP")])


def _paragraph(words: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(words), style)


def _fonts() -> None:
    if FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(FONT, str(FILES / "BeVietnamPro-Regular.ttf")))
        pdfmetrics.registerFont(TTFont(BOLD, str(FILES / "BeVietnamPro-SemiBold.ttf")))


def _numbered(say: Texts) -> type[Canvas]:
    """A canvas that knows how many pages there are when it writes the foot of each."""

    class Numbered(Canvas):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self._kept: list[dict[str, Any]] = []

        def showPage(self) -> None:  # noqa: N802 - the library's name
            self._kept.append(dict(self.__dict__))
            self._startPage()  # type: ignore[attr-defined]  # as the library's own guide does

        def save(self) -> None:
            for page, kept in enumerate(self._kept, 1):
                self.__dict__.update(kept)
                self.setFont(FONT, 8.5)
                self.setFillColor(SOFT)
                self.drawRightString(A4[0] - EDGE, 10 * mm, say("monthly.page", page=page, pages=len(self._kept)))
                super().showPage()
            super().save()

    return Numbered
