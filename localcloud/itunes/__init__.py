"""The iTunes Search API of the local cloud: a WSGI app that answers with invented hits."""

from localcloud.itunes.api import app

__all__ = ["app"]
