"""A procedure: what to bring, where, how long, how much, then the traps; what is asked about comes first."""

from __future__ import annotations

from collections.abc import Sequence

from content.pack import Facts
from content.schema import Paper, Procedure
from handlers import cases
from handlers.contract import Aspect, Button, Desk, Query, Reply, Section
from handlers.parts import check_first, handover_button, law_warning, said, source_line, words

ORDER: tuple[Aspect, ...] = ("papers", "where", "time", "fee")
TRAPS_IN_CHAT = 4


async def procedure(query: Query, desk: Desk) -> Reply:
    """The card of one procedure, with the asked aspect first."""
    found = desk.facts.procedure(query.understood.id or "")
    asked, picks = query.understood.aspect, query.understood.picks
    if picks is not None and (question := cases.question(found, picks, desk)):
        return question
    order = ORDER if asked is None else (asked, *(aspect for aspect in ORDER if aspect != asked))
    warning = law_warning(found, desk)
    changed = any(change.on <= desk.now.date() and not change.known for change in found.changes)
    if picks is not None:
        body: tuple[Section, ...] = _own_case(found, picks, desk)
    elif desk.elder and found.essential:
        body = (Section(lines=said(found.essential, desk)),)
    else:
        body = tuple(part for aspect in order for part in _SECTIONS[aspect](found, desk))
        body += _traps(found, desk)
    sections = (warning if changed else ()) + body + (() if changed else warning) + check_first(found, desk)
    return Reply(
        kind="procedure",
        id=found.id,
        title=found.name.in_(desk.lang),
        sections=sections,
        buttons=_buttons(found, asked, desk, own_case=picks is not None),
        source=source_line(found, desk),
        aspect=asked,
        confidence=query.understood.confidence,
        path=f"/thu-tuc/{found.id}",
    )


def _own_case(found: Procedure, picks: cases.Picks, desk: Desk) -> tuple[Section, ...]:
    papers, out = cases.needed(found, picks)
    own = (cases.answers(found, picks, desk), *_papers(found, desk, papers), *cases.left_out(out, desk))
    return own + tuple(part for aspect in ORDER[1:] for part in _SECTIONS[aspect](found, desk))


def whole(found: Procedure, desk: Desk) -> tuple[Section, ...]:
    """Everything the pack knows of a procedure: the public page."""
    parts: list[Section] = [*law_warning(found, desk)]
    parts += _plain("procedure.who", said(found.who, desk), desk)
    for aspect in ("papers", "where", "how", "time", "fee"):
        parts += _SECTIONS[aspect](found, desk)
    parts += _plain("procedure.result", said(found.result, desk), desk)
    if steps := said(found.steps, desk):
        parts.append(Section(heading=desk.text("procedure.steps"), lines=steps, shape="steps"))
    if traps := said(found.traps, desk):
        parts.append(Section(heading=desk.text("procedure.traps"), lines=traps, shape="bullets"))
    if unsure := said(found.uncertain, desk):
        parts.append(Section(heading=desk.text("procedure.uncertain"), lines=unsure, shape="bullets", tone="check"))
    parts += _plain("procedure.before", (words(found.where.before_2025_07, desk.lang),), desk)
    laws = (desk.text("procedure.code", code=found.code), *found.laws)
    parts.append(Section(heading=desk.text("procedure.laws"), lines=laws, shape="bullets", tone="quiet"))
    sources = tuple(source.title for source in desk.facts.pack.cite(found))
    parts.append(Section(heading=desk.text("procedure.sources"), lines=sources, shape="bullets", tone="quiet"))
    return (*parts, *check_first(found, desk))


def listing(group: str, desk: Desk) -> Reply:
    """The procedures of one of the eight groups."""
    members = [p for p in desk.facts.pack.procedures.values() if p.group == group]
    return Reply(
        kind="smalltalk",
        title=desk.text(f"group.{group}"),
        sections=(Section(lines=tuple(p.name.in_(desk.lang) for p in members), shape="bullets"),),
        buttons=tuple(Button(id=p.id, title=p.name.in_(desk.lang)) for p in members),
    )


def _papers(found: Procedure, desk: Desk, needed: Sequence[Paper] | None = None) -> list[Section]:
    papers = [paper for paper in (found.papers if needed is None else needed) if paper.holds(desk.now.date())]
    everyone = tuple(paper_line(paper, desk) for paper in papers if paper.when is None)
    others = tuple(paper_line(paper, desk) for paper in papers if paper.when is not None)
    lines = everyone or (() if others else (desk.text("procedure.no_papers"),))
    parts = [Section(heading=desk.text("procedure.papers"), lines=lines, shape="bullets")] if lines else []
    if others:
        parts.append(Section(heading=desk.text("procedure.papers_if"), lines=others, shape="bullets"))
    if shown := said(found.show, desk):
        parts.append(Section(heading=desk.text("procedure.show"), lines=shown, shape="bullets"))
    return parts


def paper_line(paper: Paper, desk: Desk) -> str:
    """One paper in one line: its name, how many and of what kind, the form, the condition, the note."""
    lang = desk.lang
    kind = desk.text("paper." + paper.type.replace(" ", "_"))
    count = (
        kind if paper.type in {"info", "e-form", "e-copy"} else desk.text("paper.count", n=paper.copies, kind=kind)
    )
    line = f"{paper.name.in_(lang)} ({count})"
    if paper.when:
        line = f"{_condition(paper.when.in_(lang), desk)}: {line}"
    extra = " ".join(map(_sentence, said((part for part in (paper.form, paper.note) if part), desk)))
    return f"{line}. {extra}" if extra else line


def _condition(when: str, desk: Desk) -> str:
    """`Nếu sinh ở nhà`; a condition that says `khi` or `if` itself begins with that."""
    first = when.split(maxsplit=1)[0].lower()
    own = first in {"khi", "nếu", "trường", "if", "when", "only", "chỉ", "riêng", "for", "với", "unless"}
    return _sentence(when).rstrip(".") if own else desk.text("paper.when", when=when)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "…", "!", "?")) else ".")


def _where(found: Procedure, desk: Desk) -> list[Section]:
    return _plain("procedure.where", said((found.where.now,), desk), desk)


def _time(found: Procedure, desk: Desk) -> list[Section]:
    return _plain("procedure.time", said(found.time_limit, desk), desk)


def _fee(found: Procedure, desk: Desk) -> list[Section]:
    fee = found.fee(desk.facts.at)
    if fee is None:
        return _plain("procedure.fee", (desk.text("procedure.fee_unknown"),), desk)
    lines = said(fee.rule, desk)
    if exempt := said(fee.exempt, desk):
        lines += (desk.text("procedure.exempt", who=" ".join(exempt)),)
    return _plain("procedure.fee", lines, desk)


def _how(found: Procedure, desk: Desk) -> list[Section]:
    lines = tuple(way.text.in_(desk.lang) for way in found.how)
    if found.online:
        lines += (found.online.in_(desk.lang),)
    return [Section(heading=desk.text("procedure.how"), lines=lines, shape="bullets")]


def _traps(found: Procedure, desk: Desk) -> tuple[Section, ...]:
    traps = said(found.traps, desk)[:TRAPS_IN_CHAT]
    return (Section(heading=desk.text("procedure.traps"), lines=traps, shape="bullets"),) if traps else ()


def _plain(key: str, lines: tuple[str, ...], desk: Desk) -> list[Section]:
    lines = tuple(line for line in lines if line)
    return [Section(heading=desk.text(key), lines=lines)] if lines else []


_SECTIONS = {"papers": _papers, "where": _where, "time": _time, "fee": _fee, "how": _how}


def _buttons(found: Procedure, asked: Aspect | None, desk: Desk, *, own_case: bool) -> tuple[Button, ...]:
    aspects = [aspect for aspect in ("papers", "fee", "where") if aspect != asked or own_case]
    titles = {aspect: desk.text(f"button.{aspect}") for aspect in aspects}
    if own_case:
        titles["papers"] = desk.text("button.all_papers")
    own = [Button(id=f"{found.id}#{aspect}", title=title) for aspect, title in titles.items()]
    related = [Button(id=other.id, title=other.name.in_(desk.lang)) for other in _related(found, desk.facts)[:1]]
    thumbs = [Button(id=f"{word}:{found.id}", title=desk.text(f"button.{word}")) for word in ("helpful", "unhelpful")]
    return (*own, *cases.begin_button(found, desk), *related, handover_button(desk), *thumbs)


def _related(found: Procedure, facts: Facts) -> list[Procedure]:
    return [facts.pack.procedures[id_] for id_ in found.related]
