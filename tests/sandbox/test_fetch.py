import pytest

from exchanger.sandbox import __main__ as command
from exchanger.sandbox.errors import SandboxError


def refuse(*_arguments: object) -> object:
    raise SandboxError("нет сети")


@pytest.mark.parametrize(("options", "code"), [([], 1), (["--optional"], 0)])
def test_part_that_cannot_be_had_is_told_and_fails_unless_optional(
    options: list[str], code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "ensure_software", refuse)

    assert command.main(["fetch", "rabbitmq", *options]) == code

    told = capsys.readouterr().out
    assert "✗ rabbitmq: нет сети" in told
    assert ("будут пропущены: rabbitmq" in told) is (code == 0)


def test_unknown_part_is_refused_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command.main(["fetch", "camel"])

    assert "нет части «camel», есть camunda, operaton, rabbitmq" in capsys.readouterr().err
