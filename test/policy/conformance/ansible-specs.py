"""Artifacts against the specifications that Fortinet's and Check Point's Ansible modules hold of their APIs: one JSON document a line, in and out.

The modules are read, not run: what they say of each field is data in their source.
"""
import ast
import json
import pathlib
import shlex
import sys
import sysconfig

collections = pathlib.Path(sysconfig.get_paths()["purelib"]) / "ansible_collections"


def value_of(node):
    """A literal, in which `dict(a=1)` is one too."""
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "dict":
        return {each.arg: value_of(each.value) for each in node.keywords if each.arg}
    if isinstance(node, ast.Dict):
        return {value_of(key): value_of(item) for key, item in zip(node.keys, node.values) if key}
    if isinstance(node, (ast.List, ast.Tuple)):
        return [value_of(each) for each in node.elts]
    return node.value if isinstance(node, ast.Constant) else None


def assigned(path, name):
    """What a name is set to, with what is set in it afterwards (`spec["a"]["b"] = …`)."""
    found = None
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Assign):
            continue
        keys, target = [], node.targets[0]
        while isinstance(target, ast.Subscript):
            keys, target = [value_of(target.slice), *keys], target.value
        if getattr(target, "id", "") != name:
            continue
        if not keys:
            found = value_of(node.value)
            continue
        place = found
        for key in keys[:-1]:
            place = place[key]
        place[keys[-1]] = value_of(node.value)
    if found is None:
        raise ValueError(f"{path.name} says nothing of {name}")
    return found


known = {}


def once(key, make):
    if key not in known:
        known[key] = make()
    return known[key]


def fortinet(text):
    complaints = []
    table, entry = None, None
    for number, line in enumerate(text.splitlines(), 1):
        words = shlex.split(line, comments=True)
        if not words:
            continue
        verb, rest = words[0], words[1:]
        if verb == "config":
            table = " ".join(rest)
        elif verb in ("edit", "next", "end", "purge"):
            entry = rest[0] if verb == "edit" else None
        elif verb == "set" and len(rest) > 1:
            complaints += [f"line {number}: {each}" for each in forti_setting(table, rest[0], rest[1:])]
        else:
            complaints.append(f"line {number}: {line.strip()} (of {table}, {entry})")
    return complaints


def forti_setting(table, key, values):
    module = "fortios_" + table.replace(" ", "_").replace(".", "_").replace("-", "_") + ".py"
    path = collections / "fortinet/fortios/plugins/modules" / module
    if not path.exists():
        return [f"there is no table {table}"]
    children = once(module, lambda: assigned(path, "versioned_schema"))["children"]
    field = children.get(key.replace("-", "_"))
    if field is None:
        return [f"{table} has no {key}"]
    if field["type"] == "integer":
        return [] if all(each.isdigit() for each in values) else [f"{key} {values} of {table} is no number"]
    options = [each["value"] for each in field.get("options", [])]
    return [f"{key} of {table} is none of {options}: {each}" for each in values if options and each not in options]


def check_point(text):
    return [each for call in json.loads(text)["calls"] for each in check_point_call(call)]


def check_point_call(call):
    command, body = call["command"], call["body"]
    module = f"cp_mgmt_{command.removeprefix('add-').replace('-', '_')}.py"
    path = collections / "check_point/mgmt/plugins/modules" / module
    if not path.exists():
        return [f"there is no command {command}"]
    spec = once(module, lambda: assigned(path, "argument_spec"))
    return [f"{command} {body.get('name')}: {each}" for each in fitting(body, spec)]


# Fields that every call of the API takes, and that the modules say by other means.
everywhere = {"set-if-exists", "ignore-warnings"}


def fitting(body, spec):
    complaints = []
    for key, value in body.items():
        field = spec.get(key.replace("-", "_"))
        if field is None:
            complaints += [] if key in everywhere else [f"no field {key}"]
            continue
        complaints += typed(key, value, field)
    return complaints


kinds = {"str": str, "bool": bool, "int": int, "dict": dict, "list": list}


def typed(key, value, field):
    kind = kinds[field["type"]]
    if type(value) is not kind:
        return [f"{key} is no {field['type']}: {value!r}"]
    if field.get("choices") and value not in field["choices"]:
        return [f"{key} is none of {field['choices']}: {value!r}"]
    if kind is dict:
        return fitting(value, field.get("options") or {})
    if kind is not list or field.get("elements") == "dict":
        return [each for item in value for each in fitting(item, field.get("options") or {})] if kind is list else []
    return [each for item in value for each in typed(key, item, {"type": field.get("elements", "str"), "choices": field.get("choices")})]


judges = {"fortinet": fortinet, "check-point": check_point}

for line in sys.stdin:
    asked = json.loads(line)
    try:
        complaint = "\n".join(judges[asked["target"]](asked["text"]))
    except Exception as error:
        complaint = f"{type(error).__name__}: {error}"
    print(json.dumps({"complaint": complaint}), flush=True)
