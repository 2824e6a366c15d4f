"""The rotating token: renewed once, by one, and never lost on the way."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from contextlib import suppress
from typing import Any

import pytest

from bot.channels.zalo_oa import access as rules
from bot.channels.zalo_oa.access import Access, NoToken
from bot.channels.zalo_oa.oauth import Lost, OAuth, Pair, Refused, understood
from bot.storage.tokens import TokensInDatabase
from tests.channels.zalo_oa.rig import KEY, Rig
from tests.emulators.zalo_oa import APP_ID, APP_SECRET

DAY = dt.timedelta(days=1)


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = dt.datetime.now(dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.now


def access_of(oa: Rig, clock: Clock | None = None, first: str | None = "refresh-1") -> Access:
    """The token keeper of one process."""
    tokens = TokensInDatabase(oa.database, KEY.encode(), "zalo-oa:x")
    oauth = OAuth(oa.settings.zalo_oauth_url, APP_ID, APP_SECRET, KEY.encode())
    return Access(tokens, oauth, first, clock) if clock else Access(tokens, oauth, first)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "LOOK", 0.01)


@pytest.mark.parametrize(
    ("status", "body", "comes_to"),
    [
        (200, {"access_token": "a", "refresh_token": "r", "expires_in": "90000"}, Pair(access="a", refresh="r", seconds=90000)),
        (200, {"access_token": "a", "refresh_token": "r", "expires_in": 90000}, Pair(access="a", refresh="r", seconds=90000)),
        (200, {"access_token": "a", "refresh_token": "r"}, Pair(access="a", refresh="r", seconds=86400)),
        (200, {"access_token": "a", "refresh_token": "r", "expires_in": "-5"}, Pair(access="a", refresh="r", seconds=86400)),
        (200, {"access_token": "a"}, Refused(code=None, why="no code: an answer without two tokens")),
        (200, {"access_token": "a", "refresh_token": ""}, Refused(code=None, why="no code: an answer without two tokens")),
        (200, {"access_token": "a", "refresh_token": 7}, Refused(code=None, why="no code: an answer without two tokens")),
        (200, {"error": -14003, "error_name": "Invalid redirect uri"}, Refused(code=-14003, why="-14003: Invalid redirect uri")),
        (200, {"error_name": "Invalid refresh token"}, Refused(code=None, why="no code: Invalid refresh token")),
        (200, [], Lost(perhaps=True, why="HTTP 200 without JSON")),
        (502, None, Lost(perhaps=True, why="HTTP 502 without JSON")),
        (500, {}, Lost(perhaps=True, why="HTTP 500")),
    ],
)  # fmt: skip
def test_only_two_tokens_are_a_success(status: int, body: Any, comes_to: object) -> None:
    assert understood(status, json.dumps(body).encode() if body is not None else b"<html>") == comes_to


async def test_the_first_token_buys_a_pair(oa: Rig) -> None:
    grant = await access_of(oa).token()
    assert grant.access == oa.emulator.access
    assert grant.refresh == oa.emulator.refresh
    assert dt.timedelta(hours=24) < grant.expires_at - dt.datetime.now(dt.UTC) < dt.timedelta(hours=25)


async def test_without_any_token_it_is_not_connected(oa: Rig) -> None:
    with pytest.raises(NoToken) as error:
        await access_of(oa, first=None).token()
    assert error.value.state == "not connected"
    assert "connect-zalo" in error.value.why


async def test_many_processes_make_one_renewal(oa: Rig) -> None:
    oa.emulator.slow = 0.05
    each = [access_of(oa) for _ in range(6)]
    grants = await asyncio.gather(*(access.token() for access in each for _ in range(3)))
    assert {grant.access for grant in grants} == {oa.emulator.access}
    assert oa.emulator.refreshes == 1


async def test_a_token_that_another_process_renewed_is_taken_from_there(oa: Rig) -> None:
    clock = Clock()
    one, two = access_of(oa, clock), access_of(oa, clock)
    old = await one.token()
    assert (await two.token()).version == old.version
    clock.now += 2 * rules.AGAIN
    new = await one.rejected(old.version)
    assert (await two.rejected(old.version)).version == new.version
    assert oa.emulator.refreshes == 2


async def test_never_twice_within_a_minute(oa: Rig) -> None:
    access = access_of(oa)
    grant = await access.token()
    with pytest.raises(NoToken) as error:
        await access.rejected(grant.version)
    assert error.value.state == "refused"
    assert oa.emulator.refreshes == 1


@pytest.mark.parametrize("fault", ["html", "cut-before"])
async def test_a_lost_answer_is_asked_for_once_more(oa: Rig, fault: str) -> None:
    oa.emulator.next("oauth", fault)
    assert (await access_of(oa).token()).access == oa.emulator.access
    assert oa.emulator.asked == ["oauth", "oauth"]


async def test_an_answer_lost_after_the_token_was_used_up_ends_the_grant(oa: Rig) -> None:
    oa.emulator.next("oauth", "cut")
    access = access_of(oa)
    with pytest.raises(NoToken) as error:
        await access.token()
    assert error.value.state == "not connected"
    assert "consent again" in error.value.why
    grant = await oa.tokens.current()
    assert grant
    assert grant.gone
    with pytest.raises(NoToken):
        await access.token()
    assert oa.emulator.asked == ["oauth", "oauth"]  # no loop


async def test_two_lost_answers_leave_the_pair_and_ring(oa: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    oa.emulator.next("oauth", "cut-before", "cut-before")
    clock = Clock()
    access = access_of(oa, clock)
    with pytest.raises(NoToken) as error:
        await access.token()
    assert error.value.state == "unreachable"
    assert "was lost" in capsys.readouterr().out
    with pytest.raises(NoToken):
        await access.token()
    assert len(oa.emulator.asked) == 2  # not before a while
    clock.now += dt.timedelta(minutes=5)
    assert (await access.token()).access == oa.emulator.access


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param({"error_name": "Invalid refresh token"}, id="HTTP 200 with a name only"),
        pytest.param({"error": -14002, "error_name": "Invalid appId"}, id="a code"),
        pytest.param({"access_token": "a"}, id="half a pair"),
        pytest.param({}, id="nothing"),
    ],
)
async def test_a_refusal_leaves_the_pair_untouched_and_rings(
    oa: Rig, answer: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    oa.emulator.next("oauth", answer)
    clock = Clock()
    access = access_of(oa, clock)
    with pytest.raises(NoToken) as error:
        await access.token()
    assert error.value.state == "refused"
    assert "alarm" in capsys.readouterr().out
    grant = await oa.tokens.current()
    assert grant
    assert (grant.refresh, grant.gone, grant.refreshing_since) == ("refresh-1", False, None)
    clock.now += dt.timedelta(minutes=2)
    assert (await access.token()).access == oa.emulator.access


async def test_a_crash_between_answer_and_commit_is_seen_and_tried_once(oa: Rig) -> None:
    await oa.tokens.current("refresh-1")
    clock = Clock()
    await oa.tokens.begin(1, clock.now - rules.LEASE, rules.LEASE)
    oa.emulator.give()  # the dead process had used the token up
    with pytest.raises(NoToken) as error:
        await access_of(oa, clock).token()
    assert error.value.state == "not connected"
    assert oa.emulator.asked == ["oauth"]


async def test_a_crash_before_the_call_costs_nothing(oa: Rig) -> None:
    await oa.tokens.current("refresh-1")
    clock = Clock()
    await oa.tokens.begin(1, clock.now - rules.LEASE, rules.LEASE)
    assert (await access_of(oa, clock).token()).access == oa.emulator.access


async def test_a_renewal_outlives_whoever_asked_for_it(oa: Rig) -> None:
    oa.emulator.slow = 0.6
    access = access_of(oa)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):  # by then it has begun, on a busy machine too
            await access.token()
    await access.close()
    grant = await oa.tokens.current()
    assert grant
    assert grant.access == oa.emulator.access


async def test_a_database_that_is_away_for_a_moment_does_not_cost_the_pair(
    oa: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = 0
    renewed = TokensInDatabase.renewed

    async def failing(*args: Any, **fields: Any) -> Any:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise OSError("gone")
        return await renewed(*args, **fields)

    monkeypatch.setattr(TokensInDatabase, "renewed", failing)
    assert (await access_of(oa).token()).access == oa.emulator.access
    assert oa.emulator.refreshes == 1


async def test_it_is_renewed_twice_a_day(oa: Rig) -> None:
    clock = Clock()
    access = access_of(oa, clock)
    await access.tend()
    for hours, renewals in ((1, 1), (11, 1), (13, 2), (14, 2), (27, 3)):
        moved = Clock()
        moved.now = clock.now + dt.timedelta(hours=hours)
        access._clock = moved
        await access.tend()
        assert oa.emulator.refreshes == renewals, hours


async def test_a_failed_renewal_by_schedule_leaves_the_token_that_still_works(oa: Rig) -> None:
    clock = Clock()
    access = access_of(oa, clock)
    await access.token()
    clock.now += dt.timedelta(hours=14)
    oa.emulator.next("oauth", -14002)
    grant = await access.tend()
    assert grant.access == oa.emulator.access
    assert (await access.token()).access == oa.emulator.access


@pytest.mark.parametrize(
    ("age", "rings"), [(19, None), (21, "no renewal for long"), (61 * 24, "the grant dies soon")]
)
async def test_the_alarm_rings_before_the_grant_dies(
    oa: Rig, age: float, rings: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = Clock()
    access = access_of(oa, clock)
    await access.token()
    oa.emulator.next("oauth", *[-14002] * 3)
    clock.now += dt.timedelta(hours=age)
    with suppress(NoToken):
        await access.tend()
    said = capsys.readouterr().out
    assert [what for what in ("no renewal for long", "the grant dies soon") if what in said] == (
        [rings] if rings else []
    )


async def test_no_token_is_ever_logged(oa: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    oa.emulator.next("oauth", "html", -14002)
    access = access_of(oa)
    with pytest.raises(NoToken):
        await access.token()
    said = capsys.readouterr()
    assert "refresh-1" not in said.out + said.err
    assert APP_SECRET not in said.out + said.err
