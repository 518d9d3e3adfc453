"""Every code of the doctor is explained, and nothing else is."""

import re

from exchanger.ops.doctor import Code
from tests.docs.pages import page


def test_the_table_explains_every_code() -> None:
    explained = re.findall(r"^\| `([a-z-]+)` \| \S.* \| \S.* \|$", page("docs/how-to/doctor.md").text, re.MULTILINE)

    assert explained == [code.value for code in Code if code is not Code.FINE]
