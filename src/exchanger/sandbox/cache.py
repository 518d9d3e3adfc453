import os
from pathlib import Path


def cache_dir(*parts: str) -> Path:
    """Возвращает каталог кэша вне рабочей копии: `$XDG_CACHE_HOME/exchanger/…` или `~/.cache/exchanger/…`."""
    # The XDG specification says that a relative path there is invalid and is to be ignored.
    named = Path(os.environ.get("XDG_CACHE_HOME", ""))
    base = named if named.is_absolute() else Path.home() / ".cache"
    return base.joinpath("exchanger", *parts)
