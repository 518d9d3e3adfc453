"""What strangers send must not fill the log: their broken bodies leave no line, our own faults do."""

from __future__ import annotations

import logging

import pytest
from aiohttp import web

from exchanger.web.site import _server_log


def said(error: Exception, caplog: pytest.LogCaptureFixture) -> list[str]:
    _server_log().error("Unhandled exception", exc_info=error)
    return [record.getMessage() for record in caplog.records]


def test_a_body_that_cannot_be_unpacked_leaves_no_line(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        assert said(web.RequestPayloadError("Can not decode content-encoding: gzip"), caplog) == []
        assert said(RuntimeError("ours"), caplog) == ["Unhandled exception"]
