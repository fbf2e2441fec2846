"""The EMR calls that moto lacks or does only in part."""

from __future__ import annotations

from typing import Any, cast

from moto.core.responses import ActionResult, EmptyResult
from moto.emr.exceptions import ValidationException
from moto.emr.responses import ElasticMapReduceResponse

from localcloud.emr.backend import LocalEmrBackend

_DEFAULT_IDLE_SECONDS = 3600
_MOST_IDLE_SECONDS = 7 * 24 * 3600


class LocalEmrResponse(ElasticMapReduceResponse):
    """moto's EMR API, completed."""

    @property
    def backend(self) -> LocalEmrBackend:
        """The backend of the request's account and region."""
        return cast(LocalEmrBackend, super().backend)

    def run_job_flow(self) -> ActionResult:
        """Make a cluster, then start it."""
        policy = self._get_param("AutoTerminationPolicy")
        idle_timeout = _idle_timeout(policy) if policy is not None else None
        response = super().run_job_flow()
        result = cast(dict[str, Any], response.result)
        self.backend.launch(result["JobFlowId"], idle_timeout)
        return response

    def cancel_steps(self) -> ActionResult:
        """CancelSteps."""
        cancelled = self.backend.cancel_steps(self._get_param("ClusterId"), self._get_param("StepIds", []))
        return ActionResult({"CancelStepsInfoList": cancelled})

    def put_auto_termination_policy(self) -> ActionResult:
        """PutAutoTerminationPolicy."""
        seconds = _idle_timeout(self._get_param("AutoTerminationPolicy") or {})
        self.backend.set_idle_timeout(self._get_param("ClusterId"), seconds)
        return EmptyResult()

    def get_auto_termination_policy(self) -> ActionResult:
        """GetAutoTerminationPolicy."""
        seconds = self.backend.clusters[self._get_param("ClusterId")].idle_timeout
        return ActionResult({"AutoTerminationPolicy": {"IdleTimeout": seconds}} if seconds else {})

    def remove_auto_termination_policy(self) -> ActionResult:
        """RemoveAutoTerminationPolicy."""
        self.backend.set_idle_timeout(self._get_param("ClusterId"), None)
        return EmptyResult()


def _idle_timeout(policy: Any) -> int:
    seconds = int(policy.get("IdleTimeout") or _DEFAULT_IDLE_SECONDS)
    # AWS wants at least 60; less is taken here, so that a test need not wait for a minute
    if not 1 <= seconds <= _MOST_IDLE_SECONDS:
        raise ValidationException(f"IdleTimeout must be between 60 and {_MOST_IDLE_SECONDS} seconds, not {seconds}.")
    return seconds
