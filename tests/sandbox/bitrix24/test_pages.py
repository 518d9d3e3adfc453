"""The page for people: they see, work and are told when something is refused."""

from __future__ import annotations

from exchanger.sandbox.bitrix24 import Portal
from exchanger.sandbox.bitrix24.model import Status
from exchanger.sandbox.bitrix24.seed import CLERK, HEAD
from tests.sandbox.bitrix24.client import Client


async def see(client: Client, path: str = "/") -> tuple[int, str]:
    async with client.session.get(client.running.url + path) as response:
        return response.status, await response.text()


async def press(client: Client, action: str, task_id: int = 1, **form: str) -> tuple[int, str]:
    url = f"{client.running.url}/company/personal/user/1/tasks/task/view/{task_id}/{action}"
    async with client.session.post(url, data=form) as response:
        return response.status, await response.text()


async def be(client: Client, user: int) -> None:
    await client.session.post(client.running.url + "/whoami", data={"user": str(user), "back": "/"})


async def test_everything_that_people_typed_is_escaped(client: Client) -> None:
    await client.add(TITLE="<script>alert(1)</script>", DESCRIPTION="<img src=x>", UF_RESULT_QUESTION="<b>?")
    for path in ("/", "/company/personal/user/1/tasks/task/view/1/", "/workgroups/group/7/tasks/task/view/1/"):
        status, text = await see(client, path)
        assert status == 200
        assert "&lt;script&gt;alert(1)" in text
        assert not any(raw in text for raw in ("<script", "<img", "<b>?"))


async def test_a_person_works_on_a_task_from_beginning_to_end(running_as_clerk: Client, portal: Portal) -> None:
    client = running_as_clerk
    await client.add(
        CREATED_BY=HEAD, TASK_CONTROL="Y", UF_RESULT_QUESTION="Годится?", SE_PARAMETER=[{"CODE": 3, "VALUE": "Y"}]
    )
    task = portal.store.tasks[1]
    assert "Начать" in (await press(client, "start"))[1] or task.status is Status.IN_PROGRESS
    status, text = await press(client, "complete")
    assert (status, "requires a result" in text, task.status) == (409, True, Status.IN_PROGRESS)
    await press(client, "result", text="Готово & проверено")
    await press(client, "answer", text="27")
    await press(client, "complete")
    assert (task.status, task.user_fields["UF_RESULT_ANSWER"]) == (Status.AWAITS_CONTROL, 27)
    status, text = await press(client, "approve")
    assert (status, "невозможно" in text) == (409, True)
    await be(client, HEAD)
    status, text = await press(client, "disapprove")
    assert (status, task.status) == (200, Status.PENDING)
    assert "Готово &amp; проверено" in text
    assert "Ответ: <b>НЕТ</b>" in text


async def test_delegation_declining_and_deletion(running_as_clerk: Client, portal: Portal) -> None:
    client = running_as_clerk
    await client.add(CREATED_BY=CLERK)
    await press(client, "decline")
    assert portal.store.tasks[1].status is Status.DECLINED
    await press(client, "renew")
    await press(client, "delegate", to="4")
    assert portal.store.tasks[1].responsible_id == 4
    await press(client, "delete")
    assert portal.store.tasks == {}
    assert (await see(client, "/company/personal/user/3/tasks/task/view/1/"))[0] == 404


async def test_a_button_of_a_foreign_page_is_not_heard(client: Client, portal: Portal) -> None:
    await client.add()
    url = client.running.url + "/company/personal/user/1/tasks/task/view/1/delete"
    async with client.session.post(url, headers={"Origin": "http://evil.example"}) as response:
        assert response.status == 403
    assert 1 in portal.store.tasks


async def test_an_unknown_action_is_404(client: Client) -> None:
    await client.add()
    assert (await press(client, "explode"))[0] == 404
