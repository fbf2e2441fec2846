"""Where moto finds the Redshift Data API; the names are moto's."""

from moto.redshiftdata.urls import url_bases

from localcloud.redshift.data_api_responses import LocalRedshiftDataResponse

url_paths = {"{0}/$": LocalRedshiftDataResponse.dispatch}

__all__ = ["url_bases", "url_paths"]
