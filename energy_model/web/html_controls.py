"""Native: controls that are the browser's own — a list, radio buttons, boxes — and the map, drawn by ``assets/native.js``.

Dash draws lists and radio buttons of its own, whose roles contradict each other for a reader by ear.
"""

from __future__ import annotations

from typing import Any

from dash.development.base_component import Component

Choices = list[dict[str, str]]  # each with a value and a label


class HtmlControl(Component):
    """A control that is known to the browser by the name of its class."""

    _children_props: list[str] = []
    _base_nodes = ["children"]
    _namespace = "workbench_native"
    _properties: tuple[str, ...] = ()

    def __init__(self, **given: Any) -> None:
        self._prop_names = ["id", *self._properties]
        self._valid_wildcard_attributes: list[str] = []
        self.available_properties = self._prop_names
        self.available_wildcard_properties: list[str] = []
        super().__init__(**given)


class Choice(HtmlControl):
    """A list to choose one from."""

    _namespace = "workbench_native"
    _type = "Choice"
    _properties = ("options", "value")


class Radios(HtmlControl):
    """Buttons of which one is pressed."""

    _namespace = "workbench_native"
    _type = "Radios"
    _properties = ("options", "value", "name")


class Boxes(HtmlControl):
    """Boxes of which several may be ticked, up to a most."""

    _namespace = "workbench_native"
    _type = "Boxes"
    _properties = ("options", "value", "most")


class Map(HtmlControl):
    """Sites where they stand, and the links between them; one site is chosen."""

    _namespace = "workbench_native"
    _type = "Map"
    _properties = ("drawing", "label", "clicked")
