"""`itunes.search_to_s3`: hits of the iTunes Search API as one parquet object."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from dagspec.facts import Facts
from dagspec.kinds import NonEmpty, S3Uri
from dagspec.shared import Expansion, SharedOperator, Task


class SearchToS3(SharedOperator, frozen=True):
    """Search iTunes for each artist; keep every hit as a row of JSON text in one parquet object."""

    name: ClassVar[str] = "itunes.search_to_s3"
    facts: ClassVar[Facts] = Facts(
        writes=("destination",), outputs={"return_value": "mapping"}, template_fields=("artists", "destination")
    )

    artists: Annotated[list[NonEmpty], Meta(min_length=1, description="Search terms, one request each.")]
    destination: Annotated[S3Uri, Meta(description="The object to write, s3://bucket/key.parquet.")]
    limit: Annotated[int, Meta(ge=1, le=200, description="Most hits of one artist.")] = 200
    http_conn_id: Annotated[NonEmpty, Meta(description="HTTP connection to the search API.")] = "itunes_api"
    aws_conn_id: NonEmpty = "aws_default"

    def expand(self, task: Task) -> Expansion:
        """One task."""
        return Expansion(
            {
                task.id: {
                    "operator": "dagspec.runtime.itunes.SearchToS3Operator",
                    "artists": self.artists,
                    "destination": self.destination,
                    "limit": self.limit,
                    "http_conn_id": self.http_conn_id,
                    "aws_conn_id": self.aws_conn_id,
                }
            }
        )
