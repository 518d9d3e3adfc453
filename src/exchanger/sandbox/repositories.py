"""Где брать файлы движка: обычные настройки jgo и Maven, без своих адресов."""

from pathlib import Path

from jgo.config import GlobalSettings
from jgo.maven import MavenContext
from lxml import etree

from exchanger.sandbox.errors import SandboxError

_CENTRAL = "central"


def remote_repositories() -> dict[str, str]:
    """Возвращает «имя: адрес»: хранилища из настроек jgo, затем центральное или его зеркало из `~/.m2/settings.xml`."""
    repositories = dict(GlobalSettings.load().repositories)
    if _CENTRAL not in repositories:
        repositories[_CENTRAL] = _mirror(Path.home() / ".m2" / "settings.xml") or MavenContext().remote_repos[_CENTRAL]
    return {name: address.rstrip("/") for name, address in repositories.items()}


def _mirror(settings: Path) -> str | None:
    if not settings.is_file():
        return None
    try:
        root = etree.parse(settings, etree.XMLParser(resolve_entities=False, no_network=True)).getroot()
    except etree.XMLSyntaxError as error:
        raise SandboxError(f"Не разобрать {settings}: {error}. Исправьте файл или уберите его.") from error
    for mirror in root.iterfind(".//{*}mirror"):
        if _serves_central(mirror.findtext("{*}mirrorOf") or ""):
            return (mirror.findtext("{*}url") or "").strip() or None
    return None


def _serves_central(mirror_of: str) -> bool:
    # Maven's syntax: names and wildcards separated by commas; "!name" excludes.
    names = {name.strip() for name in mirror_of.split(",")}
    return f"!{_CENTRAL}" not in names and not names.isdisjoint({"*", "external:*", _CENTRAL})
