"""The errors of the Redshift Data API, by AWS's codes."""

from __future__ import annotations

from moto.core.exceptions import ServiceException


class ValidationError(ServiceException):
    """The request cannot be carried out as it is."""

    code = "ValidationException"


class ResourceNotFoundError(ServiceException):
    """There is no such statement or session, or no such result."""

    code = "ResourceNotFoundException"


class DatabaseConnectionError(ServiceException):
    """The database cannot be reached, or does not answer a question about its tables."""

    code = "DatabaseConnectionException"
