import pytest

from exchanger.storm.api import DiagramCard, Place, Selection

CARD = DiagramCard("ab-1", type="BPMN", status="DONE", place=Place.TEAM, public=True)


def _card(**changed: object) -> DiagramCard:
    given = {"id": "ab-1", "type": "BPMN", "status": "DONE", "place": Place.TEAM, "public": True} | changed
    return DiagramCard(**given)  # type: ignore[arg-type]


def test_what_suits_is_taken() -> None:
    assert Selection().refuses(CARD) == ""


@pytest.mark.parametrize(
    ("selection", "card", "reason"),
    [
        (Selection(), _card(type="EPC"), "SYNC_DIAGRAM_TYPES"),
        (Selection(), _card(status="NEW"), "SYNC_STATUSES"),
        (Selection(), _card(status=""), "неизвестно"),
        (Selection(exclude=frozenset({"AB-1"})), CARD, "SYNC_EXCLUDE_DIAGRAM_IDS"),
        (Selection(include_only=frozenset({"OTHER"})), CARD, "SYNC_INCLUDE_ONLY_DIAGRAM_IDS"),
        (Selection(), _card(place=Place.PERSONAL), "SYNC_ONLY_TEAM_DIAGRAMS"),
        (Selection(only_public=True), _card(public=False), "SYNC_ONLY_PUBLIC"),
        (Selection(only_public=True), _card(public=None), "SYNC_ONLY_PUBLIC"),
    ],
)
def test_what_does_not_suit_has_its_reason(selection: Selection, card: DiagramCard, reason: str) -> None:
    assert reason in selection.refuses(card)


@pytest.mark.parametrize(
    ("selection", "card"),
    [
        (Selection(), _card(type="")),
        (Selection(), _card(status="done", type="bpmn")),
        (Selection(), _card(place=Place.UNKNOWN)),
        (Selection(only_team=False), _card(place=Place.PERSONAL)),
        (Selection(include_only=frozenset({"AB-1"})), CARD),
    ],
)
def test_what_is_unknown_or_allowed_is_taken(selection: Selection, card: DiagramCard) -> None:
    assert selection.refuses(card) == ""
