"""A module of an author that does not even load."""

raise RuntimeError("не та версия библиотеки")
