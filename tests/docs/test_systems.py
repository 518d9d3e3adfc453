"""The page of the systems is what the code says, and every card speaks the truth that can be checked."""

from exchanger.ops.systems import cards, reference
from tests.docs.pages import ROOT


def test_the_page_of_systems_is_up_to_date() -> None:
    page = (ROOT / "docs" / "reference" / "systems.md").read_text("utf-8")
    assert page == reference(), "обновите: exchanger systems reference > docs/reference/systems.md"


def test_every_system_has_a_card_whose_pages_exist() -> None:
    found = dict(cards())
    assert {"bitrix24", "openproject", "python-services"} <= found.keys()
    for plugin in found.values():
        (docs,) = [rule for rule in plugin.quality.rules if rule.name == "docs"]
        assert (ROOT / docs.why.split(",")[0].split(" ")[0]).is_file(), plugin.name
