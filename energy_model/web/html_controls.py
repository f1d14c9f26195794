"""HTML controls: Dash components for native lists, radio buttons, check boxes and the map, rendered by ``assets/native.js``.

The lists and radio buttons of Dash have contradictory ARIA roles, which screen readers misread.
"""

from __future__ import annotations

from typing import Any

from dash.development.base_component import Component

Choices = list[dict[str, str]]  # value and label of each option


class HtmlControl(Component):
    """A component that ``assets/native.js`` finds by its class name."""

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
    """A drop-down list."""

    _namespace = "workbench_native"
    _type = "Choice"
    _properties = ("options", "value")


class Radios(HtmlControl):
    """A group of radio buttons."""

    _namespace = "workbench_native"
    _type = "Radios"
    _properties = ("options", "value", "name")


class Boxes(HtmlControl):
    """A group of check boxes, of which at most ``most`` can be ticked."""

    _namespace = "workbench_native"
    _type = "Boxes"
    _properties = ("options", "value", "most")


class Map(HtmlControl):
    """A map of the sites and links, with one selected site."""

    _namespace = "workbench_native"
    _type = "Map"
    _properties = ("drawing", "label", "clicked")
