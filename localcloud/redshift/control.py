"""Redshift's three AWS APIs on the local Redshift: redshift, redshift-serverless and redshift-data.

Every cluster and every workgroup of every region leads to the same server, and databases are told apart by
their names only. So two clusters see the same tables, deleting a cluster deletes no table, and a snapshot or its
restore moves no data. A cluster `dagspec-local` and a workgroup `dagspec-local` are there from the start.
Clusters, workgroups and statements survive a restart; snapshots, subnet groups and parameter groups do not.
No password is checked, and none is kept.
"""

from __future__ import annotations

import re
import sys
from types import ModuleType
from typing import Protocol

from moto import backend_index
from moto.redshift import models as redshift_models
from moto.redshiftdata import models as data_models

from localcloud.layout import ACCOUNT, Layout
from localcloud.redshift import serverless, serverless_urls
from localcloud.redshift.control_backend import LocalRedshiftBackend
from localcloud.redshift.control_cluster import LocalCluster
from localcloud.redshift.data_api import LocalRedshiftDataBackend

_SERVERLESS = "redshiftserverless"


class Server(Protocol):
    """What the APIs want of the local Redshift."""

    port: int


def register(redshift: Server, layout: Layout) -> None:
    """Make moto use these classes; before the first request."""
    LocalRedshiftBackend.layout = serverless.RedshiftServerlessBackend.layout = layout
    LocalRedshiftDataBackend.layout = layout
    LocalCluster.server_port = serverless.RedshiftServerlessBackend.server_port = redshift.port
    LocalRedshiftDataBackend.server_port = redshift.port
    redshift_models.Cluster = LocalCluster
    redshift_models.redshift_backends.backend = LocalRedshiftBackend
    data_models.redshiftdata_backends.backend = LocalRedshiftDataBackend
    _mount_serverless()


def close() -> None:
    """End all statements; the state on disk stays."""
    for backend in data_models.redshiftdata_backends[ACCOUNT].values():
        backend.close()


def _mount_serverless() -> None:
    """moto knows no such service: it finds services by their host's pattern, and their backends by a module's name."""
    module = ModuleType(f"moto.{_SERVERLESS}")
    vars(module)[f"{_SERVERLESS}_backends"] = serverless.redshiftserverless_backends
    sys.modules[module.__name__] = module
    pattern = re.compile(serverless_urls.url_bases[0])
    backend_index.backend_url_patterns.append((_SERVERLESS, pattern))
