"""Развёртывания движка: версии определений, их тексты, кто занял ключ. Пишет только своему арендатору."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import aiohttp

from exchanger.domain.errors import Reject
from exchanger.engine.errors import error_of, is_gone
from exchanger.engine.http import Answer, Call, EngineHttp, Request

SOURCE = "camunda-sync"
"""Источник развёртываний: под этим именем их делала и прежняя система."""

_PAGE = 500


@dataclass(frozen=True, slots=True)
class Version:
    """Версия определения процесса; `tenant_id` None — без арендатора."""

    id: str
    key: str
    name: str
    version: int
    tag: str
    tenant_id: str | None
    deployment_id: str
    resource: str


@dataclass(frozen=True, slots=True)
class Package:
    """Что развернуть: имя развёртывания (по нему движок узнаёт повтор), имя файла и документ.

    `filtering` False — новая версия и тогда, когда под этим именем последним развёрнуто то же самое.
    """

    name: str
    file: str
    xml: bytes
    source: str = SOURCE
    filtering: bool = True


@dataclass(frozen=True, slots=True)
class Deployed:
    """Ответ движка; `definitions` пусто — такой документ уже развёрнут последним, новой версии нет."""

    id: str
    definitions: tuple[Version, ...]


class EngineDeployments:
    """Развёртывания одного арендатора (None — без арендатора)."""

    def __init__(self, http: EngineHttp, tenant_id: str | None) -> None:
        self._http = http
        self.tenant_id = tenant_id

    async def deploy(self, package: Package) -> Deployed:
        """Развернуть; движок сравнивает с последним развёртыванием того же имени, источника и арендатора.

        `Reject` — движок документа не принял, `OutcomeUnknown` — ответа нет: прочитать, что развёрнуто, или повторить.
        """

        def form() -> aiohttp.FormData:
            data = aiohttp.FormData()
            data.add_field("deployment-name", package.name)
            data.add_field("deployment-source", package.source)
            if package.filtering:
                data.add_field("enable-duplicate-filtering", "true")
                data.add_field("deploy-changed-only", "true")
            if self.tenant_id is not None:
                data.add_field("tenant-id", self.tenant_id)
            data.add_field(package.file, package.xml, filename=package.file, content_type="application/xml")
            return data

        body = await self._read(Request("POST", ("deployment", "create"), Call.CHANGE, form=form))
        found = _record(body).get("deployedProcessDefinitions") or {}
        return Deployed(str(_record(body)["id"]), tuple(_version(raw) for raw in found.values()))

    async def latest(self, key: str) -> Version | None:
        """Последняя версия ключа у своего арендатора; без арендатора — только без арендатора."""
        found = await self._definitions({"key": key, "latestVersion": "true", **self._own()})
        return next(iter(found), None)

    async def holders(self, key: str) -> list[Version]:
        """Последние версии ключа у всех арендаторов, каких движок показывает."""
        return await self._definitions({"key": key, "latestVersion": "true"})

    async def versions(self, key: str) -> list[Version]:
        """Все версии ключа у своего арендатора, новые вперёд."""
        return await self._definitions({"key": key, "sortBy": "version", "sortOrder": "desc", **self._own()})

    async def xml(self, definition_id: str) -> bytes:
        """Документ определения, UTF-8."""
        answer = await self._http.send(Request("GET", ("process-definition", definition_id, "xml")))
        if is_gone(answer, definition_id):
            raise Reject(f"Движок «{self._http.name}» не знает определения процесса {definition_id}.")
        if not answer.done or not isinstance(answer.body, dict) or not isinstance(answer.body.get("bpmn20Xml"), str):
            raise error_of(self._http.name, answer, Call.READ)
        return cast("str", answer.body["bpmn20Xml"]).encode()

    async def running(self, key: str) -> Mapping[str, int]:
        """Незавершённые экземпляры своего арендатора по id версии определения; версий без экземпляров нет."""
        if not await self._count({"processDefinitionKey": key, **self._own()}):
            return {}
        counts = {each.id: await self._count({"processDefinitionId": each.id}) for each in await self.versions(key)}
        return {version: count for version, count in counts.items() if count}

    def _own(self) -> dict[str, str]:
        return {"withoutTenantId": "true"} if self.tenant_id is None else {"tenantIdIn": self.tenant_id}

    async def _count(self, query: dict[str, str]) -> int:
        return int(_record(await self._read(Request("GET", ("process-instance", "count"), query=query)))["count"])

    async def _definitions(self, query: dict[str, str]) -> list[Version]:
        found: list[Version] = []
        order = {"sortBy": "id", "sortOrder": "asc"}
        while True:
            window = order | query | {"firstResult": str(len(found)), "maxResults": str(_PAGE)}
            page = await self._read(Request("GET", ("process-definition",), query=window))
            if not isinstance(page, list):
                raise error_of(self._http.name, Answer(200), Call.READ)
            found += [_version(raw) for raw in page]
            if len(page) < _PAGE:
                return found

    async def _read(self, request: Request) -> object:
        answer = await self._http.send(request)
        if not answer.done:
            raise error_of(self._http.name, answer, request.call)
        return answer.body


def _record(body: object) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise Reject("Движок ответил не объектом.", remedy="проверьте адрес движка и посредника перед ним.")
    return body


def _version(raw: Mapping[str, Any]) -> Version:
    return Version(
        id=raw["id"],
        key=raw["key"],
        name=raw.get("name") or "",
        version=raw["version"],
        tag=raw.get("versionTag") or "",
        tenant_id=raw.get("tenantId"),
        deployment_id=raw["deploymentId"],
        resource=raw.get("resource") or "",
    )
