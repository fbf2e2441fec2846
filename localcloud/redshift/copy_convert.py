"""One row's texts made fit for the columns, or the reason why they are not."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from localcloud.redshift.copy_columns import Column
from localcloud.redshift.copy_moments import date_step, timestamp_step
from localcloud.redshift.copy_options import CopyOptions
from localcloud.redshift.copy_row import RowError, Value


def converter(columns: Sequence[Column], options: CopyOptions) -> Callable[[Sequence[Value]], list[Value]]:
    """A function that makes a row's fields fit; it raises RowError."""
    steps = [(column, _step(column, options)) for column in columns]

    def convert(values: Sequence[Value]) -> list[Value]:
        fitted = [step(value) for (_, step), value in zip(steps, values, strict=True)]
        for column, value in zip(columns, fitted, strict=True):
            if value is None and column.required:
                raise RowError(1213, "Missing data for not-null field", column)
        return fitted

    return convert


def _step(column: Column, options: CopyOptions) -> Callable[[Value], Value]:
    fit = _text(column, options) if column.is_text else _other(column, options)

    def step(value: Value) -> Value:
        return None if value is None or value == options.null else fit(value)

    return step


def _text(column: Column, options: CopyOptions) -> Callable[[str], Value]:
    def fit(value: str) -> Value:
        if (not value and options.has("EMPTYASNULL")) or (not value.strip() and value and options.has("BLANKSASNULL")):
            return None
        if options.has("TRIMBLANKS"):
            value = value.rstrip(" ")
        return _limited(column, _valid(column, value, options), options)

    return fit


def _valid(column: Column, value: str, options: CopyOptions) -> str:
    """The text without bytes that are no UTF-8 (read as lone surrogates) and without zero bytes."""
    if value.isascii() and "\0" not in value:
        return value
    broken = re.compile("[\udc80-\udcff\0]")
    if options.replacement:
        return broken.sub(options.replacement, value)
    if broken.search(value):
        raise RowError(1220, "String contains invalid or unsupported UTF8 codepoints", column, broken.sub("?", value))
    if column.type == "character":
        raise RowError(1215, "Multibyte character not supported for CHAR (Hint: try using VARCHAR)", column, value)
    return value


def _limited(column: Column, value: str, options: CopyOptions) -> str:
    """A length counts bytes."""
    if not column.length or len(value) * 4 <= column.length:
        return value
    encoded = value.encode()
    if len(encoded) <= column.length:
        return value
    if not options.has("TRUNCATECOLUMNS"):
        raise RowError(1204, "String length exceeds DDL length", column, value)
    return encoded[: column.length].decode(errors="ignore")


def _other(column: Column, options: CopyOptions) -> Callable[[str], Value]:
    """Numbers, dates …: nothing stands for NULL."""
    parse = _moment(column, options)
    return lambda value: parse(value.strip()) if value.strip() else None


def _moment(column: Column, options: CopyOptions) -> Callable[[str], Value]:
    if column.type == "date":
        return date_step(column, options)
    if column.type.startswith("timestamp"):
        return timestamp_step(column, options)
    if column.type == "bytea":
        return lambda value: f"\\x{value}"
    return lambda value: value
