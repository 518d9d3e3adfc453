import importlib.util

from tests.docs.pages import ROOT, page


def test_the_page_of_the_topology_has_no_drift() -> None:
    spec = importlib.util.spec_from_file_location("topology_page", ROOT / "scripts" / "topology_page.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    assert page("docs/reference/topology.md").text == module.page(), module.COMMAND
