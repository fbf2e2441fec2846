"""Where moto finds the Glue API; the names are moto's."""

from moto.glue.urls import url_bases

from localcloud.glue.responses import LocalGlueResponse

url_paths = {"{0}/$": LocalGlueResponse.dispatch}

__all__ = ["url_bases", "url_paths"]
