"""Where moto finds the Redshift API; the names are moto's."""

from moto.redshift.urls import url_bases

from localcloud.redshift.control_responses import LocalRedshiftResponse

url_paths = {"{0}/$": LocalRedshiftResponse.dispatch}

__all__ = ["url_bases", "url_paths"]
