"""C9: trees of check lists from every form in which a portal tells them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from exchanger.systems.bitrix24.content.checklist import (
    LEVELS,
    CheckItem,
    FlatItem,
    fitted,
    grow,
    module_items,
    stock_items,
)


def titles(items: tuple[CheckItem, ...]) -> list[str]:
    return [text for each in items for text in (each.title, *titles(each.children))]


rows = st.lists(st.tuples(st.integers(1, 12), st.integers(0, 12)), max_size=12, unique_by=lambda row: row[0])


@given(rows)
def test_no_row_is_lost_or_doubled_whatever_its_parent(pairs: list[tuple[int, int]]) -> None:
    """Unknown parents, circles of parents, children before their parents."""
    tree = grow([FlatItem(number, parent, CheckItem(str(number))) for number, parent in pairs])
    assert sorted(titles(tree), key=int) == sorted((str(number) for number, _ in pairs), key=int)


items = st.recursive(
    st.builds(CheckItem, st.text(max_size=3)),
    lambda inner: st.builds(CheckItem, st.text(max_size=3), st.lists(inner, max_size=3).map(tuple)),
    max_leaves=12,
)


@given(items)
def test_a_deep_tree_fits_the_portals_levels_and_keeps_every_item_in_order(item: CheckItem) -> None:
    shallow = fitted(item)
    assert shallow.depth() <= LEVELS
    assert titles((shallow,)) == titles((item,))


def test_php_gives_flags_and_members_in_many_ways() -> None:
    (root,) = module_items(
        [
            {"item": {"ID": "1", "TITLE": " Лист "}, "members": False, "tree": {"parent_id": 0}},
            {
                "item": {"ID": 2, "TITLE": "пункт", "CHECKED": True, "IS_IMPORTANT": "Y"},
                "members": [{"USER_ID": "3", "TYPE": "U"}, {"USER_ID": 0, "TYPE": "A"}],
                "tree": {"parent_id": "1"},
            },
        ]
    )
    assert root == CheckItem(
        "Лист", (CheckItem("пункт", complete=True, important=True, members=((3, "U"),)),), members=()
    )


def test_a_stock_template_orders_by_its_index() -> None:
    (root,) = stock_items(
        {
            "25": {"id": "25", "parentId": "23", "title": "второй", "sortIndex": "4", "members": []},
            "27": {"id": "27", "parentId": "23", "title": "первый", "sortIndex": "1", "isImportant": "Y",
                   "members": {"5": {"id": "5", "type": "A"}}},
            "23": {"id": "23", "parentId": 0, "title": "лист", "sortIndex": "0"},
        }
    )  # fmt: skip
    assert [each.title for each in root.children] == ["первый", "второй"]
    assert (root.children[0].important, root.children[0].members) == (True, ((5, "A"),))
