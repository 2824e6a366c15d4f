"""A small plot of weeks, drawn as SVG: bars with their figures, and the duty as a line across them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from bot.office.report_figures import Week

BAR: Final = 26  # units of the drawing: twelve weeks fill the width of a phone
GAP: Final = 4
HEIGHT: Final = 80
HEAD: Final = 22  # above the bars, for their figures
FOOT: Final = 24  # below them, for the first week and the last
WIDEST: Final = 999  # a longer figure has no room above its bar; the table beside the plot has it


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One week."""

    label: str
    value: int
    target: int | None = None  # None: nothing is asked of it
    now: bool = False  # the week that is not over

    @property
    def state(self) -> str:
        """`kept`, `short`, `open` while it can still be kept, or `plain`."""
        if self.target is None:
            return "plain"
        if self.value >= self.target:
            return "kept"
        return "open" if self.now else "short"


def plot(bars: Sequence[Bar]) -> Markup:
    """The drawing, for eyes only: whoever cannot see it reads the table or the sentence beside it."""
    if not bars:
        return Markup("")
    target = max((bar.target or 0 for bar in bars), default=0)
    most = max(1, target, *(bar.value for bar in bars))
    width = len(bars) * (BAR + GAP) + GAP
    parts = [_bar(number, bar, most) for number, bar in enumerate(bars)]
    ends = ((0, "start", bars[0]), (width, "end", bars[-1])) if len(bars) > 1 else ((0, "start", bars[0]),)
    week = '<text class="week" x="{}" y="{}" text-anchor="{}">{}</text>'
    parts += [Markup(week).format(x, HEAD + HEIGHT + FOOT - 5, side, bar.label) for x, side, bar in ends]  # noqa: S704 - ours
    if target:
        y = HEAD + HEIGHT * (1 - target / most)
        line = '<line class="target" x1="0" x2="{}" y1="{:.1f}" y2="{:.1f}"/>'
        parts.append(Markup(line).format(width, y, y))  # noqa: S704 - ours
    opening = '<svg class="plot" viewBox="0 0 {} {}" width="{}" aria-hidden="true" focusable="false">'
    whole = Markup(opening).format(width, HEAD + HEIGHT + FOOT, width)  # noqa: S704 - ours
    return whole + Markup("").join(parts) + Markup("</svg>")


def _bar(number: int, bar: Bar, most: int) -> Markup:
    x = GAP + number * (BAR + GAP)
    tall = max(1.5, HEIGHT * bar.value / most)
    top = HEAD + HEIGHT - tall
    drawn = '<rect class="{}" x="{}" y="{:.1f}" width="{}" height="{:.1f}" rx="3"/>'
    shape = Markup(drawn).format(bar.state, x, top, BAR, tall)  # noqa: S704 - ours
    if most > WIDEST:
        return shape
    figure = '<text x="{}" y="{:.1f}" text-anchor="middle">{}</text>'
    return shape + Markup(figure).format(x + BAR / 2, top - 4, bar.value)  # noqa: S704 - ours


def weeks_plot(weeks: Sequence[Week]) -> Markup:
    """The weeks of a list, the last of which still runs."""
    last = len(weeks) - 1
    return plot(
        [
            Bar(label=f"{week.monday:%d/%m}", value=week.items, target=week.target, now=number == last)
            for number, week in enumerate(weeks)
        ]
    )
