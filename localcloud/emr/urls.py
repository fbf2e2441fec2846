"""Where moto finds the EMR API; the names are moto's."""

from moto.emr.urls import url_bases

from localcloud.emr.responses import LocalEmrResponse

url_paths = {"{0}/$": LocalEmrResponse.dispatch}

__all__ = ["url_bases", "url_paths"]
