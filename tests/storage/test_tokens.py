"""Where the tokens of an account live: encrypted, one renewal at a time, nothing lost."""

from __future__ import annotations

import asyncio
import datetime as dt

import pytest
from sqlalchemy import select, text

from bot.storage.database import Database
from bot.storage.tokens import HISTORY, OldToken, TokenRow, TokensInDatabase

KEY = b"k" * 32
NOW = dt.datetime(2026, 11, 25, 8, tzinfo=dt.UTC)
LEASE = dt.timedelta(seconds=60)
LATER = NOW + dt.timedelta(hours=25)


@pytest.fixture
def tokens(database: Database) -> TokensInDatabase:
    return TokensInDatabase(database, KEY, "zalo-oa:1")


async def test_nothing_is_there_at_first(tokens: TokensInDatabase) -> None:
    assert await tokens.current() is None


async def test_the_settings_token_begins_it_once(tokens: TokensInDatabase) -> None:
    begun = await tokens.current("first")
    assert begun
    assert (begun.refresh, begun.access, begun.gone) == ("first", "", False)
    assert begun.expires_at < NOW
    again = await tokens.current("another")
    assert again
    assert again.refresh == "first"


async def test_processes_that_start_together_begin_it_once(database: Database) -> None:
    each = [TokensInDatabase(database, KEY, "zalo-oa:1") for _ in range(5)]
    begun = await asyncio.gather(*(tokens.current("first") for tokens in each))
    assert {grant.version for grant in begun if grant} == {1}


async def test_no_token_stands_in_clear(tokens: TokensInDatabase, database: Database) -> None:
    await tokens.connected(oa_id="7", access="access-clear", refresh="refresh-clear", expires_at=LATER, now=NOW)
    await tokens.connected(oa_id="7", access="access-next", refresh="refresh-next", expires_at=LATER, now=NOW)
    async with database.reading() as session:
        for table in ("tokens", "token_history"):
            for row in (await session.execute(text(f"SELECT * FROM {table}"))).all():
                assert "clear" not in str(row)
                assert "-next" not in str(row)
    grant = await tokens.current()
    assert "next" not in repr(grant)


async def test_one_of_many_takes_the_renewal(tokens: TokensInDatabase, database: Database) -> None:
    await tokens.current("first")
    each = [TokensInDatabase(database, KEY, "zalo-oa:1") for _ in range(8)]
    taken = await asyncio.gather(*(one.begin(1, NOW, LEASE) for one in each))
    assert sum(mine for mine, _ in taken) == 1


async def test_a_renewal_keeps_both_pairs_and_lets_go(tokens: TokensInDatabase, database: Database) -> None:
    await tokens.current("first")
    mine, held = await tokens.begin(1, NOW, LEASE)
    assert mine
    assert held.refreshing_since == NOW
    kept = await tokens.renewed(1, access="a2", refresh="r2", expires_at=LATER, now=NOW)
    assert (kept.access, kept.refresh, kept.version, kept.refreshing_since) == ("a2", "r2", 2, None)
    assert (kept.expires_at, kept.refreshed_at) == (LATER, NOW)
    async with database.reading() as session:
        assert (await session.scalars(select(OldToken.version))).all() == [1]
    mine, found = await tokens.begin(1, NOW, LEASE)
    assert not mine  # done already
    assert found.version == 2


async def test_a_process_that_died_at_it_is_seen(tokens: TokensInDatabase) -> None:
    await tokens.current("first")
    await tokens.begin(1, NOW, LEASE)
    assert (await tokens.begin(1, NOW + LEASE / 2, LEASE))[0] is False
    mine, held = await tokens.begin(1, NOW + LEASE, LEASE)
    assert mine
    assert held.unsure  # its answer may be lost
    assert held.refresh == "first"


async def test_whoever_lost_the_lease_changes_nothing(tokens: TokensInDatabase) -> None:
    await tokens.current("first")
    _, slow = await tokens.begin(1, NOW, LEASE)
    await tokens.begin(1, NOW + LEASE, LEASE)
    after = await tokens.failed(1, slow.refreshing_since, why="x", unsure=True, gone=True, next_try=None)
    assert not after.gone
    assert after.refreshing_since == NOW + LEASE


async def test_a_failure_leaves_the_pair_and_says_why(tokens: TokensInDatabase) -> None:
    await tokens.current("first")
    _, held = await tokens.begin(1, NOW, LEASE)
    after = await tokens.failed(1, held.refreshing_since, why="-14003", unsure=False, gone=False, next_try=LATER)
    assert (after.refresh, after.why, after.failures, after.next_try) == ("first", "-14003", 1, LATER)
    assert after.refreshing_since is None


async def test_a_consent_during_a_renewal_counts_more(tokens: TokensInDatabase) -> None:
    await tokens.current("first")
    await tokens.begin(1, NOW, LEASE)
    await tokens.connected(oa_id="7", access="new", refresh="newer", expires_at=LATER, now=NOW)
    after = await tokens.renewed(1, access="old", refresh="older", expires_at=LATER, now=NOW)
    assert (after.access, after.refresh) == ("new", "newer")


async def test_gone_is_begun_anew_only_by_a_token_never_seen(tokens: TokensInDatabase) -> None:
    await tokens.current("first")
    await tokens.revoked("revoked", NOW)
    assert (await tokens.current("first")).gone  # type: ignore[union-attr]
    assert (await tokens.begin(1, NOW, LEASE))[0] is False
    again = await tokens.current("second")
    assert again
    assert (again.gone, again.refresh) == (False, "second")


async def test_a_consent_newer_than_the_revocation_stays(tokens: TokensInDatabase) -> None:
    await tokens.connected(oa_id="7", access="a", refresh="r", expires_at=LATER, now=NOW)
    await tokens.revoked("an old event, redelivered", NOW - dt.timedelta(hours=1))
    grant = await tokens.current()
    assert grant
    assert not grant.gone
    assert grant.oa_id == "7"


async def test_another_secret_key_is_named(tokens: TokensInDatabase, database: Database) -> None:
    await tokens.current("first")
    grant = await TokensInDatabase(database, b"x" * 32, "zalo-oa:1").current()
    assert grant
    assert grant.gone
    assert "SECRET_KEY" in grant.why


async def test_the_history_has_an_end(tokens: TokensInDatabase, database: Database) -> None:
    for number in range(HISTORY + 5):
        await tokens.connected(oa_id="7", access="a", refresh=f"r{number}", expires_at=LATER, now=NOW)
    async with database.reading() as session:
        assert len((await session.scalars(select(OldToken.version))).all()) == HISTORY
        assert len((await session.scalars(select(TokenRow.account))).all()) == 1
