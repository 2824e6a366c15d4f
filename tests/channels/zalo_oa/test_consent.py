"""An admin of the account consents: the link, the address it leads to, the first pair."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from bot.channels.channel import Outcome, Outgoing
from bot.channels.zalo_oa.oauth import Consent, WrongCallback, challenge_of
from tests.channels.zalo_oa.rig import Rig, rig
from tests.emulators.zalo_oa import APP_ID, OA_ID, OTHER_OA, PERSON

CALLBACK = "https://phuong.example/can-bo/zalo"


def back(consent: Consent, code: str, *, oa_id: str = OA_ID, **more: str) -> str:
    """The address that the browser ends at."""
    return f"{CALLBACK}?{urlencode({'code': code, 'oa_id': oa_id, 'state': consent.state} | more)}"


def test_the_challenge_is_that_of_the_standard() -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # RFC 7636, appendix B
    assert challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


async def test_the_link_holds_what_zalo_wants_and_nothing_else(oa: Rig) -> None:
    consent = oa.channel.consent()
    query = {name: values[0] for name, values in parse_qs(urlsplit(consent.link).query).items()}
    assert urlsplit(consent.link).path == "/v4/oa/permission"
    assert query == {
        "app_id": APP_ID,
        "redirect_uri": CALLBACK,
        "code_challenge": consent.challenge,
        "state": consent.state,
    }
    assert len(consent.verifier) == 43
    assert consent.verifier not in consent.link
    assert consent.verifier not in repr(consent)


async def test_each_try_has_its_own_state_and_all_the_same_pair(oa: Rig) -> None:
    one, two = oa.channel.consent(), oa.another().consent()
    assert one.state != two.state
    assert one.challenge == two.challenge  # it may be saved in Zalo's console


async def test_a_consent_connects(tmp_path: Path) -> None:
    async with rig(tmp_path, zalo_oa_refresh_token=None) as oa:
        await oa.channel.connect(webhook=None)
        assert oa.channel.health.state == "not connected"
        consent = oa.channel.consent()
        code = oa.emulator.consent(consent.challenge)
        assert await oa.channel.consented(consent, f"  {back(consent, code)}\n") == OA_ID
        await oa.channel.connect(webhook=None)
        assert oa.channel.health.state == "ready"
        oa.emulator.person()
        sent = await oa.channel.send(PERSON, Outgoing(body={"message": {"text": "Dạ"}}))
        assert sent.outcome is Outcome.SENT
        with pytest.raises(WrongCallback) as error:  # a code works once
            await oa.channel.consented(consent, back(consent, code))
        assert error.value.key == "zalo_oa.consent.refused"


async def test_a_link_made_in_zalos_console_carries_no_state(oa: Rig) -> None:
    consent = oa.channel.consent()
    code = oa.emulator.consent(consent.challenge)
    assert await oa.channel.consented(consent, f"{CALLBACK}?code={code}&oa_id={OA_ID}") == OA_ID


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("", "incomplete"),
        ("https://phuong.example/can-bo/zalo", "incomplete"),
        (f"{CALLBACK}?code=x", "incomplete"),
        (f"{CALLBACK}?oa_id={OA_ID}", "incomplete"),
        (f"{CALLBACK}?code=x&oa_id={OA_ID}&state=ké-khác", "state"),
        (f"{CALLBACK}?code=x&oa_id={OA_ID}", "refused"),
    ],
)
async def test_what_is_wrong_with_an_address_is_named(oa: Rig, address: str, key: str) -> None:
    with pytest.raises(WrongCallback) as error:
        await oa.channel.consented(oa.channel.consent(), address)
    assert error.value.key == f"zalo_oa.consent.{key}"
    assert await oa.tokens.current() is None


@pytest.mark.parametrize("how", ["by the settings", "learnt"])
async def test_another_account_is_refused(tmp_path: Path, how: str) -> None:
    async with rig(tmp_path, zalo_oa_id=OA_ID if how == "by the settings" else None) as oa:
        await oa.channel.connect(webhook=None)
        consent = oa.channel.consent()
        code = oa.emulator.consent(consent.challenge)
        with pytest.raises(WrongCallback) as error:
            await oa.channel.consented(consent, back(consent, code, oa_id=OTHER_OA))
        assert error.value.fields == {"given": OTHER_OA, "wanted": OA_ID}
        assert code in oa.emulator.codes  # not even tried


async def test_a_code_is_too_old_after_ten_minutes(oa: Rig) -> None:
    consent = oa.channel.consent()
    code = oa.emulator.consent(consent.challenge)
    challenge, born = oa.emulator.codes[code]
    oa.emulator.codes[code] = (challenge, born - 601)
    with pytest.raises(WrongCallback):
        await oa.channel.consented(consent, back(consent, code))


async def test_a_new_consent_brings_a_dead_grant_back(oa: Rig) -> None:
    oa.emulator.next("oauth", "cut")
    await oa.channel.connect(webhook=None)
    assert oa.channel.health.state == "not connected"
    consent = oa.channel.consent()
    await oa.channel.consented(consent, back(consent, oa.emulator.consent(consent.challenge)))
    await oa.channel.connect(webhook=None)
    assert oa.channel.health.state == "ready"
