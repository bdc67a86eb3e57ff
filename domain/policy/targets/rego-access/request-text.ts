/** The part of policy.rego that reads a request: what cannot be read is denied (policy-text.ts). */
export const requestText = `# The request. Entities in text: \`type:id\`, or with the id as a JSON string.
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

typed(text) := regex.find_all_string_submatch_n(\`^([A-Za-z0-9_]+(?:::[A-Za-z0-9_]+)*):([^:](?s:.*))$\`, text, 1)[0]

entity_of(text) := slot_of(typed(text)[1], unquoted(typed(text)[2])) if is_type(typed(text)[1])

# Where the type may be left out.
entity_or(text, type) := entity_of(text) if {
	names_type(text, type)
} else := slot_of(type, text) if {
	not names_type(text, type)
	not regex.match(\`^[":]\`, text)
} else := entity_of(concat(":", [type, text])) if {
	not names_type(text, type)
}

names_type(text, type) if typed(text)[1] == type

names_type(text, type) if endswith(typed(text)[1], concat("", ["::", type]))

is_type(type) if {
	regex.match(\`^[A-Za-z_][A-Za-z0-9_]*(::[A-Za-z_][A-Za-z0-9_]*)*$\`, type)
	count({part | some part in split(type, "::")} & {"if", "then", "else", "in", "is", "like", "has", "true", "false", "__cedar"}) == 0
}

unquoted(id) := id if {
	not startswith(id, "\\"")
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
	regex.match(\`^[0-9a-fA-F:.]{2,45}$\`, text)
	contains(text, ":")
	some address in net.cidr_expand(concat("", [text, "/128"]))
} else := address if {
	regex.match(\`^[0-9.]{7,15}$\`, text)
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
	regex.match(\`^-?[0-9]{1,14}[.][0-9]{1,4}$\`, value.__extn.arg)
}

days := {"Monday": 0, "Tuesday": 1, "Wednesday": 2, "Thursday": 3, "Friday": 4, "Saturday": 5, "Sunday": 6}

minute_of_week := ((days[time.weekday([instant, timezone])] * 1440) + (clock[0] * 60)) + clock[1] if {
	timezone := data.edict.authorization[input.kind].timezone
	timezone != null
	regex.match(\`^(19[7-9][0-9]|20[0-9]{2}|21[0-9]{2}|22[0-5][0-9]|226[01])-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$\`, input.at)
	instant := time.parse_rfc3339_ns(input.at)
	clock := time.clock([instant, timezone])
}
`;
