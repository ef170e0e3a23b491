"""Reads a CloudFormation template and works out its conditions, references and functions."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml


class NotUnderstood(Exception):
    """Something of the template that this reader does not know: the test must not pass it over."""


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's tags: !Sub x is {"Fn::Sub": x}; dates stay texts."""

    yaml_implicit_resolvers = {  # noqa: RUF012
        first: [(tag, pattern) for tag, pattern in rules if not tag.endswith(":timestamp")]
        for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def _tagged(loader: _Loader, tag: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if tag == "GetAtt":
        value = value.split(".", 1)
    return {tag if tag == "Ref" else f"Fn::{tag}": value}


_Loader.add_multi_constructor("!", _tagged)


@dataclass(frozen=True)
class Made:
    """A resource: what Ref gives of it, and what GetAtt does."""

    ref: str
    attributes: Mapping[str, str] = field(default_factory=dict)


class Template:
    """A template with the values of its parameters.

    Args:
        path: the template.
        parameters: the values of parameters without a default, and of others.
        pseudo: the values of AWS::Region and the like.
        make: makes a resource, given its logical id, type and properties.

    Raises:
        NotUnderstood: a parameter has no value, or one that it does not allow.
    """

    def __init__(
        self,
        path: Path,
        parameters: Mapping[str, str],
        pseudo: Mapping[str, str],
        make: Callable[[str, str, dict[str, Any]], Made],
    ) -> None:
        self._body = yaml.load(path.read_text(), _Loader)
        self._names = dict(pseudo)
        self._make = make
        self._made: dict[str, Made | None] = {}
        declared = self._body["Parameters"]
        if unknown := parameters.keys() - declared.keys():
            raise NotUnderstood(f"{path.name} has no parameters {sorted(unknown)}")
        for name, declaration in declared.items():
            value = parameters.get(name, declaration.get("Default"))
            allowed = [str(each) for each in declaration.get("AllowedValues", [value])]
            pattern = declaration.get("AllowedPattern", ".*")
            fits = str(value) in allowed and re.fullmatch(pattern, str(value), re.DOTALL)
            if value is None or not fits:
                raise NotUnderstood(f"parameter {name}: {value!r}")
            self._names[name] = str(value)
            if declaration["Type"] == "CommaDelimitedList":
                self._names[name] = str(value).split(",") if value else []

    @property
    def resources(self) -> dict[str, dict[str, Any]]:
        """The properties of each resource that the conditions let be, by logical id."""
        return {
            name: self.value(resource.get("Properties", {}))
            for name, resource in self._body["Resources"].items()
            if self._wanted(resource)
        }

    def make_all(self) -> dict[str, str]:
        """Makes all resources, each after those that it refers to; gives the outputs."""
        for name in self._body["Resources"]:
            self._resource(name)
        outputs = self._body.get("Outputs", {})
        return {name: self.value(output["Value"]) for name, output in outputs.items()}

    def value(self, value: Any) -> Any:
        """A value of the template with its functions worked out; without AWS::NoValue."""
        if isinstance(value, list):
            return [found for found in map(self.value, value) if found is not None]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((key, argument),) = value.items()
            if key == "Ref":
                return self._ref(argument)
            if key.startswith("Fn::"):
                return self._function(key, argument)
        found = {key: self.value(each) for key, each in value.items()}
        return {key: each for key, each in found.items() if each is not None}

    def _function(self, name: str, argument: Any) -> Any:
        match name:
            case "Fn::GetAtt":
                return self._attribute(*argument)
            case "Fn::Sub":
                return re.sub(r"\$\{([^}]+)\}", lambda found: self._substitute(found[1]), argument)
            case "Fn::Join":
                return argument[0].join(self.value(argument[1]))
            case "Fn::Split":
                return self.value(argument[1]).split(argument[0])
            case "Fn::If":
                return self.value(argument[1] if self._holds(argument[0]) else argument[2])
        raise NotUnderstood(name)

    def _holds(self, condition: Any) -> bool:
        if isinstance(condition, str):
            return self._holds(self._body["Conditions"][condition])
        ((key, argument),) = condition.items()
        if key == "Fn::Equals":
            left, right = self.value(argument)
            return bool(left == right)
        if key == "Fn::Not":
            return not self._holds(argument[0])
        raise NotUnderstood(key)

    def _wanted(self, resource: Mapping[str, Any]) -> bool:
        return "Condition" not in resource or self._holds(resource["Condition"])

    def _ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return None
        return self._names[name] if name in self._names else self._resource(name).ref

    def _attribute(self, name: str, attribute: str) -> str:
        return self._resource(name).attributes[attribute]

    def _substitute(self, name: str) -> str:
        resource, dot, attribute = name.partition(".")
        return str(self._attribute(resource, attribute) if dot else self._ref(name))

    def _resource(self, name: str) -> Made:
        if name not in self._made:
            resource = self._body["Resources"][name]
            if not self._wanted(resource):
                return Made("")
            if unknown := resource.keys() - _KNOWN:
                raise NotUnderstood(f"{name}: {sorted(unknown)}")
            self._made[name] = None
            properties = self.value(resource.get("Properties", {}))
            self._made[name] = self._make(name, resource["Type"], properties)
        made = self._made[name]
        if made is None:
            raise NotUnderstood(f"{name} refers to itself")
        return made


_KNOWN = {"Type", "Properties", "Condition", "DeletionPolicy", "UpdateReplacePolicy", "Metadata"}
