"""S3 whose objects are plain files."""
