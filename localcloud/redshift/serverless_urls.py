"""Where moto finds the Redshift Serverless API; the names are moto's."""

from localcloud.redshift.serverless_responses import RedshiftServerlessResponse

url_bases = [r"https?://redshift-serverless\.(.+)\.amazonaws\.com"]
url_paths = {"{0}/$": RedshiftServerlessResponse.dispatch}
