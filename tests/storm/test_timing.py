import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchanger.storm.timing import understand


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("до 14 р. дн.", "P20D"), ("до 14 р.\u00a0дн.", "P20D"), ("14р.дн.", "P20D"), ("5 рабочих дней", "P7D"),
        ("через 3 дня", "P3D"), ("Через\nтри дня", "P3D"), ("2 часа", "PT2H"), ("1 день 4 часа", "P1DT4H"),
        ("через 2 часа и 30 минут", "PT2H30M"), ("полчаса", "PT30M"), ("через полчаса", "PT30M"),
        ("две недели", "P14D"), ("в течение недели", "P7D"),
        ("Ожидание 5 мин.", "PT5M"), ("не более 1 мес.", "P1M"), ("5 кал. дней", "P5D"),
        ("P3D", "P3D"), ("P2W", "P14D"), ("P1W2D", "P9D"), ("P1Y2M3DT4H", "P1Y2M3DT4H"), ("${days}", "${days}"),
    ],
)  # fmt: skip
def test_a_duration_is_understood(text: str, value: str) -> None:
    timing = understand(text)
    assert timing is not None
    assert (timing.tag, timing.value) == ("timeDuration", value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("до 31.12.2030", "2030-12-31T00:00:00"),
        ("2030-01-01", "2030-01-01T00:00:00"),
        ("01.02.2030 09:30", "2030-02-01T09:30:00"),
    ],
)
def test_a_date_is_understood(text: str, value: str) -> None:
    timing = understand(text)
    assert timing is not None
    assert (timing.tag, timing.value) == ("timeDate", value)


def test_a_cycle_is_understood_only_as_iso() -> None:
    timing = understand("R3/PT10M")
    assert timing is not None
    assert timing.tag == "timeCycle"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "по готовности",
        "3 дня до отпуска",
        "каждый день",
        "до 18:00",
        "30.02.2030",
        "4 рабочих часа",
        "PT",
        "P",
        "99999999999 дней",
        "0 дней",
        "трое суток",
    ],
)
def test_what_is_not_clear_is_not_guessed(text: str) -> None:
    assert understand(text) is None


def test_working_days_carry_their_caveat() -> None:
    timing = understand("до 14 р. дн.")
    assert timing is not None
    assert "праздники" in timing.caveat
    exact = understand("14 дней")
    assert exact is not None
    assert not exact.caveat


@given(st.text(alphabet="0123456789 дочерзнькмсул.,:;PTDH\u00a0\n-–", max_size=400))
def test_any_caption_is_answered(text: str) -> None:
    timing = understand(text)
    assert timing is None or timing.value
