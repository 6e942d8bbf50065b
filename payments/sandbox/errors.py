"""The errors Stripe answers with, in Stripe's own shape."""

from typing import Any


class StripeError(Exception):
    """An answer that is not 200. `keeps` says that what was written before it stays written (a declined card)."""

    def __init__(self, status: int, kind: str, message: str, *, code: str = "", param: str = "", keeps: bool = False, **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.keeps = keeps
        self.error: dict[str, Any] = {"type": kind, "message": message, **more}
        if code:
            self.error |= {"code": code, "doc_url": f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"}
        if param:
            self.error["param"] = param

    @property
    def body(self) -> dict[str, Any]:
        return {"error": self.error}


def invalid(message: str, *, code: str = "", param: str = "", status: int = 400) -> StripeError:
    return StripeError(status, "invalid_request_error", message, code=code, param=param)


def missing(kind: str, object_id: str, *, param: str = "id") -> StripeError:
    return invalid(f"No such {kind}: '{object_id}'", code="resource_missing", param=param, status=404)


def insufficient(message: str = "") -> StripeError:
    default = (
        "You have insufficient available funds in your Stripe account. Try adding funds directly to your available balance by creating a top-up."
    )
    return invalid(message or default, code="balance_insufficient")
