"""S3 paths in the texts of a pipeline: their buckets and prefixes, and names that are nearly the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct

from dagspec.lazy import lazily
from dagspec.problem import KeyPath
from dagspec.source import Source
from dagspec.view import PipelineView, Text

_CHARACTER = r"(?:\{\{(?:(?!\}\}).){0,300}\}\}|\$\{[^}]{0,100}\}|[^\s/\"'`,;()\[\]|&])"
S3_URI = re.compile(
    rf"(?<!\w)(?P<scheme>s3[an]?)://(?:[^\s@\"'`]{{0,200}}@)?(?P<bucket>{_CHARACTER}+)(?P<key>(?:/{_CHARACTER}*)*)",
    re.DOTALL,
)
_NOT_LITERAL = lazily(r"[{}$<>%*?]")
_BUCKET_KEYS = lazily(r"s3_?bucket(?:_?name)?", re.IGNORECASE)
SHORTEST_WORD = 5  # of a shorter one, such as "raw", one letter more or less is another name
_OUTPUTS = {"out", "output", "outputs"}
LONGEST_BUCKET = 63
EXAMPLE = 2  # texts such as s3://a/b only show a pattern


class S3Path(Struct, frozen=True):
    """One S3 path in a text. key: what follows the bucket, with templates; path: the text's key path."""

    bucket: str
    key: str
    path: KeyPath

    @property
    def uri(self) -> str:
        """Its usual spelling."""
        return f"s3://{self.bucket}{self.key}"

    @property
    def segments(self) -> tuple[str, ...]:
        """The folders of its key; one with a template in it is "*"."""
        parts = [part for part in re.sub(r"\{\{.*?\}\}", "*", self.key, flags=re.DOTALL).split("/") if part]
        return tuple("*" if "*" in part else part for part in parts)


def s3_paths(text: Text) -> Iterator[S3Path]:
    """The S3 paths in a text whose buckets are written out, and the bucket that an option such as `s3_bucket` names."""
    for match in S3_URI.finditer(text.value) if "s3" in text.value else ():
        if not _NOT_LITERAL.search(match["bucket"]):
            yield S3Path(match["bucket"], match["key"], text.path)
    last = text.path[-1] if text.path else ""
    if isinstance(last, str) and _BUCKET_KEYS.fullmatch(last) and re.fullmatch(r"[^\s/:{}$<>%*?]+", text.value):
        yield S3Path(text.value, "", text.path)


def illegal(bucket: str) -> str:
    """Why S3 does not allow a bucket of this name; "" when it does."""
    if len(bucket) <= EXAMPLE:
        return ""
    strange = re.search(r"[^a-z0-9.-]", bucket)
    if strange:
        capital = " (only lower-case letters are)" if strange[0].isalpha() else ""
        return f'"{strange[0]}" is not allowed{capital}'
    if len(bucket) > LONGEST_BUCKET:
        return f"it has {len(bucket)} characters, and {LONGEST_BUCKET} are allowed"
    if not (bucket[0].isalnum() and bucket[-1].isalnum()):
        return "it must begin and end with a letter or a digit"
    if ".." in bucket:
        return '".." is not allowed'
    return "it looks like an IP address" if re.fullmatch(r"\d+(\.\d+){3}", bucket) else ""


@lru_cache(maxsize=2)
def buckets(pipeline: PipelineView) -> dict[str, list[S3Path]]:
    """Bucket → the paths in it, in the order of the file."""
    found: dict[str, list[S3Path]] = {}
    for text in pipeline.texts:
        for path in s3_paths(text):
            found.setdefault(path.bucket, []).append(path)
    return found


def is_written(source: Source, path: KeyPath, piece: str) -> bool:
    """Whether a piece of a text stands in the spec itself, and not in what a reference names."""
    if source.node(path) is None:
        return False
    start, end = source.offsets(path, "value")
    return re.search(rf"(?<![\w.-]){re.escape(piece)}(?![\w.-])", source.text[start : max(start, end)]) is not None


def written_first(source: Source, paths: list[S3Path], piece: str) -> S3Path:
    """The first of the paths where `piece` is written out; else the first."""
    return next((one for one in paths if is_written(source, one.path, piece)), paths[0])


def nearly_same(one: str, two: str) -> bool:
    """Whether two folders or parts of a bucket's name differ by a slip of the pen only."""
    if one == two or "*" in (one, two):
        return one == two
    small, other = (re.sub(r"[-_.]", "", text).lower() for text in (one, two))
    if small == other or {small, other} <= _OUTPUTS:
        return True
    if min(len(small), len(other)) < SHORTEST_WORD - 1 or max(len(small), len(other)) < SHORTEST_WORD:
        return False
    return re.sub(r"\d", "", small) != re.sub(r"\d", "", other) and _one_slip(small, other)


def _one_slip(one: str, two: str) -> bool:
    """One letter more, one less, one other, or two in the wrong order."""
    start = next((i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
    one, two = one[start:], two[start:]
    swapped = len(one) > 1 and one[:2] == two[:2][::-1] and one[2:] == two[2:]
    return one[1:] == two[1:] or one[1:] == two or one == two[1:] or swapped
