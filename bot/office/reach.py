"""For which units an item speaks, and so which officers may change what it says."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from bot.errors import NotAllowed
from bot.storage.officers import Officer, Role
from content.pack import Pack
from content.schema import Club, Initiative, Place, Unit

WRITERS: Final[tuple[Role, ...]] = ("editor", "approver")
TEACHERS: Final[tuple[Role, ...]] = ("editor", "approver", "duty")


def units_of(id_: str, pack: Pack) -> tuple[str, ...]:
    """The units that an item is about; for what is everybody's, as a procedure is, all that serve today."""
    match pack.item(id_):
        case Unit(id=unit) | Club(unit=unit):
            return (unit,)
        case Place(unit=str(unit)):
            return (unit,)
        case Initiative(where=units) if units:
            return units
        case _:
            return tuple(unit.id for unit in pack.units.values() if unit.successor is None)


def may_change(by: Officer, id_: str, pack: Pack, roles: Collection[Role] = WRITERS) -> bool:
    """Whether he speaks for every unit of this item, or for the one that serves its people today."""
    return all(_for(by, unit, pack, roles) for unit in units_of(id_, pack))


def must_change(by: Officer, id_: str, pack: Pack, roles: Collection[Role] = WRITERS) -> None:
    """`NotAllowed`, naming the units, where he may not."""
    if not may_change(by, id_, pack, roles):
        units = ", ".join(pack.units[unit].name.vi for unit in units_of(id_, pack) if unit in pack.units)
        raise NotAllowed("content.not_yours", units=units)


def _for(by: Officer, unit: str, pack: Pack, roles: Collection[Role]) -> bool:
    known = pack.units.get(unit)
    places = {unit, pack.serving(known).id if known else unit}
    return any(by.may(role, place) for role in roles for place in places)
