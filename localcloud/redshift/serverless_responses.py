"""The API of Redshift Serverless: requests to the backend, and its objects to answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from moto.core.responses import ActionResult, BaseResponse, EmptyResult
from moto.redshift.exceptions import InvalidParameterValueError

from localcloud.redshift import control_checks, control_secrets
from localcloud.redshift.control_backend import temporary_credentials
from localcloud.redshift.serverless import RedshiftServerlessBackend, Resource, redshiftserverless_backends
from localcloud.redshift.serverless_errors import ValidationError

_NAME = re.compile(r"[a-z0-9-]{3,64}")
_NOT_FIELDS = {"tags", "adminUserPassword", "manageAdminPassword"}
_PAGE = 100


class RedshiftServerlessResponse(BaseResponse):
    """The calls on namespaces, workgroups, credentials and tags."""

    def __init__(self) -> None:
        super().__init__(service_name="redshift-serverless")
        self.automated_parameter_parsing = True

    @property
    def backend(self) -> RedshiftServerlessBackend:
        """The backend of the request's account and region."""
        return redshiftserverless_backends[self.current_account][self.region]

    def call_action(self) -> Any:
        """Do what is asked, then keep what has changed."""
        response = control_checks.unsupported(self, "Redshift Serverless") or super().call_action()
        self.backend.save()
        return response

    def create_namespace(self) -> ActionResult:
        """CreateNamespace; manageAdminPassword makes a secret, any other password is checked and forgotten."""
        name = self._checked_name("namespaceName")
        fields = self._fields()
        self._check_password()
        namespace = self.backend.create_namespace(name, fields)
        namespace.tags = _as_map(self.params.get("tags", []))
        if self.params.get("manageAdminPassword"):
            user = namespace.fields["adminUsername"]
            namespace.fields["adminPasswordSecretArn"] = control_secrets.create(self.region, f"{name}-{user}", user)
        return ActionResult({"namespace": namespace.answer()})

    def get_namespace(self) -> ActionResult:
        """GetNamespace."""
        return ActionResult({"namespace": self.backend.namespace(self.params["namespaceName"]).answer()})

    def list_namespaces(self) -> ActionResult:
        """ListNamespaces."""
        return self._page("namespaces", self.backend.namespaces)

    def update_namespace(self) -> ActionResult:
        """UpdateNamespace."""
        namespace = self.backend.namespace(self.params["namespaceName"])
        self._check_password()
        namespace.change(self._fields())
        return ActionResult({"namespace": namespace.answer()})

    def delete_namespace(self) -> ActionResult:
        """DeleteNamespace: gone at once, told as DELETING."""
        namespace = self.backend.delete_namespace(self.params["namespaceName"])
        control_secrets.delete(self.region, namespace.fields.get("adminPasswordSecretArn"))
        return ActionResult({"namespace": namespace.answer()})

    def create_workgroup(self) -> ActionResult:
        """CreateWorkgroup."""
        workgroup = self.backend.create_workgroup(self._checked_name("workgroupName"), self._fields())
        workgroup.tags = _as_map(self.params.get("tags", []))
        return ActionResult({"workgroup": workgroup.answer()})

    def get_workgroup(self) -> ActionResult:
        """GetWorkgroup."""
        return ActionResult({"workgroup": self.backend.workgroup(self.params["workgroupName"]).answer()})

    def list_workgroups(self) -> ActionResult:
        """ListWorkgroups."""
        return self._page("workgroups", self.backend.workgroups)

    def update_workgroup(self) -> ActionResult:
        """UpdateWorkgroup; the port stays that of the local Redshift."""
        workgroup = self.backend.workgroup(self.params["workgroupName"])
        workgroup.change({name: value for name, value in self._fields().items() if name != "port"})
        return ActionResult({"workgroup": workgroup.answer()})

    def delete_workgroup(self) -> ActionResult:
        """DeleteWorkgroup: gone at once, told as DELETING."""
        return ActionResult({"workgroup": self.backend.delete_workgroup(self.params["workgroupName"]).answer()})

    def get_credentials(self) -> ActionResult:
        """GetCredentials: any password is right."""
        if "workgroupName" not in self.params:
            raise ValidationError("workgroupName is needed; the local cloud has no custom domains.")
        self.backend.workgroup(self.params["workgroupName"])
        seconds = self.params.get("durationSeconds", 900)
        if not 900 <= seconds <= 3600:
            raise ValidationError("durationSeconds must be between 900 and 3600.")
        return ActionResult(temporary_credentials(seconds))

    def tag_resource(self) -> ActionResult:
        """TagResource."""
        self.backend.resource(self.params["resourceArn"]).tags |= _as_map(self.params["tags"])
        return EmptyResult()

    def untag_resource(self) -> ActionResult:
        """UntagResource."""
        resource = self.backend.resource(self.params["resourceArn"])
        resource.tags = {key: value for key, value in resource.tags.items() if key not in self.params["tagKeys"]}
        return EmptyResult()

    def list_tags_for_resource(self) -> ActionResult:
        """ListTagsForResource."""
        tags = self.backend.resource(self.params["resourceArn"]).tags
        return ActionResult({"tags": [{"key": key, "value": value} for key, value in tags.items()]})

    def _fields(self) -> dict[str, Any]:
        return {name: value for name, value in self.params.items() if name not in _NOT_FIELDS}

    def _checked_name(self, parameter: str) -> str:
        name: str = self.params[parameter]
        if not _NAME.fullmatch(name):
            raise ValidationError(
                f"{parameter} must hold 3 to 64 lower-case letters, digits and hyphens, it is {name!r}."
            )
        return name

    def _check_password(self) -> None:
        password = self.params.get("adminUserPassword")
        if password is None:
            return
        if self.params.get("manageAdminPassword"):
            raise ValidationError("Give one of adminUserPassword and manageAdminPassword.")
        try:
            control_checks.check_password("adminUserPassword", password)
        except InvalidParameterValueError as error:
            raise ValidationError(error.message) from None

    def _page(self, key: str, resources: Mapping[str, Resource]) -> ActionResult:
        names = [name for name in sorted(resources) if name > self.params.get("nextToken", "")]
        page = names[: self.params.get("maxResults", _PAGE)]
        token = page[-1] if page and len(page) < len(names) else None
        return ActionResult({key: [resources[name].answer() for name in page], "nextToken": token})


def _as_map(tags: list[dict[str, str]]) -> dict[str, str]:
    return {tag["key"]: tag["value"] for tag in tags}
