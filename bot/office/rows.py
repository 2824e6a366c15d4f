"""What an officer wrote, row by row: what changes, what stays, and what is wrong and why. Nothing is written here."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final

from content import corrections
from content.corrections import NAMES, Field
from content.pack import Facts
from content.schema import Item, Lang, Procedure
from content.texts import texts
from content.values import WrongValue, clean, fold, grouped

LANGUAGES: Final[tuple[Lang, ...]] = ("vi", "en")
LONGEST: Final = 2000  # characters of a cell; no field needs more


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One row as it was written: the value for a field of an item."""

    line: int  # of the spreadsheet; counts from 1
    item: str
    field: str
    value: str
    wrong: WrongValue | None = None  # why its cells cannot be read at all


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One correction to write; `value` None takes the one in force back."""

    line: int
    item: str
    field: str
    before: str  # what is said now; empty where nothing is
    value: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """One row that cannot be written, and why."""

    line: int
    item: str
    field: str
    why: WrongValue

    @property
    def message(self) -> str:
        """What is wrong and what to write instead, in Vietnamese."""
        return texts("vi")(self.why.key, **self.why.fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What becomes of all rows."""

    changes: tuple[Change, ...] = ()
    wrong: tuple[Wrong, ...] = ()
    unchanged: int = 0
    blank: int = 0  # rows without a value: nothing was asked
    written: bool = False

    @property
    def without_rule(self) -> tuple[str, ...]:
        """Procedures whose amount changes while the rule stays the earlier one."""
        rules = {change.item for change in self.changes if change.field == "fee_rule"}
        return tuple(c.item for c in self.changes if c.field == "fee" and c.value and c.item not in rules)


def plan(rows: Iterable[Wanted], facts: Facts) -> Outcome:
    """What becomes of these rows, were they written now."""
    rows = tuple(rows)
    asked = [_target(row, facts) for row in rows if row.wrong or row.value.strip()]
    lines: dict[tuple[str, str], list[int]] = {}
    for target in asked:
        if isinstance(target, _Target):
            lines.setdefault(target.key, []).append(target.row.line)
    found: list[Change | Wrong | None] = []
    for target in asked:
        if isinstance(target, Wrong):
            found.append(target)
        elif len(lines[target.key]) > 1:
            twice = WrongValue("row.twice", lines=", ".join(map(str, lines[target.key])))
            found.append(_wrong(target.row, twice))
        else:
            found.append(_change(target, facts, has_rule=(target.id, "fee_rule") in lines))
    return Outcome(
        changes=tuple(one for one in found if isinstance(one, Change)),
        wrong=tuple(one for one in found if isinstance(one, Wrong)),
        unchanged=found.count(None),
        blank=len(rows) - len(asked),
    )


def item_of(written: str, facts: Facts) -> tuple[str, Item]:
    """The item of the pack with this id, and its own id; `WrongValue` that names the nearest where there is none."""
    typed = clean(written).lower()
    id_ = facts.pack.also.get(typed, typed)
    if item := facts.pack.item(id_):
        return id_, item
    shown = typed if len(typed) <= 64 else typed[:63] + "…"
    known = [known for known, _ in facts.pack.items()]
    near = [k for k in known if k.partition(":")[2] == typed] or difflib.get_close_matches(typed[:64], known, n=1)
    if near:
        raise WrongValue("row.unknown_id_near", id=shown, near=near[0])
    raise WrongValue("row.unknown_id", id=shown)


def name_of(written: str) -> str:
    """The name of a field, from its name or from its words in either language; as written where it is none."""
    return _names().get(fold(written), clean(written))


def label(name: str) -> str:
    """A field in words."""
    return texts("vi")(f"field.{name}")


@cache
def _names() -> dict[str, str]:
    words = {fold(texts(lang)(f"field.{name}")): name for name in NAMES for lang in LANGUAGES}
    return words | {fold(name): name for name in NAMES}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    """A row whose item and field are known."""

    row: Wanted
    id: str
    item: Item
    field: Field

    @property
    def key(self) -> tuple[str, str]:
        return self.id, self.field.name


def _target(row: Wanted, facts: Facts) -> _Target | Wrong:
    try:
        return _found(row, facts)
    except WrongValue as why:
        return _wrong(row, why)


def _found(row: Wanted, facts: Facts) -> _Target:
    if row.wrong:
        raise row.wrong
    for cell in (row.item, row.field, row.value):
        if len(cell) > LONGEST:
            raise WrongValue("value.long", count=grouped(len(cell)), most=grouped(LONGEST))
        if cell.lstrip().startswith("="):
            raise WrongValue("value.formula")
    if not row.item.strip():
        raise WrongValue("row.no_id")
    id_, item = item_of(row.item, facts)
    fields = corrections.fields_of(item)
    field = next((field for field in fields if field.name == name_of(row.field)), None)
    if field is None:
        known = ", ".join(f"{field.name} ({label(field.name)})" for field in fields)
        key = "row.unknown_field" if row.field.strip() else "row.no_field"
        raise WrongValue(key, field=clean(row.field[:40]), known=known)
    return _Target(row=row, id=id_, item=item, field=field)


def _change(target: _Target, facts: Facts, *, has_rule: bool) -> Change | Wrong | None:
    """The correction, or what is wrong with it, or None where it says nothing new."""
    field, at = target.field, facts.at
    lying = facts.corrected(target.id)
    try:
        value = field.read(target.row.value)
        has_rule = has_rule or "fee_rule" in lying
        if field.name == "fee" and isinstance(target.item, Procedure) and not has_rule and not target.item.fee(at):
            raise WrongValue("row.no_rule")
    except WrongValue as why:
        return _wrong(target.row, why)
    overlay = lying.get(field.name)
    before = overlay.value if overlay else corrections.now(target.item, field.name, at)
    if value == before and (overlay or not field.confirms):
        return None
    return Change(line=target.row.line, item=target.id, field=field.name, before=before, value=value)


def _wrong(row: Wanted, why: WrongValue) -> Wrong:
    return Wrong(line=row.line, item=clean(row.item[:64]), field=clean(row.field[:32]), why=why)
