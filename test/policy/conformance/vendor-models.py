"""Artifacts read by the classes that their vendors (for PAN-OS: its makers' community) publish: one JSON document a line, in and out.

A class that does not know a field, a word or a type complains; what PAN-OS's classes do not know is missing when they write it again.
"""
import enum
import json
import sys
import typing
import xml.etree.ElementTree as ET


def google(text):
    from google.cloud import compute_v1

    complaints = []
    for rule in json.loads(text):
        try:
            read = compute_v1.Firewall.from_json(json.dumps(rule))
        except Exception as error:
            complaints.append(f"{rule.get('name')}: {error}")
            continue
        if read.direction not in compute_v1.Firewall.Direction.__members__:
            complaints.append(f"{rule.get('name')}: direction {read.direction}")
    return complaints


def azure(text):
    from azure.mgmt.network import models

    complaints = []
    for resource in json.loads(text)["resources"]:
        own = {key: value for key, value in resource.items() if key not in ("type", "apiVersion")}
        complaints += fitting(own, models.NetworkSecurityGroup, resource.get("name", ""), models)
    return complaints


def fitting(value, kind, where, models):
    """What of a value is not of the kind that an annotation of the models says."""
    origin = typing.get_origin(kind)
    if origin is typing.Union:
        kinds = [each for each in typing.get_args(kind) if each is not type(None)]
        words = [each for each in kinds if isinstance(each, type) and issubclass(each, enum.Enum)]
        if words:
            known = [member.value for each in words for member in each]
            return [] if value in known else [f"{where}: {value!r} is none of {known}"]
        return fitting(value, kinds[0], where, models) if len(kinds) == 1 else []
    if origin is list:
        if not isinstance(value, list):
            return [f"{where}: {value!r} is no list"]
        (inner,) = typing.get_args(kind)
        return [each for at, item in enumerate(value) for each in fitting(item, inner, f"{where}[{at}]", models)]
    if hasattr(kind, "_attr_to_rest_field") or hasattr(kind, "_is_model"):
        return fields(value, kind, where, models)
    if kind in (str, int, bool):
        fits = type(value) is kind
        return [] if fits else [f"{where}: {value!r} is no {kind.__name__}"]
    return []


def fields(value, kind, where, models):
    if not isinstance(value, dict):
        return [f"{where}: {value!r} is no object"]
    known = {}
    for base in reversed(kind.__mro__):
        names = vars(sys.modules[base.__module__])
        for attribute, annotation in getattr(base, "__annotations__", {}).items():
            field = vars(base).get(attribute)
            name = getattr(field, "_rest_name_input", None) or attribute
            hint = annotation if not isinstance(annotation, str) else eval(annotation, {**names, "_models": models, "_types": None})
            known[name] = resolved(hint, models)
    complaints = []
    for key, item in value.items():
        if key not in known:
            complaints.append(f"{where}: no field {key!r}; there are {sorted(known)}")
        else:
            complaints += fitting(item, known[key], f"{where}.{key}", models)
    return complaints


def resolved(hint, models):
    """Names of models that an annotation holds as text."""
    if isinstance(hint, typing.ForwardRef):
        return getattr(models, hint.__forward_arg__.split(".")[-1], object)
    if isinstance(hint, str):
        return getattr(models, hint.split(".")[-1], object)
    args = tuple(resolved(each, models) for each in typing.get_args(hint))
    origin = typing.get_origin(hint)
    if origin is typing.Union:
        return typing.Union[args]
    if origin is list:
        return typing.List[args[0]]
    return hint


def palo_alto(text):
    from panos import objects, policies

    kinds = {
        "tag": objects.Tag,
        "address": objects.AddressObject,
        "address-group": objects.AddressGroup,
        "application": objects.ApplicationObject,
        "application-group": objects.ApplicationGroup,
        "service": objects.ServiceObject,
        "service-group": objects.ServiceGroup,
        "schedule": objects.ScheduleObject,
    }
    system = ET.fromstring(text).find(".//vsys/entry")
    parts = [(each, kinds.get(each.tag)) for each in system if each.tag != "rulebase"]
    parts += [(each, policies.SecurityRule) for each in system.findall("rulebase/security/rules")]
    complaints = [f"no class for <{part.tag}>" for part, kind in parts if kind is None]
    for part, kind in parts:
        for entry in part if kind is not None else []:
            complaints += rewritten(entry, kind)
    return complaints


def rewritten(entry, kind):
    thing = kind()
    thing.name = entry.get("name")
    thing.parse_xml(entry)
    again = ET.fromstring(thing.element_str())
    lost = leaves(entry) - leaves(again)
    return [f"{kind.__name__} {entry.get('name')}: does not know {sorted(lost)}"] if lost else []


def leaves(element, path=""):
    """Every text and every empty element by its path; the order of members means nothing here."""
    here = f"{path}/{element.tag}" + (f"[{element.get('name')}]" if path else "")
    if len(element) == 0:
        return {(here, (element.text or "").strip())}
    return set().union(*(leaves(child, here) for child in element))


judges = {"gcp-firewall": google, "azure-nsg": azure, "pan-os": palo_alto}

for line in sys.stdin:
    asked = json.loads(line)
    try:
        complaint = "\n".join(judges[asked["target"]](asked["text"]))
    except Exception as error:
        complaint = f"{type(error).__name__}: {error}"
    print(json.dumps({"complaint": complaint}), flush=True)
