"""The GMF groups that the account owns: chats that it made; an ordinary group cannot be taken over.

`GET /v3.0/oa/group/getgroupsofoa`, developers.zalo.me, "Quản lý nhóm", as of 2024-10. The shape of its list is not
documented beyond that of one group: a bare list and a list under a name are both read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.channels.zalo_oa import codes
from bot.channels.zalo_oa.access import NoToken
from bot.channels.zalo_oa.api import Answer, Api, Silent
from bot.channels.zalo_oa.results import text_of

GROUPS: Final = "/v3.0/oa/group/getgroupsofoa"
COUNT: Final = 5  # a call, as in the documentation: how many it takes is not told
MOST: Final = 500  # groups; no account has so many


class NotRead(Exception):
    """The groups cannot be listed; its message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One group, as `list import` takes it."""

    id: str
    name: str
    members: int | None
    link: str | None
    enabled: bool  # False: its asset has expired; nothing can be sent


async def owned(api: Api) -> list[Group]:
    """All of them; `NotRead`."""
    found: dict[str, Group] = {}
    for offset in range(0, MOST, COUNT):
        try:
            answer = await api.get_of_groups(GROUPS, offset=offset, count=COUNT)
        except (NoToken, Silent) as error:
            raise NotRead(error.why) from error
        if answer.code != 0:
            raise NotRead(f"{answer.code}: {codes.meaning(answer.code, answer.message)[1]}")
        items = _items(answer)
        before = len(found)
        found |= {group.id: group for group in map(_group, items) if group}
        if len(found) == before:  # no more, or the same again
            break
    return list(found.values())


def _items(answer: Answer) -> Sequence[Mapping[str, Any]]:
    if answer.items:
        return answer.items
    named = next((value for value in answer.data.values() if isinstance(value, list)), [])
    return [item for item in named if isinstance(item, dict)]


def _group(item: Mapping[str, Any]) -> Group | None:
    info = item.get("group_info")
    whole = {**info, **item} if isinstance(info, dict) else item
    id_, members = text_of(whole.get("group_id")), str(whole.get("total_member"))
    if id_ is None:
        return None
    return Group(
        id=id_,
        name=str(whole.get("name") or whole.get("group_name") or id_)[:200],
        members=int(members) if members.isascii() and members.isdigit() else None,
        link=text_of(whole.get("group_link")),
        enabled=whole.get("status") != "disabled",
    )
