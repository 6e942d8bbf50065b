"""Logs with fields. Ids and pence only: never a person's name, address or words."""

from typing import Any

import structlog

Processors = list[Any]

# Without the local variables, which hold people's names and words.
_tracebacks = structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))

_SHARED: Processors = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.ExtraAdder(allow=["status_code"]),  # a request shows what somebody searched for
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configure(log_format: str) -> dict[str, Any]:
    """Sets structlog up and returns Django's LOGGING; `log_format` is text or json."""
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"fields": {"()": structlog.stdlib.ProcessorFormatter, "processors": _last(log_format), "foreign_pre_chain": _SHARED}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "fields"}},
        "root": {"handlers": ["stderr"], "level": "INFO"},
        "loggers": {
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            "django.server": {"handlers": [], "level": "INFO", "propagate": True},
            "celery.app.trace": {"level": "WARNING"},
            "celery.beat": {"level": "WARNING"},
            "django_celery_beat.schedulers": {"level": "WARNING"},
            "kombu.connection": {"level": "ERROR"},  # it misses a host name in filesystem://
            "stripe": {"level": "WARNING"},
        },
    }


def _last(log_format: str) -> Processors:
    drop = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    if log_format == "json":
        return [drop, _tracebacks, structlog.processors.JSONRenderer()]
    return [drop, structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)]
