"""Migrating in seconds: Django draws every model again, and every one near it, at each operation; most need none of it.

Its own `ProjectState` with shortcuts that PostgreSQL's schema editor does not see: the tables come out the same, and a test compares them
with the models (tests/architecture/test_drawn.py). Data migrations draw everything afresh, as ever.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.migrations.state import ProjectState


@contextmanager
def lighter() -> Iterator[None]:
    """Inside, a constraint or an index draws nothing again; a new model or column draws its own model only."""
    kept = {name: getattr(ProjectState, name) for name in _INSTEAD}
    for name, method in _INSTEAD.items():
        setattr(ProjectState, name, method)
    try:
        yield
    finally:
        for name, method in kept.items():
            setattr(ProjectState, name, method)


def _append(self: ProjectState, app_label: str, model_name: str, option_name: str, obj: Any) -> None:
    _set_option(self, app_label, model_name, option_name, [*self.models[app_label, model_name].options[option_name], obj])


def _remove(self: ProjectState, app_label: str, model_name: str, option_name: str, obj_name: str) -> None:
    stay = [each for each in self.models[app_label, model_name].options[option_name] if each.name != obj_name]
    _set_option(self, app_label, model_name, option_name, stay)


def _set_option(state: ProjectState, app_label: str, model_name: str, option_name: str, value: list[Any]) -> None:
    """The model that is drawn already is told too: altering a column asks it which constraints are its own."""
    state.models[app_label, model_name].options[option_name] = value
    state.is_delayed = True
    if "apps" in state.__dict__:
        setattr(state.apps.get_model(app_label, model_name)._meta, option_name, value)


def _alone(method: Any) -> Any:
    """`method`, drawing its own model only: those that point at it keep their older drawing, whose table and key are the same."""

    def alone(self: ProjectState, *args: Any, **kwargs: Any) -> None:
        self.reload_model = lambda app_label, model_name, delay=False: _draw(self, app_label, model_name)  # type: ignore[method-assign]
        try:
            method(self, *args, **kwargs)
        finally:
            del self.reload_model

    return alone


def _draw(state: ProjectState, app_label: str, model_name: str) -> None:
    state.is_delayed = True
    if "apps" in state.__dict__:
        state._reload({(app_label, model_name)})  # type: ignore[attr-defined]


_INSTEAD = {
    "_append_option": _append,
    "_remove_option": _remove,
    "add_model": _alone(ProjectState.add_model),
    "add_field": _alone(ProjectState.add_field),
}
