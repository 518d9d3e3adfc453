import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchanger.storm.checklists import MAX_ITEMS, Checklist, TaskReference, as_property, read_checklists

URL = "https://portal.example/company/personal/user/12/tasks/task/view/480/"
DOCUMENTS = (Checklist("Документы", ("Паспорт", "Договор")),)


@pytest.mark.parametrize(
    "description",
    [
        "<p>ЧЕКЛИСТ: Документы</p><ul><li>Паспорт</li><li>Договор</li></ul>",
        "<p>ЧЕКЛИСТ: Документы</p><p>&nbsp;</p><p></p><ul><li>Паспорт</li><li>Договор</li></ul>",
        "<p>ЧЕКЛИСТ: Документы</p><ol><li><p>Паспорт</p></li><li><b>Договор</b></li></ol>",
        "<p><strong>Чек-лист:</strong>\u00a0Документы</p><ul><li> Паспорт</li><li>Договор </li></ul>",
        "<p>CHECKLIST: Документы</p><ul><li>Паспорт</li><li>Договор</li></ul>",
        "ЧЕКЛИСТ: Документы • Паспорт • Договор",
        "<p>ЧЕКЛИСТ: Документы • Паспорт • Договор</p>",
        "Текст\nЧЕКЛИСТ: Документы\n• Паспорт\n- Договор\nдальше текст",
        "ЧЕКЛИСТ: Документы<br>* Паспорт<br/>• Договор",
        "** Документы\n• Паспорт\n• Договор",
        "# Документы\n<ul><li>Паспорт</li><li>Договор</li></ul>",
        "@ Документы\r\n• Паспорт\r\n• Договор",
        "– Документы\n• Паспорт\n• Договор",
    ],
)
def test_a_list_is_read_in_each_of_its_forms(description: str) -> None:
    assert read_checklists(description).lists == DOCUMENTS


@pytest.mark.parametrize(
    "description", [f"<p>ЧЕКЛИСТ: {URL}</p>", f'<p>ЧЕКЛИСТ: <a href="{URL}">Оплата</a></p>', f"ЧЕКЛИСТ: {URL}"]
)
def test_a_link_to_a_task_is_left_as_a_reference(description: str) -> None:
    found = read_checklists(description)
    assert found.lists == ()
    assert found.references == (TaskReference(480, URL),)


@pytest.mark.parametrize(
    "description",
    [
        "",
        "  ",
        "Просто текст",
        "<p>ЧЕКЛИСТ: Пустой</p>",
        "<!-- -->",
        "<p>ЧЕКЛИСТ: Один</p><ul><li>x</li></ul>",
        "ЧЕКЛИСТ: https://portal.example/about",
    ],
)
def test_lists_without_items_are_ignored(description: str) -> None:
    assert read_checklists(description).lists == ()


def test_twins_are_dropped_and_long_lists_cut() -> None:
    items = "".join(f"<li>Пункт {number}</li>" for number in range(30))
    found = read_checklists(f"<p>ЧЕКЛИСТ: А</p><ul>{items}</ul><p>ЧЕКЛИСТ: А</p><ul><li>Другое</li></ul>")
    assert [each.name for each in found.lists] == ["А"]
    assert len(found.lists[0].items) == MAX_ITEMS


def test_the_property_is_compact_json() -> None:
    assert as_property(DOCUMENTS) == '[{"name":"Документы","items":["Паспорт","Договор"]}]'


@given(st.text(max_size=300))
def test_any_description_is_answered(description: str) -> None:
    for found in read_checklists(description).lists:
        assert found.name
        assert 0 < len(found.items) <= MAX_ITEMS
