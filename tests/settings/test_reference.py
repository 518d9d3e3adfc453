from pathlib import Path

from exchanger.settings import load_settings
from exchanger.settings._names import every_field
from exchanger.settings.reference import example, reference

ROOT = Path(__file__).parents[2]


def test_committed_example_has_no_drift() -> None:
    assert (ROOT / "config.env.example").read_text("utf-8") == example(), (
        "exchanger config example > config.env.example"
    )


def test_committed_reference_has_no_drift() -> None:
    committed = (ROOT / "docs/reference/settings.md").read_text("utf-8")

    assert committed == reference(), "exchanger config example --format markdown > docs/reference/settings.md"


def test_every_variable_is_in_the_example_and_the_reference() -> None:
    for item in every_field():
        assert f"\n#{item.var.name}=" in example()
        assert f"| `{item.var.name}` |" in reference()


def test_name_of_the_installation_is_not_offered_as_prod_to_dev() -> None:
    assert "\n#EXCHANGER_INSTALLATION=\n" in example()


def test_example_with_every_line_switched_on_is_valid(tmp_path: Path) -> None:
    lines = [text.removeprefix("#") for text in example().splitlines() if text.startswith("#") and text[1:2].isupper()]
    login = "CAMUNDA_AUTH_PASSWORD=x\n"  # a user name alone is refused

    (tmp_path / ".env.prod").write_text("\n".join(lines) + "\n" + login)
    settings = load_settings({}, tmp_path)

    assert len(lines) > 60
    assert settings.engine.tenant_id == "imenaProd"
    assert settings.broker.virtual_host == "/prod"
