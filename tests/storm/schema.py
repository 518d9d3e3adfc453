"""The OMG schemas of BPMN 2.0, taken at test time from the engine's own jar."""

from pathlib import Path
from zipfile import ZipFile

from lxml import etree

from exchanger.sandbox.flavour import FLAVOURS
from exchanger.sandbox.jars import ensure_jars, jar_list

_FOLDER = "org/camunda/bpm/engine/impl/bpmn/parser/"
_FILES = ("BPMN20.xsd", "Semantic.xsd", "BPMNDI.xsd", "DC.xsd", "DI.xsd")


def load_schema(folder: Path) -> etree.XMLSchema:
    jars = jar_list(FLAVOURS["camunda"].jar_list)
    (engine,) = ensure_jars(tuple(jar for jar in jars if jar.artifact == "camunda-engine"))
    with ZipFile(engine) as archive:
        for name in _FILES:
            (folder / name).write_bytes(archive.read(_FOLDER + name))
    return etree.XMLSchema(etree.parse(folder / "BPMN20.xsd"))
