"""Профиль сервиса: HTTP-сервис нашего расширения, договор — docs/reference/onec-http-service.md."""
