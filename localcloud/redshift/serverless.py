"""Redshift Serverless: namespaces and workgroups, as small as pipelines need them; all lead to the local Redshift."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from moto.core.base_backend import BackendDict, BaseBackend

from localcloud.layout import ACCOUNT, Layout
from localcloud.redshift.control_backend import DEFAULT_DATABASE, DEFAULT_NAME, DEFAULT_USER, state_file
from localcloud.redshift.control_cluster import HOST
from localcloud.redshift.control_state import State, StateFile
from localcloud.redshift.serverless_errors import ConflictError, ResourceNotFoundError

_DEFAULT_CAPACITY = 128


class Resource:
    """A namespace or a workgroup: its fields as the API names them, its state, its tags."""

    def __init__(self, kind: str, name: str, region: str, fields: Mapping[str, Any]) -> None:
        identifier = str(uuid.uuid4())
        self.kind = kind
        self.name = name
        self.fields = {
            f"{kind}Id": identifier,
            f"{kind}Arn": f"arn:aws:redshift-serverless:{region}:{ACCOUNT}:{kind}/{identifier}",
            f"{kind}Name": name,
            "creationDate": datetime.now(UTC).isoformat(),
            **fields,
        }
        self.tags: dict[str, str] = {}
        self.state = State("AVAILABLE")

    @property
    def arn(self) -> str:
        """Its Amazon Resource Name."""
        arn: str = self.fields[f"{self.kind}Arn"]
        return arn

    def change(self, fields: Mapping[str, Any]) -> None:
        """Take new values."""
        self.fields.update(fields)
        self.state.pass_through("MODIFYING", "AVAILABLE")

    def answer(self) -> dict[str, Any]:
        """The fields with the state of this moment."""
        created = datetime.fromisoformat(self.fields["creationDate"])
        return {**self.fields, "creationDate": created, "status": self.state.now}


class RedshiftServerlessBackend(BaseBackend):
    """One region's namespaces and workgroups."""

    layout: ClassVar[Layout]
    server_port: ClassVar[int]

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.namespaces: dict[str, Resource] = {}
        self.workgroups: dict[str, Resource] = {}
        self._file = StateFile(state_file(self.layout, "serverless", region_name))
        if account_id == ACCOUNT:
            self._restore()

    @property
    def _url_module(self) -> Any:
        from localcloud.redshift import serverless_urls

        return serverless_urls

    def create_namespace(self, name: str, fields: Mapping[str, Any]) -> Resource:
        """Make a namespace. ConflictException if it is there already."""
        if name in self.namespaces:
            raise ConflictError(f"Namespace already exists for namespaceName: {name}")
        defaults = {"adminUsername": DEFAULT_USER, "dbName": DEFAULT_DATABASE, "iamRoles": [], "logExports": []}
        self.namespaces[name] = Resource("namespace", name, self.region_name, {**defaults, **fields})
        return self.namespaces[name]

    def namespace(self, name: str) -> Resource:
        """One namespace. ResourceNotFoundException if there is none."""
        if name not in self.namespaces:
            raise ResourceNotFoundError(f"Namespace {name} does not exist.")
        return self.namespaces[name]

    def delete_namespace(self, name: str) -> Resource:
        """Remove a namespace; the databases stay. ConflictException while a workgroup uses it."""
        namespace = self.namespace(name)
        if any(workgroup.fields["namespaceName"] == name for workgroup in self.workgroups.values()):
            raise ConflictError(f"Namespace {name} has a workgroup: delete the workgroup first.")
        del self.namespaces[name]
        namespace.state = State("DELETING")
        return namespace

    def create_workgroup(self, name: str, fields: Mapping[str, Any]) -> Resource:
        """Make a workgroup, `CREATING` for a moment. ConflictException if it, or another of its namespace, is there."""
        if name in self.workgroups:
            raise ConflictError(f"Workgroup already exists for workgroupName: {name}")
        namespace = self.namespace(fields["namespaceName"]).name
        if any(workgroup.fields["namespaceName"] == namespace for workgroup in self.workgroups.values()):
            raise ConflictError(f"Namespace {namespace} has a workgroup already.")
        defaults = {"baseCapacity": _DEFAULT_CAPACITY, "publiclyAccessible": False, "enhancedVpcRouting": False}
        workgroup = Resource("workgroup", name, self.region_name, {**defaults, **fields})
        workgroup.fields |= {"port": self.server_port, "endpoint": {"address": HOST, "port": self.server_port}}
        workgroup.state.pass_through("CREATING", "AVAILABLE")
        self.workgroups[name] = workgroup
        return workgroup

    def workgroup(self, name: str) -> Resource:
        """One workgroup, by its name or ARN. ResourceNotFoundException if there is none."""
        for workgroup in self.workgroups.values():
            if name in (workgroup.name, workgroup.arn):
                return workgroup
        raise ResourceNotFoundError(f"Workgroup {name} does not exist.")

    def delete_workgroup(self, name: str) -> Resource:
        """Remove a workgroup; the databases stay."""
        workgroup = self.workgroups.pop(self.workgroup(name).name)
        workgroup.state = State("DELETING")
        return workgroup

    def resource(self, arn: str) -> Resource:
        """What an ARN names. ResourceNotFoundException if there is nothing."""
        for resource in self._resources():
            if resource.arn == arn:
                return resource
        raise ResourceNotFoundError(f"Resource {arn} does not exist.")

    def save(self) -> None:
        """Write what survives a restart, if it has changed."""
        self._file.write([{"kind": one.kind, "fields": one.fields, "tags": one.tags} for one in self._resources()])

    def _resources(self) -> Iterator[Resource]:
        yield from self.namespaces.values()
        yield from self.workgroups.values()

    def _restore(self) -> None:
        for record in self._file.read() or []:
            self._restore_resource(**record)
        if DEFAULT_NAME not in self.namespaces:
            self.create_namespace(DEFAULT_NAME, {})
        if DEFAULT_NAME not in self.workgroups:
            self.create_workgroup(DEFAULT_NAME, {"namespaceName": DEFAULT_NAME}).state = State("AVAILABLE")

    def _restore_resource(self, kind: str, fields: dict[str, Any], tags: dict[str, str]) -> None:
        resource = Resource(kind, fields[f"{kind}Name"], self.region_name, fields)
        resource.tags = tags
        if kind == "namespace":
            self.namespaces[resource.name] = resource
            return
        # the server may have another port than the last time
        resource.fields |= {"port": self.server_port, "endpoint": {"address": HOST, "port": self.server_port}}
        self.workgroups[resource.name] = resource


# the regions of redshift: botocore lists none for the newer name
redshiftserverless_backends = BackendDict(RedshiftServerlessBackend, "redshift")
