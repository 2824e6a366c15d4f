"""One's own case: two or three questions reduce the list of papers to those that this person needs.

A button says the whole way so far, `<id>~<option of the first question><of the second>…`, so nothing is remembered.
"""

from __future__ import annotations

from content.schema import CaseOption, Paper, Procedure
from handlers.contract import Button, Desk, Reply, Section
from handlers.parts import handover_button, source_line

Picks = tuple[int, ...]


def begin_button(found: Procedure, desk: Desk) -> tuple[Button, ...]:
    """The way in, where there is anything to ask."""
    return (Button(id=f"{found.id}~", title=desk.text("button.own_case")),) if found.cases else ()


def chosen(found: Procedure, picks: Picks) -> tuple[CaseOption, ...]:
    """The options picked so far; none where the pack has changed since the button was made."""
    if len(picks) > len(found.cases) or any(
        pick >= len(case.options) for case, pick in zip(found.cases, picks, strict=False)
    ):
        return ()
    return tuple(case.options[pick] for case, pick in zip(found.cases, picks, strict=False))


def question(found: Procedure, picks: Picks, desk: Desk) -> Reply | None:
    """The next question; None where all are answered."""
    done = chosen(found, picks)
    if len(done) >= len(found.cases):
        return None
    case = found.cases[len(done)]
    way = "".join(map(str, picks[: len(done)]))
    opening = desk.text("case.ask", number=len(done) + 1, of=len(found.cases))
    return Reply(
        kind="procedure",
        id=found.id,
        title=found.name.in_(desk.lang),
        sections=(
            Section(lines=(opening,)),
            Section(
                heading=case.ask.in_(desk.lang),
                lines=tuple(option.title.in_(desk.lang) for option in case.options),
                shape="steps",
            ),
        ),
        buttons=(
            *(
                Button(id=f"{found.id}~{way}{number}", title=option.title.in_(desk.lang))
                for number, option in enumerate(case.options)
            ),
            Button(id=f"{found.id}#papers", title=desk.text("button.all_papers")),
            handover_button(desk),
        ),
        source=source_line(found, desk),
        aspect="papers",
        path=f"/thu-tuc/{found.id}",
    )


def needed(found: Procedure, picks: Picks) -> tuple[tuple[Paper, ...], tuple[Paper, ...]]:
    """The papers of this case, a condition that is met no longer said, and those left out as theirs is not."""
    asked = {key for case in found.cases for option in case.options for key in option.sets}
    true = {key for option in chosen(found, picks) for key in option.sets}
    out = tuple(paper for paper in found.papers if paper.when and paper.when.key in asked - true)
    return tuple(
        paper.model_copy(update={"when": None}) if paper.when and paper.when.key in true else paper
        for paper in found.papers
        if paper not in out
    ), out


def left_out(out: tuple[Paper, ...], desk: Desk) -> tuple[Section, ...]:
    """What this person need not bring, and why."""
    lines = tuple(
        desk.text("case.not_needed", paper=paper.name.in_(desk.lang), when=paper.when.in_(desk.lang))
        for paper in out
        if paper.when and paper.holds(desk.now.date())
    )
    return (Section(heading=desk.text("case.left_out"), lines=lines, shape="bullets", tone="quiet"),) if lines else ()


def answers(found: Procedure, picks: Picks, desk: Desk) -> Section:
    """The case as the person told it."""
    said = tuple(option.title.in_(desk.lang) for option in chosen(found, picks))
    return Section(heading=desk.text("case.yours"), lines=said, shape="bullets")
