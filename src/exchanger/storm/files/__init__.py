"""Диаграммы в файлах: папка скачанного, архив тел, чтение для переноса, таблица элементов."""

from exchanger.storm.files.analysis import Row, analyse, as_csv, read_edges
from exchanger.storm.files.archive import Archived, BodyArchive
from exchanger.storm.files.download import Download, Got, Step
from exchanger.storm.files.folder import DiagramFolder, Saved
from exchanger.storm.files.local import LocalDiagram, read_local
from exchanger.storm.files.naming import file_stem
from exchanger.storm.files.sidecar import Sidecar

__all__ = [
    "Archived",
    "BodyArchive",
    "DiagramFolder",
    "Download",
    "Got",
    "LocalDiagram",
    "Row",
    "Saved",
    "Sidecar",
    "Step",
    "analyse",
    "as_csv",
    "file_stem",
    "read_edges",
    "read_local",
]
