"""Извещения дежурному: неполадки и их конец, инциденты, очередь ошибок — почтой, в Telegram, в Bitrix24."""

from exchanger.ops.notices.keep import kept_notices

__all__ = ["kept_notices"]
