"""No committed file names the machine it was written on or a registry of packages."""

import subprocess

from tests.docs.pages import ROOT

# In parts, so that this file does not name them either.
_MACHINE = ("/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/")
_REGISTRIES = (
    "pypi" + ".org",
    "pythonhosted" + ".org",
    "maven" + ".org",
    "maven.apache" + ".org",
    "central.sonatype" + ".com",
    "npmjs" + ".org",
    "deb.debian" + ".org",
    "archive.ubuntu" + ".com",
)


def _committed() -> dict[str, str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return {str(path.relative_to(ROOT)): path.read_text("utf-8", "replace") for path in paths if path.is_file()}


def test_no_committed_file_names_a_machine_or_a_registry() -> None:
    files = _committed()

    named = [(name, text) for name, content in files.items() for text in (*_MACHINE, *_REGISTRIES) if text in content]

    assert len(files) > 100
    assert not named
