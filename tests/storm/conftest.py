import pytest
from lxml import etree

from exchanger.sandbox.errors import SandboxError
from tests.conftest import unavailable
from tests.storm.schema import load_schema


@pytest.fixture(scope="session")
def schema(tmp_path_factory: pytest.TempPathFactory) -> etree.XMLSchema:
    try:
        return load_schema(tmp_path_factory.mktemp("xsd"))
    except SandboxError as error:
        unavailable(str(error))
