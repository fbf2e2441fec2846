"""What is wrong with a cron text, field by field. croniter decides, as in Airflow; this only finds the words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from msgspec import Struct

from dagspec.problem import suggest
from dagspec.rulekit.schedule import NOT_CRON, PRESETS, ticks
from dagspec.today import today

# name, first, last; Airflow hands the text to croniter, which reads a sixth field as seconds and a seventh as years
FIELDS = (
    ("minute", 0, 59),
    ("hour", 0, 23),
    ("day of the month", 1, 31),
    ("month", 1, 12),
    ("day of the week", 0, 7),
    ("second", 0, 59),
    ("year", 1970, 2099),
)
USUAL, MOST = 5, 7
_SHAPES = 'a field is "*", a number, a list "1,15", a range "1-5" or a step "*/10"'
_ORDER = "minute, hour, day of the month, month, day of the week"


class CronError(Struct, frozen=True):
    """start and end: the characters of the text that are meant."""

    message: str
    help: str
    start: int
    end: int


def cron_errors(text: str) -> Iterator[CronError]:
    """All that is wrong with a cron text or a preset; nothing when Airflow takes it and it means what it says."""
    fields = list(re.finditer(r"\S+", text))
    words = [match[0] for match in fields]
    if text in PRESETS or _is_plain(words):
        return
    if text.startswith("@"):
        if not _accepted(text):
            help_ = suggest(text, [*PRESETS, *NOT_CRON])
            yield CronError(f'unknown preset "{text}"', help_, 0, len(text))
        return
    if not USUAL <= len(words) <= MOST:
        yield CronError(_miscounted(text, len(words)), _instead(text), 0, len(text))
        return
    wrong = [CronError(message, help_, *match.span()) for match, message, help_ in _wrong_fields(fields)]
    yield from wrong or _wrong_as_a_whole(text, words)


def _is_plain(words: list[str]) -> bool:
    """Simple enough to be sure without croniter, whose import takes longer than the rest of a lint."""
    if len(words) != USUAL or (words[2] != "*" and words[3] != "*"):
        return False
    limits = zip(words, FIELDS, strict=False)
    return all(
        word == "*" or (re.fullmatch("[0-9]{1,4}", word) and first <= int(word) <= last)
        for word, (_, first, last) in limits
    )


def _accepted(text: str) -> bool:
    from croniter import croniter

    try:
        croniter(PRESETS.get(text, text))
    except ValueError:  # croniter's own errors are of this kind, as is a number of a thousand digits
        return False
    return True


def _miscounted(text: str, count: int) -> str:
    if count == 1:
        return f'"{text}" is no cron text'
    return f'"{text}" has {count} fields; cron has {USUAL}: {_ORDER}'


def _instead(text: str) -> str:
    if "://" in text:
        return f"assets stand in a list: [{text}]"
    if text.lower() in ("none", "null", "never", "manual"):
        return "write null, without quotes, for a pipeline that is started by hand"
    if re.fullmatch(r"(\d+(d|h|m|s|ms))+|.*timedelta.*|P[\dT].*", text):
        return 'Airflow starts runs at times, not after a while: for example "*/15 * * * *" or @hourly'
    close = suggest("@" + text.lower(), PRESETS)
    return close if close.startswith("did") else 'for example "0 6 * * *" for every day at 06:00'


def _wrong_fields(fields: list[re.Match[str]]) -> Iterator[tuple[re.Match[str], str, str]]:
    for index, match in enumerate(fields):
        name, first, last = FIELDS[index]
        alone = ["*"] * max(USUAL, len(fields))
        alone[index] = match[0]
        if _steps_over(match[0], last - first + 1):
            message = f'{name} "{match[0]}" steps over all of {first}-{last}, so it only means {first}'
            yield match, message, "a step counts within its own field only"
        elif not _accepted(" ".join(alone)):
            yield match, *_wrong_field(match[0], name, first, last)


def _steps_over(field: str, size: int) -> bool:
    step = re.fullmatch(r"\*/(\d{1,9})", field)
    return step is not None and int(step[1]) > size


def _wrong_field(text: str, name: str, first: int, last: int) -> tuple[str, str]:
    out = [number for number in re.findall(r"(?<![/\w])\d{1,9}(?!\d)", text) if not first <= int(number) <= last]
    if out:
        return f"{name} {out[0]} is out of {first}-{last}", ""
    return f'{name} "{text}" cannot be read ({first}-{last})', _SHAPES


def _wrong_as_a_whole(text: str, words: list[str]) -> Iterator[CronError]:
    if not _accepted(text):
        yield CronError(f'Airflow cannot read "{text}"', _SHAPES, 0, len(text))
    elif len(words) > USUAL and not words[USUAL].isdecimal():
        message = f'"{text}" fires many times a minute: Airflow reads the sixth field as seconds'
        yield CronError(message, f"cron has {USUAL}: {_ORDER}", 0, len(text))
    elif next(ticks(text, datetime.combine(today(), datetime.min.time(), UTC)), None) is None:
        yield CronError(f'"{text}" never fires: no such day comes from today on', "", 0, len(text))
