# Decides requests for access, and for the use of AI models, for Edict. Entry point: data.edict.access.decision
package edict.access

# What is not read to the end is denied.
default decision := {
	"decision": "deny",
	"determining": [],
	"erring": [{"rule": "request", "reason": "the request cannot be read"}],
}

decision := {"decision": "deny", "determining": standing_as("deny", "matches"), "erring": erring} if {
	readable
	count(erring) > 0
} else := {"decision": weighs[effect], "determining": standing_as(effect, "matches"), "erring": []} if {
	readable
	some effect in ["deny", "allow", "claim"]
	count(standing_as(effect, "matches")) > 0
	not outweighed(effect)
} else := {"decision": "not-applicable", "determining": [], "erring": []} if readable

weighs := {"deny": "deny", "allow": "allow", "claim": "deny"}

heavier := {"deny": [], "allow": ["deny"], "claim": ["deny", "allow"]}

outweighed(effect) if {
	some other in heavier[effect]
	count(standing_as(other, "matches")) > 0
}

erring := [{"rule": id, "reason": "a condition cannot be told"} | some id in sort([id | some id, "errs" in standings])]

standing_as(effect, standing) := sort([id |
	some id, found in standings
	found == standing
	data.edict.authorization[input.kind].rules[id].effect == effect
])

# Rules that the index leads to, and how each stands.
standings := {id: standing |
	some action_key in keys_of(action)
	some resource_key in keys_of(resource)
	some id in data.edict.authorization[input.kind].index[action_key][resource_key]
	standing := rule_standing(data.edict.authorization[input.kind].rules[id])
}

keys_of(slot) := {"*", slot.type, slot.key} | above(slot.key)

rule_standing(rule) := "not" if {
	part_standing(rule) == "not"
} else := "not" if {
	some except in rule.except
	part_standing(except) == "matches"
} else := "errs" if {
	part_standing(rule) == "errs"
} else := "errs" if {
	some except in rule.except
	part_standing(except) == "errs"
} else := "matches"

part_standing(part) := "not" if {
	not in_scope(part)
} else := "not" if {
	some condition in part.when
	comes_to(condition) == "false"
} else := "errs" if {
	some condition in part.when
	comes_to(condition) != "true"
} else := "matches"

in_scope(part) if {
	selected(action, part.actions)
	selected(resource, part.resources)
	selected(principal, part.principals)
}

selected(slot, selectors) if {
	some selector in selectors
	holds_slot(selector, slot)
}

holds_slot(selector, _) if selector.any

holds_slot(selector, slot) if selector.all == slot.type

holds_slot(selector, slot) if selector.is == slot.key

holds_slot(selector, slot) if within(slot.key, selector.in)

holds_slot(selector, slot) if {
	selector.type == slot.type
	regex.match(selector.id, slot.id)
}

comes_to(condition) := end if {
	ways := {name: [node[outcome(node.test)]] | some name, node in condition.nodes}
	ends := {"true": [], "false": [], "error": []}
	some end in graph.reachable(object.union(ways, ends), {condition.root})
	ends[end]
} else := "error"

outcome(test) := "true" if {
	verdict(test) == true
} else := "false" if {
	verdict(test) == false
} else := "error"

# Tests. One that is undefined is an error.
verdict(test) := value if {
	test.test == "holds"
	value := at(test.path)
	is_boolean(value)
}

verdict(test) := has(test.path) if test.test == "present"

verdict(test) := plain(at(test.path)) == test.value if test.test == "equals"

verdict(test) := value < test.value if {
	test.test == "below"
	value := at(test.path)
	is_number(value)
}

verdict(test) := value <= test.value if {
	test.test == "at-most"
	value := at(test.path)
	is_number(value)
}

verdict(test) := regex.match(test.value, value) if {
	test.test == "like"
	value := at(test.path)
	is_string(value)
}

verdict(test) := in_range(test.value, address_of(at(test.path))) if test.test == "in-range"

verdict(test) := count(members(at(test.path)) & {value | some value in test.values}) > 0 if test.test == "holds-any"

verdict(test) := count({value | some value in test.values} - members(at(test.path))) == 0 if test.test == "holds-all"

verdict(test) := count(members(at(test.path)) - {value | some value in test.values}) == 0 if test.test == "holds-only"

verdict(test) := same(at(test.path), at(test.other)) if test.test == "same"

verdict(test) := is_selected(slots[test.slot], test.values) if test.test == "slot"

verdict(test) := is_named(slots[test.slot].key, at(test.path)) if test.test == "named"

is_selected(slot, selectors) if {
	selected(slot, selectors)
} else := false

# An entity, or a list of them, that the other is in.
is_named(key, value) := within_any(key, {entity_key(value)}) if {
	is_entity(value)
} else := within_any(key, {entity_key(each) | some each in value}) if {
	is_array(value)
	every each in value { is_entity(each) }
}

within_any(key, places) if {
	some place in places
	within(key, place)
} else := false

same(one, other) if {
	one == other
} else := false if {
	comparable(one)
	comparable(other)
	plain(one) != plain(other)
} else if {
	comparable(one)
	comparable(other)
}

comparable(value) if is_flat(value)

comparable(value) if {
	is_array(value)
	every each in value { is_flat(each) }
}

is_flat(value) if not is_composite(value)

is_flat(value) if is_entity(value)

is_composite(value) if is_array(value)

is_composite(value) if is_object(value)

# Lists are sets; of an entity, its type and id.
plain(value) := {"__entity": {"type": value.__entity.type, "id": value.__entity.id}} if {
	is_entity(value)
} else := members(value) if {
	is_array(value)
} else := value

members(value) := {entry |
	some each in value
	entry := flat(each)
} if {
	is_array(value)
}

flat(value) := {"__entity": {"type": value.__entity.type, "id": value.__entity.id}} if {
	is_entity(value)
} else := value

is_entity(value) if {
	is_object(value)
	object.keys(value) == {"__entity"}
}

is_extension(value) if {
	is_object(value)
	object.keys(value) == {"__extn"}
}

is_record(value) if {
	is_object(value)
	not is_entity(value)
	not is_extension(value)
}

entity_key(value) := concat(" ", [value.__entity.type, value.__entity.id])

# Attributes by path: a root, and one to three names.
at(path) := bag(path[0])[path[1]] if count(path) == 2

at(path) := step(bag(path[0])[path[1]], path[2]) if count(path) == 3

at(path) := step(step(bag(path[0])[path[1]], path[2]), path[3]) if count(path) == 4

step(value, name) := inside(value)[name]

has(path) := is_in(path[1], bag(path[0])) if count(path) == 2

has(path) := is_in(path[2], inside(bag(path[0])[path[1]])) if count(path) == 3

has(path) := is_in(path[3], inside(step(bag(path[0])[path[1]], path[2]))) if count(path) == 4

is_in(name, fields) if {
	name in object.keys(fields)
} else := false

inside(value) := attributes(entity_key(value)) if {
	is_entity(value)
} else := value if {
	is_record(value)
}

bag("context") := context

bag("principal") := attributes(principal.key)

bag("resource") := attributes(resource.key)

# Addresses and ranges, as text. An IPv4 address in IPv6's clothes is taken for nothing.
address_of(value) := value.__extn.arg if {
	is_extension(value)
	value.__extn.fn == "ip"
	is_address(value.__extn.arg)
}

is_address(text) if regex.match(`^((25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])[.]){3}(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(/(0|[1-9]|[12][0-9]|3[0-2]))?$`, text)

is_address(text) if {
	regex.match(`^[0-9a-fA-F:]{2,39}(/(0|[1-9][0-9]?|1[01][0-9]|12[0-8]))?$`, text)
	some expanded in net.cidr_expand(concat("", [split(text, "/")[0], "/128"]))
	contains(expanded, ":")
}

in_range(range, address) := net.cidr_contains(range, address) if {
	contains(range, ":") == contains(address, ":")
} else := false

# Entities: what the request brings stands before what is known.
brought(key) := [entity |
	some entity in input.entities
	concat(" ", [entity.uid.type, entity.uid.id]) == key
][0]

attributes(key) := brought(key).attrs if {
	true
} else := data.edict.authorization.entities[key].attrs if {
	true
} else := {}

brings_parents if {
	some entity in input.entities
	entity.parents
}

within(key, place) if key == place

within(key, place) if {
	not brings_parents
	data.edict.authorization.entities[key].above[place]
}

within(key, place) if {
	brings_parents
	place in above(key)
}

above(key) := object.keys(data.edict.authorization.entities[key].above) if {
	not brings_parents
} else := graph.reachable(parent_graph, {key}) if {
	brings_parents
} else := set()

parents(key) := [concat(" ", [parent.type, parent.id]) | some parent in brought(key).parents] if {
	brought(key).parents
} else := data.edict.authorization.entities[key].parents if {
	true
} else := []

parent_graph := {key: parents(key) | some key in (known | named)} if {
	brought_keys := {concat(" ", [entity.uid.type, entity.uid.id]) | some entity in input.entities}
	known := object.keys(data.edict.authorization.entities) | brought_keys
	named := {parent | some key in known; some parent in parents(key)}
}

# The request. Entities in text: `type:id`, or with the id as a JSON string.
readable if {
	principal
	action
	resource
	data.edict.authorization[input.kind]
	is_object(context)
	not unread_value
	not unread_entity
	not unread_address
}

slots := {"principal": principal, "action": action, "resource": resource}

principal := entity_of(input.principal)

action := entity_or(input.action, "Action") if {
	input.kind == "access"
} else := slot_of("Action", "use") if {
	input.kind == "ai"
}

resource := entity_of(input.resource) if {
	input.kind == "access"
} else := entity_or(input.model, "model") if {
	input.kind == "ai"
}

slot_of(type, id) := {"type": type, "id": id, "key": concat(" ", [type, id])}

typed(text) := regex.find_all_string_submatch_n(`^([A-Za-z0-9_]+(?:::[A-Za-z0-9_]+)*):([^:](?s:.*))$`, text, 1)[0]

entity_of(text) := slot_of(typed(text)[1], unquoted(typed(text)[2])) if is_type(typed(text)[1])

# Where the type may be left out.
entity_or(text, type) := entity_of(text) if {
	names_type(text, type)
} else := slot_of(type, text) if {
	not names_type(text, type)
	not regex.match(`^[":]`, text)
} else := entity_of(concat(":", [type, text])) if {
	not names_type(text, type)
}

names_type(text, type) if typed(text)[1] == type

names_type(text, type) if endswith(typed(text)[1], concat("", ["::", type]))

is_type(type) if {
	regex.match(`^[A-Za-z_][A-Za-z0-9_]*(::[A-Za-z_][A-Za-z0-9_]*)*$`, type)
	count({part | some part in split(type, "::")} & {"if", "then", "else", "in", "is", "like", "has", "true", "false", "__cedar"}) == 0
}

unquoted(id) := id if {
	not startswith(id, "\"")
} else := text if {
	text := json.unmarshal(id)
	is_string(text)
}

context := object.union(object.remove(object.get(input, "context", {}), hidden | object.keys(added)), added)

hidden contains "minuteOfWeek" if data.edict.authorization[input.kind].timezone != null

added["address"] := {"__extn": {"fn": "ip", "arg": canonical(input.from)}}

added["minuteOfWeek"] := minute_of_week

added["purpose"] := input.purpose if input.kind == "ai"

added["dataClasses"] := input.dataClasses if input.kind == "ai"

added["tools"] := input.tools if input.kind == "ai"

canonical(text) := address if {
	regex.match(`^[0-9a-fA-F:.]{2,45}$`, text)
	contains(text, ":")
	some address in net.cidr_expand(concat("", [text, "/128"]))
} else := address if {
	regex.match(`^[0-9.]{7,15}$`, text)
	some address in net.cidr_expand(concat("", [text, "/32"]))
}

unread_address if {
	input.from != null
	not canonical(input.from)
}

unread_entity if {
	some entity in input.entities
	not is_brought(entity)
}

is_brought(entity) if {
	is_string(entity.uid.id)
	is_type(entity.uid.type)
	is_object(object.get(entity, "attrs", {}))
	parents_of := object.get(entity, "parents", [])
	is_array(parents_of)
	every parent in parents_of { is_named_entity({"__entity": parent}) }
}

unread_entity if count({entity.uid | some entity in input.entities}) != count(input.entities)

unread_entity if {
	not is_array(input.entities)
	input.entities != null
}

# Numbers are whole, of 64 bits; of what is more than JSON, entities, addresses and decimals.
unread_value if {
	walk(context, [_, value])
	is_unread(value)
}

unread_value if {
	some entity in input.entities
	walk(object.get(entity, "attrs", {}), [_, value])
	is_unread(value)
}

is_unread(null)

is_unread(value) if {
	is_number(value)
	floor(value) != value
}

is_unread(value) if {
	is_number(value)
	abs(value) > 9223372036854775807
}

is_unread(value) if {
	is_entity(value)
	not is_named_entity(value)
}

is_unread(value) if {
	is_extension(value)
	not is_known_extension(value)
}

is_named_entity(value) if {
	is_string(value.__entity.type)
	is_string(value.__entity.id)
}

is_known_extension(value) if {
	object.keys(value.__extn) == {"fn", "arg"}
	address_of(value)
}

is_known_extension(value) if {
	object.keys(value.__extn) == {"fn", "arg"}
	value.__extn.fn == "decimal"
	regex.match(`^-?[0-9]{1,14}[.][0-9]{1,4}$`, value.__extn.arg)
}

days := {"Monday": 0, "Tuesday": 1, "Wednesday": 2, "Thursday": 3, "Friday": 4, "Saturday": 5, "Sunday": 6}

minute_of_week := ((days[time.weekday([instant, timezone])] * 1440) + (clock[0] * 60)) + clock[1] if {
	timezone := data.edict.authorization[input.kind].timezone
	timezone != null
	regex.match(`^(19[7-9][0-9]|20[0-9]{2}|21[0-9]{2}|22[0-5][0-9]|226[01])-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$`, input.at)
	instant := time.parse_rfc3339_ns(input.at)
	clock := time.clock([instant, timezone])
}
