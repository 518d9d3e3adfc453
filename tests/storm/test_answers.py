import pytest

from exchanger.storm.answers import Answer, plain, read, read_all

YES, NO = Answer.YES, Answer.NO


@pytest.mark.parametrize(
    "text",
    [
        "да",
        "Да",
        "ДА",
        " да ",
        "да.",
        "Да!",
        "«Да»",
        "\u00a0да\u00a0",
        "да\n",
        "Да (согласовано)",
        "да, но позже",
        "Yes",
    ],
)
def test_yes_is_yes_however_it_is_written(text: str) -> None:
    assert read(text) is YES


@pytest.mark.parametrize(
    "text", ["нет", "НЕТ", "Нет, на доработку", "нет;", "Нет\u00a0", "нет - доработать", "Нет\n(доработка)", "no"]
)
def test_no_is_no_however_it_is_written(text: str) -> None:
    assert read(text) is NO


@pytest.mark.parametrize("text", ["", "данные верны", "дата", "нетто", "не требуется", "частично", "возможно, да"])
def test_other_words_are_not_yes_or_no(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    ("labels", "answers"),
    [
        (["да", "нет"], [YES, NO]),
        (["да", ""], [YES, NO]),
        (["", "нет"], [YES, NO]),
        (["да согласен", "нет"], [YES, NO]),
        (["да", "Требует доработки"], [YES, NO]),
        (["есть замечания", "нет замечаний"], [None, None]),
        (["да", "нет", "частично"], [YES, NO, None]),
        (["", ""], [None, None]),
        (["да", "да"], [YES, YES]),
    ],
)
def test_the_ways_out_of_one_gateway_are_read_together(labels: list[str], answers: list[Answer | None]) -> None:
    assert read_all(labels) == answers


def test_invisible_signs_do_not_matter() -> None:
    assert plain("\u200bда\u00ad\u00a0 \n(ок)") == "да (ок)"
