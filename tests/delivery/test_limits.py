"""The pace of an account, of a chat and of a group, by a clock that the test moves."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.channels.channel import Limits
from bot.delivery.limits import Pace

LIMITS = Limits(
    text=1, bubbles=1, buttons=0, button_title=1, per_second=2.0, burst=4, per_chat_second=0.5, per_group_minute=20.0
)


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def spent(pace: Pace, *chats: str) -> Pace:
    for chat in chats:
        pace.spend(chat, group=chat.startswith("-"))
    return pace


def test_an_account_has_a_burst_and_then_its_rate(clock: Clock) -> None:
    pace = spent(Pace(LIMITS, clock=clock), "a", "b", "c", "d")
    assert (pace.allowance(), pace.wait()) == (0, 0.5)
    clock.now += 0.5
    assert (pace.allowance(), pace.wait()) == (1, 0)
    clock.now += 60
    assert pace.allowance() == 4  # no more than the burst, however long nobody wrote


@pytest.mark.parametrize("sharers", [1, 3])
def test_no_second_holds_more_than_the_platform_takes_and_hardly_fewer(clock: Clock, sharers: int) -> None:
    pace = Pace(replace(LIMITS, per_second=30.0, burst=10, in_a_second=30), clock=clock)
    pace.share(sharers)
    sent: list[float] = []
    while clock.now < 160.0:
        for _ in range(pace.allowance()):
            pace.spend(f"c{len(sent)}", group=False)
            sent.append(clock.now)
        clock.now += max(pace.wait(), 0.001)
    assert max(sum(at <= other < at + 1.0 for other in sent) for at in sent) <= 30 // sharers
    assert len(sent) / 60.0 >= 0.97 * 30 / sharers


@pytest.mark.parametrize(("chat", "gap"), [("lan", 2.0), ("-khom2", 3.0)], ids=["a person", "a group"])
def test_a_chat_waits_between_two_bubbles(clock: Clock, chat: str, gap: float) -> None:
    pace = spent(Pace(LIMITS, clock=clock), chat)
    assert (pace.busy(), pace.next_free()) == ([chat], gap)
    clock.now += gap - 0.1
    assert pace.busy() == [chat]
    clock.now += 0.2
    assert (pace.busy(), pace.next_free()) == ([], 0)


def test_the_first_of_the_busy_chats_is_waited_for(clock: Clock) -> None:
    assert spent(Pace(LIMITS, clock=clock), "-khom2", "lan").next_free() == 2.0


def test_a_stop_holds_the_whole_account_and_the_longest_counts(clock: Clock) -> None:
    pace = Pace(LIMITS, clock=clock)
    pace.stop(30)
    pace.stop(5)
    assert (pace.allowance(), pace.wait()) == (0, 30)
    clock.now += 30
    assert pace.allowance() == 4


def test_the_platform_can_only_slow_us_down(clock: Clock) -> None:
    pace = spent(Pace(LIMITS, clock=clock), "a", "b", "c", "d")
    pace.slow(0.25)
    pace.slow(100.0)
    assert pace.wait() == 4.0


def test_a_factor_quickens_the_account_and_the_chats(clock: Clock) -> None:
    pace = spent(Pace(LIMITS, 2.0, clock), "a", "b", "c", "-d")
    assert (pace.wait(), pace.next_free()) == (0.25, 1.0)


def test_no_pace_at_all_but_what_the_platform_says_itself(clock: Clock) -> None:
    pace = spent(Pace(LIMITS, 0, clock), *"abcdefgh")
    assert pace.allowance() > 1000
    assert (pace.wait(), pace.busy(), pace.next_free()) == (0, [], 0)
    pace.stop(10)
    assert (pace.allowance(), pace.wait()) == (0, 10)
    clock.now += 10
    pace.slow(1.0)
    assert pace.allowance() == 4
    spent(pace, *"abcd")
    assert pace.wait() == 1.0


def test_processes_that_send_for_one_account_share_its_pace(clock: Clock) -> None:
    together = [Pace(LIMITS, clock=clock) for _ in range(2)]
    for pace in together:
        pace.share(2)
    assert [pace.allowance() for pace in together] == [2, 2]  # the burst of 4
    for pace in together:
        spent(pace, "a", "b")
        assert pace.wait() == 1.0  # 2 a second, both together
        assert pace.next_free() == 4.0  # one chat may get one in 2 s, by either of them
    together[0].share(1)  # the other has ended
    assert together[0].wait() == 0.5


def test_however_many_share_each_may_send(clock: Clock) -> None:
    pace = Pace(LIMITS, clock=clock)
    pace.share(50)
    assert pace.allowance() == 1
    spent(pace, "a")
    assert pace.wait() == pytest.approx(25.0)


def test_what_the_platform_allows_is_shared_too(clock: Clock) -> None:
    pace = Pace(LIMITS, factor=0, clock=clock)
    pace.share(2)
    pace.slow(1.0)
    pace._level = 0.0
    assert pace.wait() == pytest.approx(2.0)
