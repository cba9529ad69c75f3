"""A deployment or generation that is refused."""

from __future__ import annotations

from apibuilder.domain import Failure
from apibuilder.errors.base import ApiBuilderError, descendants


class DeployRefused(ApiBuilderError):
    """The code could not be deployed."""

    code, status = "deploy_refused", 422

    def __init__(
        self, detail: str | None = None, *, file: str | None = None, line: int | None = None
    ) -> None:
        super().__init__(detail, file=file, line=line)
        self.file = file
        self.line = line

    def failure(self) -> Failure:
        """The same as a value that a Deployment row keeps."""
        return Failure(code=self.code, detail=self.detail, file=self.file, line=self.line)

    @staticmethod
    def from_failure(failure: Failure) -> DeployRefused:
        """The error of a stored or transmitted Failure; an unknown code keeps the base class."""
        kind = _REFUSALS.get(failure.code, DeployRefused)
        return kind(failure.detail, file=failure.file, line=failure.line)


class SourceSyntaxError(DeployRefused):
    """The code is not valid Python."""

    code = "syntax_error"


class SourceTooLarge(DeployRefused):
    """The code is larger than 512 KiB."""

    code = "source_too_large"


class AppMissing(DeployRefused):
    """The module defines no FastAPI (ASGI) application named `app`."""

    code = "app_missing"


class PackageMissing(DeployRefused):
    """A package that the code imports is not in the runtime."""

    code = "package_missing"


class PackagesInvalid(DeployRefused):
    """The code's block of script metadata, which names packages, cannot be read."""

    code = "packages_invalid"


class PackageNotAllowed(DeployRefused):
    """The code asks for a package that the operator's list does not have."""

    code = "package_not_allowed"


class PackagesFailed(DeployRefused):
    """The packages that the code asks for could not be installed."""

    code = "packages_failed"


class ImportRefused(DeployRefused):
    """The code imports a module that APIs may not use."""

    code = "import_refused"


class ImportFailed(DeployRefused):
    """The code raised an error while it was imported."""

    code = "import_failed"


class OpenapiFailed(DeployRefused):
    """The app's OpenAPI document could not be built."""

    code = "openapi_failed"


class LifespanFailed(DeployRefused):
    """The app's startup failed."""

    code = "lifespan_failed"


class StartTimeout(DeployRefused):
    """The app was not ready in time."""

    code = "start_timeout"


class StartCrashed(DeployRefused):
    """The app's process ended while it was starting."""

    code = "start_crashed"


class ProbeFailed(DeployRefused):
    """The app started but did not answer its probe."""

    code = "probe_failed"


class TestsFailed(DeployRefused):
    """The API's own tests failed, so it was not published."""

    code = "tests_failed"


class SecretUnreadable(DeployRefused):
    """A secret of this API cannot be opened."""

    code = "secret_unreadable"


class DataNotCopied(DeployRefused):
    """The API's data could not be copied to try the change on it."""

    code = "data_not_copied"


class DataChanged(DeployRefused):
    """The change would lose or alter data that is stored, so it was not published."""

    code = "data_changed"


class ContractChanged(DeployRefused):
    """More changed for callers than was asked for, so it was not published."""

    code = "contract_changed"


class CodeRefused(DeployRefused):
    """Generated code does something that no API needs, so it was not run."""

    code = "code_refused"


class ImportUnclear(DeployRefused):
    """What was sent to be imported cannot be made an API."""

    code = "import_unclear"


class SandboxUnavailable(DeployRefused):
    """This machine cannot isolate strangers' code well enough."""

    code = "sandbox_unavailable"


class EgressUnavailable(DeployRefused):
    """The API declares hosts to reach, which takes a network namespace: the sandbox tier `full`."""

    code = "egress_unavailable"


class CrashLoop(DeployRefused):
    """The API crashed again and again right after it was deployed."""

    code = "crash_loop"


class CanaryWorse(DeployRefused):
    """The canary did worse than the revision that serves, and was taken back."""

    code = "canary_worse"


class Superseded(DeployRefused):
    """A newer deployment of the same API took this one's place before it was started."""

    code, status = "superseded", 409


class BreakingChange(ApiBuilderError):
    """The change breaks calls of live subscribers, so it must be confirmed."""

    code, status = "breaking_change", 409


class NeedsModel(ApiBuilderError):
    """The offline recipes do not understand this prompt; it needs a model."""

    code, status = "needs_model", 422


class PlanFailed(ApiBuilderError):
    """The model's plan could not be used."""

    code, status = "plan_failed", 422


class ModelRefused(ApiBuilderError):
    """The model declined to write this."""

    code, status = "model_refused", 422


class ModelUnavailable(ApiBuilderError):
    """No model could be reached."""

    code, status = "model_unavailable", 503

    def __init__(
        self, detail: str | None = None, *, wait: float | None = None, again: bool = True
    ) -> None:
        super().__init__(detail)
        self.wait = wait  # seconds that it asked to be left alone
        self.again = again  # whether asking it once more may help


_REFUSALS: dict[str, type[DeployRefused]] = {
    kind.code: kind for kind in descendants(DeployRefused) if issubclass(kind, DeployRefused)
}
