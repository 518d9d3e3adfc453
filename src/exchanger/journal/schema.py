"""Таблица журнала. Версия сменилась — журнал начинается заново: он лишь проекция, её восполнит движок."""

VERSION = 1

# The index over everything makes a repeated event harmless: two services may write what both heard.
TABLE = """
CREATE TABLE events (
    number INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    system TEXT NOT NULL,
    task TEXT NOT NULL,
    instance TEXT NOT NULL,
    object TEXT NOT NULL,
    fields TEXT NOT NULL,
    UNIQUE (task, at, kind, object, system)
);
CREATE INDEX by_instance ON events (instance, at) WHERE instance <> '';
CREATE INDEX by_object ON events (system, object) WHERE object <> '';
CREATE INDEX by_time ON events (at);
"""
