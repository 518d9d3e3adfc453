"""Проходы переноса; их порядок — в `exchanger.storm.convert`."""
