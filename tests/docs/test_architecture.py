import re
import subprocess

from tests.docs.pages import ROOT, page

_ROW = re.compile(r"^\| `([^`]+)` \| (.+?) \|$", re.MULTILINE)
_SOURCE = "src/exchanger"


def _map() -> dict[str, str]:
    text = page("ARCHITECTURE.md").text
    return dict(_ROW.findall(text[text.index("## Карта") : text.index("## Слои")]))


def _committed() -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True)
    return listed.stdout.splitlines()


def _packages() -> set[str]:
    found = {path.rpartition("/")[0] for path in _committed() if path.startswith(f"{_SOURCE}/") and path.count("/") > 2}
    return {folder for folder in found if not folder.endswith("__pycache__")}


def _modules() -> set[str]:
    return {str(path.relative_to(ROOT)) for path in (ROOT / _SOURCE).glob("*.py")} - {f"{_SOURCE}/__init__.py"}


def _top_folders() -> set[str]:
    return {path.partition("/")[0] for path in _committed() if "/" in path} - {"src"}


def test_every_package_module_and_folder_has_its_line_in_the_map() -> None:
    assert not (_packages() | _modules() | _top_folders()) - _map().keys()


def test_the_map_names_nothing_that_is_not_there() -> None:
    assert not [where for where in _map() if not (ROOT / where).exists()]


def test_every_line_of_the_map_says_something_of_its_own() -> None:
    said = list(_map().values())

    assert len(set(said)) == len(said)
