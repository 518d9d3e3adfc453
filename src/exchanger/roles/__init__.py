"""Роли: worker, creator, tracker, responder. Знают только порты, операции и сообщения."""
