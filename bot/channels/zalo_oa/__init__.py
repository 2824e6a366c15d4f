"""Zalo Official Account: `zalo_oa` makes the channel where app id, app secret and OA secret key are set."""

from __future__ import annotations

from bot.channels.ports import Ports
from bot.channels.zalo_oa.access import Access
from bot.channels.zalo_oa.api import Api
from bot.channels.zalo_oa.events import Signature
from bot.channels.zalo_oa.oauth import OAuth
from bot.channels.zalo_oa.official_account import ZaloOa
from bot.settings import Settings

__all__ = ["ZaloOa", "zalo_oa"]


def zalo_oa(settings: Settings, ports: Ports) -> ZaloOa | None:
    """The account of these settings; None where it is off."""
    app_id, app_secret = settings.zalo_oa_app_id, settings.zalo_oa_app_secret
    if not app_id or not app_secret or not settings.zalo_oa_secret_key:
        return None
    oauth = OAuth(settings.zalo_oauth_url, app_id, app_secret, settings.key())
    access = Access(ports.zalo_oa_tokens, oauth, settings.zalo_oa_refresh_token)
    return ZaloOa(
        signature=Signature(app_id.encode(), settings.zalo_oa_secret_key.encode()),
        oauth=oauth,
        access=access,
        api=Api(settings.zalo_oa_api_url, access),
        tokens=ports.zalo_oa_tokens,
        oa_id=settings.zalo_oa_id,
        public_url=settings.public_url,
        per_second=settings.zalo_oa_per_second,
        template=settings.zalo_oa_template,
        ignored=ports.metrics.ignored("zalo-oa"),
    )
