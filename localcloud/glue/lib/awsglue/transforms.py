"""Glue's transforms as classes: each does what the DynamicFrame's method does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .dynamicframe import DynamicFrame, DynamicFrameCollection
from .unsupported import refuse


class GlueTransform:
    """A transform: `Name.apply(...)`, which is the same as `Name()(...)`."""

    def __call__(self, *_args: Any, **_kwargs: Any) -> Any:
        """Do the work; a transform that is not here raises NotImplementedError."""
        refuse(type(self).__name__)

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        """Do the work."""
        return cls()(*args, **kwargs)


class ApplyMapping(GlueTransform):
    """Choose, rename and cast columns."""

    def __call__(self, frame: DynamicFrame, mappings: Sequence[tuple[str, ...]], **options: Any) -> DynamicFrame:
        """See DynamicFrame.apply_mapping."""
        return frame.apply_mapping(mappings, **options)


class SelectFields(GlueTransform):
    """Keep columns."""

    def __call__(self, frame: DynamicFrame, paths: Sequence[str], **options: Any) -> DynamicFrame:
        """See DynamicFrame.select_fields."""
        return frame.select_fields(paths, **options)


class DropFields(GlueTransform):
    """Drop columns."""

    def __call__(self, frame: DynamicFrame, paths: Sequence[str], **options: Any) -> DynamicFrame:
        """See DynamicFrame.drop_fields."""
        return frame.drop_fields(paths, **options)


class RenameField(GlueTransform):
    """Rename a column."""

    def __call__(self, frame: DynamicFrame, old_name: str, new_name: str, **options: Any) -> DynamicFrame:
        """See DynamicFrame.rename_field."""
        return frame.rename_field(old_name, new_name, **options)


class ResolveChoice(GlueTransform):
    """Cast columns."""

    def __call__(self, frame: DynamicFrame, specs: Any = None, choice: str = "", **options: Any) -> DynamicFrame:
        """See DynamicFrame.resolveChoice."""
        return frame.resolveChoice(specs, choice, **options)


class DropNullFields(GlueTransform):
    """Drop the columns that are null in all rows."""

    def __call__(self, frame: DynamicFrame, **options: Any) -> DynamicFrame:
        """See DynamicFrame.drop_nulls."""
        return frame.drop_nulls(**options)


class Filter(GlueTransform):
    """Keep rows."""

    def __call__(self, frame: DynamicFrame, f: Callable[[Any], Any], **options: Any) -> DynamicFrame:
        """See DynamicFrame.filter."""
        return frame.filter(f, **options)


class Map(GlueTransform):
    """Replace each row."""

    def __call__(self, frame: DynamicFrame, f: Callable[[Any], Any], **options: Any) -> DynamicFrame:
        """See DynamicFrame.map."""
        return frame.map(f, **options)


class Join(GlueTransform):
    """Inner join where columns are equal."""

    def __call__(
        self, frame1: DynamicFrame, frame2: DynamicFrame, keys1: Any, keys2: Any, **options: Any
    ) -> DynamicFrame:
        """See DynamicFrame.join; a key may be one name or a list of them."""
        paths1, paths2 = ([key] if isinstance(key, str) else list(key) for key in (keys1, keys2))
        return frame1.join(paths1, paths2, frame2, **options)


class SelectFromCollection(GlueTransform):
    """One frame of several."""

    def __call__(self, dfc: DynamicFrameCollection, key: str, transformation_ctx: str = "") -> DynamicFrame:
        """See DynamicFrameCollection.select."""
        return dfc.select(key, transformation_ctx)


class Relationalize(GlueTransform):
    """Not here."""


class UnnestFrame(GlueTransform):
    """Not here."""


class Unbox(GlueTransform):
    """Not here."""


class SplitFields(GlueTransform):
    """Not here."""


class SplitRows(GlueTransform):
    """Not here."""


class FlatMap(GlueTransform):
    """Not here."""


class MapToCollection(GlueTransform):
    """Not here."""


class Spigot(GlueTransform):
    """Not here."""


class FillMissingValues(GlueTransform):
    """Not here."""


class FindMatches(GlueTransform):
    """Not here."""
