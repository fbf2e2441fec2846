"""`GET /search` as the iTunes Search API answers it.

Parameters: `term`, `limit` (1 to 200, default 50), `media` (default all). Others are ignored, as the
real API does. A call fails on request with `?fail=503&times=2&key=abc`, or with the same text in the
header `X-Fail`: the first two calls with that key then get status 503.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from werkzeug import Request, Response

from localcloud.itunes.faults import next_failure
from localcloud.itunes.hits import Hit, find

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

DEFAULT_LIMIT = 50
MAX_LIMIT = 200
MEDIA = {
    "music": {"song"},
    "musicVideo": {"music-video"},
    "movie": {"feature-movie"},
    "audiobook": {"audiobook"},
}


def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer one call (WSGI); works at any mount point."""
    response: WSGIApplication = respond(Request(environ))
    return response(environ, start_response)


def respond(request: Request) -> Response:
    """Answer a call; a wrong path, method or parameter gets a 4xx answer that says so."""
    if request.path != "/search":
        return _json(404, {"errorMessage": f"There is no {request.path} here; use /search"})
    if request.method not in ("GET", "HEAD"):
        return _json(405, {"errorMessage": f"Use GET, not {request.method}"}, {"Allow": "GET, HEAD"})
    try:
        return _answer(request)
    except ValueError as error:
        return _json(400, {"errorMessage": str(error), "queryParameters": request.args.to_dict()})


def _answer(request: Request) -> Response:
    """Fail if the call asks for it, search otherwise; ValueError on a bad parameter."""
    status = next_failure(request.args | dict(parse_qsl(request.headers.get("X-Fail", ""))))
    if status:
        return _json(status, {"errorMessage": f"Failed with {status}, as asked"})
    hits = search(request.args)
    return _json(200, {"resultCount": len(hits), "results": hits})


def search(parameters: Mapping[str, str]) -> list[Hit]:
    """Find the hits for the parameters of a call; ValueError names a bad one."""
    limit = _limit(parameters.get("limit", str(DEFAULT_LIMIT)))
    media = parameters.get("media", "all")
    if media != "all" and media not in MEDIA:
        raise ValueError("Invalid value(s) for key(s): [mediaType]")
    hits = find(parameters.get("term", ""))
    return [hit for hit in hits if media == "all" or _kind(hit) in MEDIA[media]][:limit]


def _kind(hit: Hit) -> str:
    return str(hit.get("kind", hit["wrapperType"]))


def _limit(text: str) -> int:
    if text.isdecimal() and 1 <= int(text) <= MAX_LIMIT:
        return int(text)
    raise ValueError("Invalid value(s) for key(s): [limit]")


def _json(status: int, body: dict[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    """Give a JSON answer with the content type of the real API, which is not JSON's."""
    text = json.dumps(body, ensure_ascii=False)
    return Response(text, status, headers, content_type="text/javascript; charset=utf-8")
