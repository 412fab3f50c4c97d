"""An algorithm's parameters at the door: JSON in, typed values out, and the JSON Schema that says what is welcome."""

from __future__ import annotations

import types
from collections.abc import Hashable, Mapping
from dataclasses import MISSING, Field, fields
from decimal import Decimal
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from metaorder.domain.errors import Invalid
from metaorder.domain.state import Algorithm
from metaorder.domain.units import to_decimal

Json = Any


def typed(kind: type[Algorithm], params: Mapping[str, Json]) -> dict[str, Any]:
    """The parameters as the types of the dataclass, defaults left out.

    Raises:
        Invalid: an unknown name, or a value of another type.
    """
    hints = _hints(kind)
    known = [each.name for each in parameters(kind)]
    values = {}
    for name, value in params.items():
        if name not in known:
            raise Invalid(name, f"one of {', '.join(known)}", value)
        values[name] = _value(hints[name], value, name)
    return values


def plain(algorithm: Algorithm) -> dict[str, Json]:
    """Every parameter that an algorithm runs with, defaults included, as JSON."""
    return {each.name: _plain(getattr(algorithm, each.name)) for each in parameters(type(algorithm))}


def schema(kind: type[Algorithm]) -> dict[str, Json]:
    """The JSON Schema of an algorithm's parameters."""
    hints = _hints(kind)
    properties = {}
    for each in parameters(kind):
        properties[each.name] = {
            **_schema(hints[each.name]),
            **({"minimum": each.metadata["ge"]} if "ge" in each.metadata else {}),
            **({"enum": list(each.metadata["among"])} if "among" in each.metadata else {}),
            "description": f"{each.metadata['doc']} [{each.metadata['unit']}]",
            "default": _plain(default(each)),
            "x-mutable": each.metadata["mutable"],
            "x-unit": each.metadata["unit"],
        }
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _hints(kind: Any) -> Mapping[str, Any]:
    return _hints_of(kind)


@cache
def _hints_of(kind: Hashable) -> Mapping[str, Any]:
    return get_type_hints(kind)


def parameters(kind: type[Algorithm]) -> tuple[Field[Any], ...]:
    """The parameters of an algorithm, in the order of its file."""
    dataclass: Any = kind
    return fields(dataclass)


def default(parameter: Field[Any]) -> Any:
    """A parameter's default; every parameter has one."""
    assert parameter.default is not MISSING, f"{parameter.name} has a default"
    return parameter.default


def _value(hint: Any, value: Json, name: str) -> Any:
    options = _options(hint)
    if value is None and type(None) in options:
        return None
    for option in options:
        if option is bool and isinstance(value, bool):
            return value
        if option is int and isinstance(value, int) and not isinstance(value, bool):
            return value
        if option is str and isinstance(value, str):
            return value
        if option is Decimal and isinstance(value, str | int | float) and not isinstance(value, bool):
            return to_decimal(value if isinstance(value, str) else repr(value), field=name)
        if get_origin(option) is tuple and isinstance(value, list | tuple):
            inner = get_args(option)[0]
            return tuple(_value(inner, each, f"{name}.{i}") for i, each in enumerate(value))
    raise Invalid(name, " or ".join(_schema_word(option) for option in options), value)


def _options(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) in {Union, types.UnionType} else (hint,)


_TYPES: Mapping[Any, dict[str, Json]] = {
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    str: {"type": "string"},
    Decimal: {"type": ["string", "number"], "format": "decimal"},
    type(None): {"type": "null"},
}


def _schema(hint: Any) -> dict[str, Json]:
    options = list(_options(hint))
    if len(options) > 1:
        return {"anyOf": [_schema(option) for option in options]}
    if get_origin(options[0]) is tuple:
        return {"type": "array", "items": _schema(get_args(options[0])[0])}
    return dict(_TYPES[options[0]])


def _schema_word(option: Any) -> str:
    if get_origin(option) is tuple:
        return f"a list, each {_schema_word(get_args(option)[0])}"
    words = {bool: "true or false", int: "a whole number", str: "text", Decimal: "a decimal", type(None): "null"}
    return words[option]


def _plain(value: Any) -> Json:
    if isinstance(value, Decimal):
        return format(value, "f")
    return [_plain(each) for each in value] if isinstance(value, tuple) else value
