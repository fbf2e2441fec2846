"""moto's S3 with its bodies in files, and with an eye on what other programs do to those files."""

from __future__ import annotations

import logging
import shutil
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from moto.s3 import models, notifications
from moto.s3.exceptions import InvalidBucketName, MissingKey

from localcloud.layout import ACCOUNT, REGION
from localcloud.s3 import events, files
from localcloud.s3.files import Stamp

log = logging.getLogger(__name__)


class FileBody:
    """What moto asks of a key's buffer, over a file that is opened only to be read."""

    def __init__(self, key: str, file: Path) -> None:
        self._key = key
        self._file = file
        self._position = 0

    def seek(self, position: int) -> None:
        """Set where the next read begins."""
        self._position = position

    def read(self, size: int = -1) -> bytes:
        """Read from the position on; MissingKey if the file has gone since it was listed."""
        try:
            with self._file.open("rb") as stream:
                stream.seek(self._position)
                body = stream.read(size)
        except FileNotFoundError:
            raise MissingKey(key=self._key) from None
        self._position += len(body)
        return body

    def close(self) -> None:
        """Nothing is held open."""


class FileS3Backend(models.S3Backend):
    """One partition's S3. Files are the truth: reads look at them first, writes go through to them."""

    folder: ClassVar[Path]

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self._lock = threading.RLock()
        self._stamps: dict[tuple[str, str], Stamp] = {}
        self._is_home = (region_name, account_id) == ("aws", ACCOUNT)
        self._find_buckets()

    @property
    def _url_module(self) -> Any:
        # moto derives this from the module that a backend class is in
        from moto.s3 import urls

        return urls

    def get_bucket(self, bucket_name: str) -> models.FakeBucket:
        """The bucket; a folder made by hand is a bucket too."""
        if bucket_name not in self.buckets:
            self._find_buckets()
        return super().get_bucket(bucket_name)

    def list_buckets(self, *args: Any, **kwargs: Any) -> list[models.FakeBucket]:
        """All buckets by name, those made by hand included."""
        self._find_buckets()
        return sorted(super().list_buckets(*args, **kwargs), key=lambda bucket: bucket.name)

    def create_bucket(self, bucket_name: str, *args: Any, **kwargs: Any) -> models.FakeBucket:
        """Make the bucket and its folder."""
        if not files.is_bucket_name(bucket_name):
            raise InvalidBucketName
        bucket = super().create_bucket(bucket_name, *args, **kwargs)
        (self.folder / bucket_name).mkdir(exist_ok=True)
        return bucket

    def delete_bucket(self, bucket_name: str) -> models.FakeBucket | None:
        """Delete an empty bucket with its folder; None if it has objects."""
        with self._lock:
            self._look_at_bucket(self.get_bucket(bucket_name))
            deleted = super().delete_bucket(bucket_name)
            if deleted is not None:
                shutil.rmtree(self.folder / bucket_name, ignore_errors=True)
            return deleted

    def get_object(self, bucket_name: str, key_name: str, *args: Any, **kwargs: Any) -> models.FakeKey | None:
        """The object as its file is now."""
        with self._lock:
            self._look_at_key(self.get_bucket(bucket_name), key_name)
            return super().get_object(bucket_name, key_name, *args, **kwargs)

    def list_objects(self, bucket: models.FakeBucket, prefix: str | None, *args: Any, **kwargs: Any) -> Any:
        """The objects as the files are now."""
        with self._lock:  # moto goes through the keys, which another request may change
            self._look_at_bucket(bucket, prefix or "")
            return super().list_objects(bucket, prefix, *args, **kwargs)

    def list_object_versions(self, bucket_name: str, *args: Any, **kwargs: Any) -> Any:
        """The versions, with the newest as the files are now."""
        with self._lock:
            self._look_at_bucket(self.get_bucket(bucket_name))
            return super().list_object_versions(bucket_name, *args, **kwargs)

    def put_object(self, bucket_name: str, key_name: str, value: bytes, *args: Any, **kwargs: Any) -> models.FakeKey:
        """Keep the object, its body in a file if a file can stand for the key."""
        with self._lock:
            bucket = self.get_bucket(bucket_name)
            file = self._write(bucket_name, key_name, value)
            if kwargs.get("multipart") is not None:
                kwargs["disable_notification"] = True  # its completion, or the copy, is told of by itself
            key = super().put_object(bucket_name, key_name, value, *args, **kwargs)
            key.multipart = None  # its parts would stay in memory
            if file and not bucket.is_versioned:
                _keep_in_file(key, file, key.contentsize)
            return key

    def delete_object(self, bucket_name: str, key_name: str, *args: Any, **kwargs: Any) -> Any:
        """Delete the object and its file."""
        with self._lock:
            bucket = self.get_bucket(bucket_name)
            self._look_at_key(bucket, key_name)
            result = super().delete_object(bucket_name, key_name, *args, **kwargs)
            if not isinstance(bucket.keys.get(key_name), models.FakeKey):
                self._remove(bucket_name, key_name)
            return result

    def put_bucket_notification_configuration(self, bucket_name: str, notification_config: dict[str, Any]) -> None:
        """Tell of objects from now on; not of those that are there."""
        with self._lock:
            self._look_at_bucket(self.get_bucket(bucket_name))
            super().put_bucket_notification_configuration(bucket_name, notification_config)

    def tell_of_new_files(self) -> None:
        """Find the files that other programs have put into buckets that somebody wants to hear of."""
        if not self._is_home:
            return
        for bucket in list(self.buckets.values()):
            if bucket.notification_configuration is not None:
                with self._lock:
                    self._look_at_bucket(bucket, settled_only=True)

    def _find_buckets(self) -> None:
        if not self._is_home:
            return
        for folder in self.folder.iterdir():
            known = folder.name in models.s3_backends.bucket_accounts
            if not known and files.is_bucket_name(folder.name) and folder.is_dir():
                super().create_bucket(folder.name, REGION)

    def _write(self, bucket: str, key: str, value: bytes) -> Path | None:
        file = files.file_of(self.folder / bucket, key)
        why = "no file can have this name"
        if file is not None:
            try:
                self._stamps[bucket, key] = files.write(file, value)
            except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
                file, why = None, str(error.strerror)
        if file is None:
            log.warning("s3://%s/%s is kept in memory only, Spark does not see it: %s", bucket, key, why)
        return file

    def _remove(self, bucket: str, key: str) -> None:
        if self._stamps.pop((bucket, key), None) is None:
            return
        file = files.file_of(self.folder / bucket, key)
        if file is not None:
            files.remove(self.folder / bucket, file)

    def _look_at_key(self, bucket: models.FakeBucket, key: str) -> None:
        """Take over what happened to the file of one key."""
        if bucket.name not in self.buckets:
            return
        file = files.file_of(self.folder / bucket.name, key)
        stamp = files.stamp_of(file) if file else None
        if file and stamp:
            self._appeared(bucket, key, file, stamp)
        elif (bucket.name, key) in self._stamps:
            self._vanished(bucket, key)

    def _look_at_bucket(self, bucket: models.FakeBucket, prefix: str = "", *, settled_only: bool = False) -> None:
        """Take over what happened to the files of all keys with a prefix.

        settled_only: leave out files that may still be written, as nobody has asked for them yet.
        """
        if bucket.name not in self.buckets:
            return
        found = set()
        for key, file, stamp in files.scan(self.folder / bucket.name, prefix):
            found.add(key)
            if not settled_only or stamp.is_settled:
                self._appeared(bucket, key, file, stamp)
        known = [key for name, key in self._stamps if name == bucket.name and key.startswith(prefix)]
        for key in known:
            if key not in found:
                self._vanished(bucket, key)

    def _appeared(self, bucket: models.FakeBucket, key: str, file: Path | str, stamp: Stamp) -> None:
        if self._stamps.get((bucket.name, key)) == stamp:
            return
        self._stamps[bucket.name, key] = stamp
        if bucket.is_versioned:  # every version needs a body of its own
            kept = super().put_object(bucket.name, key, Path(file).read_bytes(), disable_notification=True)
        else:
            kept = super().put_object(bucket.name, key, b"", disable_notification=True)
            _keep_in_file(kept, Path(file), stamp.size)
        kept.last_modified = datetime.fromtimestamp(stamp.modified_ns / 1e9, UTC).replace(tzinfo=None)
        # only now it has the size and the ETag of the file
        notifications.send_event(
            self.account_id, notifications.S3NotificationEvent.OBJECT_CREATED_PUT_EVENT, bucket, kept
        )

    def _vanished(self, bucket: models.FakeBucket, key: str) -> None:
        del self._stamps[bucket.name, key]
        super().delete_object(bucket.name, key)


def _keep_in_file(key: models.FakeKey, file: Path, size: int) -> None:
    key._value_buffer.close()
    key._value_buffer = FileBody(key.name, file)
    key.contentsize = size


def register(folder: Path) -> None:
    """Make moto use this backend; before the first request."""
    FileS3Backend.folder = folder
    models.s3_backends.backend = FileS3Backend
    events.complete_events()
