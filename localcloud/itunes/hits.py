"""Invented hits of the iTunes Search API: the same for the same term, in the real API's key shape.

Every term has a small catalogue of its own. It holds what real answers hold and what breaks naive
jobs: audiobooks and films, missing keys, prices of -1.0, names with quotes, commas and backslashes.
"""

from __future__ import annotations

import hashlib
import string
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Hit = dict[str, Any]

SITE = "https://music.example.com/us"
ALBUMS = (
    "Paper Lanterns",
    'She Said "Stay", Twice',
    "Frühling für Zoë ✨ 春",
    "North\\South, Deluxe Edition",
    "Live",
)
SONGS = (
    "Slow Tram Home",
    'The "Quiet" Room',
    "Salt, Sugar, Rain",
    "Ünderwater Café",
    "C:\\Memories\\Summer",
    "夜のドライブ",
    "Rock 'n' \"Roll\\",
    "Two Lines\nOne Song",
    "Last Bus (feat. The Night Staff)",
)
# One album that hits of every term share, so that searches overlap as they do in the real API.
SAMPLER = {
    "collectionId": 990_000_001,
    "collectionName": "The Long Night Sampler",
    "collectionCensoredName": "The Long Night Sampler",
    "collectionViewUrl": f"{SITE}/album/the-long-night-sampler/990000001",
    "artistId": 990_000_000,
    "artistName": "Various Sleepers",
    "artistViewUrl": f"{SITE}/artist/various-sleepers/990000000",
}


@dataclass(frozen=True)
class Artist:
    """The artist that a term finds; ids are above 2**31, as the real ones may become."""

    name: str
    number: int

    @classmethod
    def of(cls, term: str) -> Artist:
        """Make the artist of a term; case and spacing make no difference."""
        name = string.capwords(term.casefold())
        digest = hashlib.sha256(name.encode()).hexdigest()
        return cls(name, 3_000_000_000 + int(digest[:8], 16))

    def keys(self) -> Hit:
        """Give the keys that every hit of this artist has."""
        return {
            "artistId": self.number,
            "artistName": self.name,
            "artistViewUrl": f"{SITE}/artist/{self.number}?uo=4",
            "country": "USA",
            "currency": "USD",
        }

    def album(self, index: int) -> Hit:
        """Give the collection keys of one of `ALBUMS`."""
        number = self.number * 10 + index
        return {
            "collectionId": number,
            "collectionName": ALBUMS[index],
            "collectionCensoredName": ALBUMS[index],
            "collectionViewUrl": f"{SITE}/album/{number}?uo=4",
            "collectionPrice": 9.99 + index,
            "collectionExplicitness": "explicit" if index == 2 else "notExplicit",
            "trackCount": len(SONGS),
            "discCount": 1,
            "discNumber": 1,
        }

    def track(self, index: int, name: str) -> Hit:
        """Give the keys of this artist's track number `index`."""
        number = self.number * 1000 + index
        return {
            "wrapperType": "track",
            "kind": "song",
            "trackId": number,
            "trackName": name,
            "trackCensoredName": name,
            "trackViewUrl": f"{SITE}/song/{number}?uo=4",
            "trackPrice": 1.29,
            "trackExplicitness": "notExplicit",
            "trackTimeMillis": 150_000 + 1_777 * index,
            "releaseDate": f"{1990 + index % 30}-{index % 12 + 1:02}-15T12:00:00Z",
            "primaryGenreName": "Pop",
            "isStreamable": True,
        }


def find(term: str) -> list[Hit]:
    """Give all hits of a search term, best first; none if it is empty or contains "nobody"."""
    if not term.strip() or "nobody" in term.casefold():
        return []
    artist = Artist.of(term)
    return [*_odd_hits(artist), *_album_songs(artist)]


def _album_songs(artist: Artist) -> Iterator[Hit]:
    """Give the songs of all albums."""
    for index in range(len(ALBUMS)):
        for number, name in enumerate(SONGS, start=1):
            track = artist.track(index * len(SONGS) + number, name)
            yield artist.keys() | artist.album(index) | track | {"trackNumber": number}


def _odd_hits(artist: Artist) -> Iterator[Hit]:
    """Give the hits that are no plain songs of an album."""
    yield from _films(artist)
    yield from _audiobooks(artist)
    yield from _odd_songs(artist)


def _films(artist: Artist) -> Iterator[Hit]:
    """Give a film and a music video: HD prices, and no collection."""
    film = {
        "kind": "feature-movie",
        "trackPrice": 9.99,
        "trackHdPrice": 14.99,
        "trackRentalPrice": 3.99,
        "contentAdvisoryRating": "PG-13",
        "primaryGenreName": "Documentary",
        "longDescription": 'A film about "nothing",\nin two acts.',
    }
    video = {"kind": "music-video", "trackPrice": 1.99, "trackHdPrice": 2.49}
    yield artist.keys() | artist.track(901, f"{artist.name}: The Film") | film
    yield artist.keys() | artist.track(902, "Slow Tram Home (Video)") | video


def _audiobooks(artist: Artist) -> Iterator[Hit]:
    """Give an audiobook: it has a collection but no track id, name or kind."""
    number = artist.number * 10 + 9
    yield artist.keys() | {
        "wrapperType": "audiobook",
        "collectionId": number,
        "collectionName": 'My Life, "Unabridged"',
        "collectionCensoredName": 'My Life, "Unabridged"',
        "collectionViewUrl": f"{SITE}/audiobook/{number}?uo=4",
        "collectionPrice": 19.95,
        "collectionExplicitness": "notExplicit",
        "releaseDate": "2011-03-01T08:00:00Z",
        "description": "Read by the author.<br />Chapter 1: \\o/",
    }


def _odd_songs(artist: Artist) -> Iterator[Hit]:
    """Give songs without a price, not for sale, in HD, explicit, before 1970, listed twice, on a sampler."""
    single = artist.keys() | artist.album(0)
    priceless = single | artist.track(903, "Hidden Track")
    del priceless["trackPrice"]
    explicit = {"trackExplicitness": "explicit", "contentAdvisoryRating": "Explicit"}
    yield priceless
    yield single | artist.track(904, "Album Only") | {"trackPrice": -1.0, "isStreamable": False}
    yield (single | artist.track(905, "In High Definition") | {"collectionHdPrice": 19.99, "trackHdPrice": 2.99})
    yield single | artist.track(906, "F**k Mondays") | explicit
    yield single | artist.track(907, "Wax Cylinder") | {"releaseDate": "1899-12-31T23:59:59Z"}
    yield artist.keys() | artist.track(908, "No Album")
    twice = single | artist.track(909, "Echo")
    yield from (twice, dict(twice))
    yield artist.keys() | artist.track(910, f"{artist.name} Medley") | SAMPLER
