"""The public address of an item, and back."""

from __future__ import annotations

from content.pack import Pack

PROCEDURES = "/thu-tuc"
HOTLINES = "/duong-day-nong"
PLACES = "/luu-tru"
INITIATIVES = "/mo-hinh"
BULLETINS = "/ban-tin"
CHECK = "/kiem-tra"
NUMBERS = "/so-lieu"


def path_of(pack: Pack, id_: str) -> str | None:
    """The page that says what is known of the item `id_`; None where it has none of its own."""
    kind, _, name = id_.partition(":")
    if kind == "bulletin":
        return f"{BULLETINS}/{name}" if name.isdecimal() else BULLETINS
    if id_ in pack.procedures:
        return f"{PROCEDURES}/{id_}"
    if id_ in pack.initiatives:
        return f"{INITIATIVES}/{id_}"
    if id_ in pack.hotlines or pack.unit_of(id_):
        return f"{HOTLINES}/{name}"
    if id_ == "homestay:list" or pack.also.get(id_, id_) in pack.places:
        return f"{PLACES}/{name}"
    if id_ in pack.clubs and "hoi-quan" in pack.initiatives:
        return f"{INITIATIVES}/hoi-quan"
    return None


def ids_of(shelf: str, name: str) -> tuple[str, ...]:
    """The ids that `name` may stand for on a shelf of public pages, the likeliest first."""
    if shelf == HOTLINES:
        return (f"hotline:{name}",)
    if shelf == PLACES:
        return (f"homestay:{name}", f"sight:{name}")
    return (name,)
