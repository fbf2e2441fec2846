"""The errors of Redshift Serverless, by AWS's codes."""

from __future__ import annotations

from moto.core.exceptions import ServiceException


class ResourceNotFoundError(ServiceException):
    """There is no such namespace, workgroup or ARN."""

    code = "ResourceNotFoundException"


class ConflictError(ServiceException):
    """The name is taken, or something still uses the object."""

    code = "ConflictException"


class ValidationError(ServiceException):
    """A value that AWS refuses."""

    code = "ValidationException"
