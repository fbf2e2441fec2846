"""The local iTunes Search API, asked over HTTP."""

import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import requests
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client

from localcloud.itunes import app

CHECKOUT = Path(__file__).parents[2]
TERMS = ("Taylor Swift", "Drake", "Adele")


@pytest.fixture(scope="module")
def server():
    command = [sys.executable, "-m", "localcloud.itunes", "--port", "0"]
    process = subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    word, address = process.stdout.readline().split()
    assert word == "READY"
    yield address
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == 0


def search(server, **parameters):
    return requests.get(f"{server}/search", params=parameters, timeout=10)


def hits(server, term, **parameters):
    answer = search(server, term=term, limit=200, **parameters).json()
    assert answer["resultCount"] == len(answer["results"])
    return answer["results"]


def test_the_answer_has_the_shape_of_the_real_one(server):
    response = search(server, term="Adele")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert set(response.json()) == {"resultCount", "results"}
    assert all(isinstance(hit["artistId"], int) and hit["wrapperType"] for hit in response.json()["results"])


@pytest.mark.parametrize("term", TERMS)
def test_every_hit_is_about_the_term_and_the_answer_stays_the_same(server, term):
    found = hits(server, term)
    for hit in found:
        names = " ".join(str(hit.get(key, "")) for key in ("artistName", "trackName", "collectionName"))
        assert term.casefold() in names.casefold()
    assert found == hits(server, term.upper()) == hits(server, f" {term.lower()} ")
    assert 50 < len(found) <= 200


def test_the_odd_hits_are_there(server):
    found = hits(server, "Adele")
    kinds = Counter(hit.get("kind", hit["wrapperType"]) for hit in found)
    assert min(kinds[kind] for kind in ("audiobook", "music-video", "feature-movie", "song")) >= 1
    assert any("trackId" not in hit for hit in found)
    assert any("collectionId" not in hit for hit in found)
    assert any("trackPrice" not in hit and "trackId" in hit for hit in found)
    assert any(hit.get("trackPrice") == -1.0 for hit in found)
    assert any("trackHdPrice" in hit and "collectionHdPrice" in hit for hit in found)
    assert any("contentAdvisoryRating" in hit for hit in found)


@pytest.mark.parametrize("text", ['"', ",", "\\", "\n", "春", "✨"])
def test_names_hold_what_breaks_naive_csv(server, text):
    names = [hit.get("trackName", "") + hit.get("collectionName", "") for hit in hits(server, "Drake")]
    assert any(text in name for name in names)


def test_hits_repeat_within_a_search_and_collections_across_searches(server):
    ids = Counter(hit.get("trackId") for hit in hits(server, "Adele"))
    assert max(ids.values()) > 1
    shared = set.intersection(*({hit.get("collectionId") for hit in hits(server, term)} for term in TERMS))
    assert shared - {None}
    artists = {hit["artistId"] for term in TERMS for hit in hits(server, term)}
    assert len(artists) == len(TERMS) + 1


@pytest.mark.parametrize("term", ["", "  ", "Nobody At All"])
def test_a_term_without_hits(server, term):
    assert search(server, term=term).json() == {"resultCount": 0, "results": []}


def test_no_term_gives_no_hits(server):
    assert search(server).json() == {"resultCount": 0, "results": []}


@pytest.mark.parametrize(("limit", "found"), [("1", 1), ("7", 7), (None, 50)])
def test_limit(server, limit, found):
    answer = search(server, term="Adele", limit=limit).json()
    assert answer["results"] == hits(server, "Adele")[:found]
    assert answer["resultCount"] == found


@pytest.mark.parametrize("limit", ["0", "201", "-1", "many", "", "1.5"])
def test_a_limit_out_of_range_is_an_error(server, limit):
    response = search(server, term="Adele", limit=limit)
    assert response.status_code == 400
    assert response.json()["errorMessage"] == "Invalid value(s) for key(s): [limit]"


@pytest.mark.parametrize(("media", "kind"), [("audiobook", None), ("movie", "feature-movie"), ("music", "song")])
def test_media(server, media, kind):
    found = hits(server, "Adele", media=media)
    assert found
    assert {hit.get("kind") for hit in found} == {kind}


def test_an_unknown_media_is_an_error(server):
    response = search(server, term="Adele", media="vinyl")
    assert response.status_code == 400
    assert response.json()["errorMessage"] == "Invalid value(s) for key(s): [mediaType]"


def test_calls_fail_on_request_and_recover(server):
    wish = {"term": "Adele", "fail": "503", "times": "2", "key": "by query"}
    assert [search(server, **wish).status_code for _ in range(4)] == [503, 503, 200, 200]
    assert search(server, **{**wish, "key": "other"}).status_code == 503


def test_calls_fail_on_request_by_header(server):
    def status():
        headers = {"X-Fail": "fail=502&times=1&key=by header"}
        return requests.get(f"{server}/search", {"term": "Adele"}, headers=headers, timeout=10).status_code

    assert [status() for _ in range(3)] == [502, 200, 200]


@pytest.mark.parametrize("wish", [{"fail": "x"}, {"fail": "200"}, {"fail": "503", "times": "often"}])
def test_a_wrong_wish_to_fail_is_an_error(server, wish):
    response = search(server, term="Adele", **wish)
    assert response.status_code == 400
    assert "must be" in response.json()["errorMessage"]


def test_other_paths_and_methods(server):
    gone = requests.get(f"{server}/lookup", timeout=10)
    assert (gone.status_code, gone.json()) == (404, {"errorMessage": "There is no /lookup here; use /search"})
    assert requests.post(f"{server}/search", timeout=10).status_code == 405


def test_it_can_be_mounted_below_a_path():
    client = Client(DispatcherMiddleware(lambda *_: [], {"/itunes": app}))
    answer = client.get("/itunes/search?term=Adele&limit=3")
    assert answer.get_json(force=True)["resultCount"] == 3
    assert client.get("/itunes/lookup").status_code == 404
