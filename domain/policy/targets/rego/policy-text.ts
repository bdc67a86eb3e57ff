/**
 * The Rego that every artifact carries unchanged. It decides from data under `data.edict`: `rules` (made by compile.ts) and
 * `isolations` (a list of `{key, addresses, allow}`, empty in an artifact; the OPA connector fills it in). An isolated address
 * speaks only with the other sides on its allow list, whatever the policies say.
 *
 * A decision is a walk through a decision diagram: each part of the request is looked up once, and each node on the way says where that
 * leads. Nothing is searched, so that a decision takes as long for ten rules as for ten thousand. What a look-up finds has been
 * read: an address that is listed is an address, and a port that is listed a port, so that the rest is checked only of what is not.
 * OPA takes two microseconds for a reference and as much for a rule that is asked for: the first ways are written for few of them.
 *
 * read.ts knows this text by its digest: change both together, and read.ts's meaning with them.
 */
export const policyText = `# Decides network requests for Edict. Entry point: data.edict.network.decision
package edict.network

# Whatever is not read to the end is denied.
default decision := {
	"decision": "deny",
	"determining": [],
	"erring": [{"rule": "request", "reason": "the request is not complete, or not of one address family"}],
}

decision := {"decision": "deny", "determining": isolated, "erring": []} if {
	data.edict.isolations[0]
	readable
	count(isolated) > 0
} else := data.edict.rules.answers[data.edict.rules.plain[after_service]] if {
	# Of kind, from, to, protocol and port, and no more: what is new, goes through, and tells no time.
	count(input) == 5
	input.kind == "network"
} else := answer if readable

readable if {
	input.kind == "network"
	after_service
	flow
	not bad_source_port
	not bad_time
}

bad_source_port if {
	number := input.sourcePort
	not is_port(number)
}

is_port(number) if {
	floor(number) == number
	number >= 0
	number <= 65535
}

bad_time if {
	text := input.at
	not is_instant(text)
}

# Where a destination leads, and what class a source is of: as an address that is listed, by as many octets as tell, or by the longest
# IPv6 prefix that is known.
to4 := data.edict.rules.destination["4"].hosts[input.to] if {
	true
} else := by_octets("destination", to_octets)

from4 := data.edict.rules.source["4"].hosts[input.from] if {
	true
} else := by_octets("source", from_octets)

by_octets(field, octets) := data.edict.rules[field]["4"].hosts[concat(".", octets)] if {
	true
} else := data.edict.rules[field]["4"].networks[concat(".", array.slice(octets, 0, 3))] if {
	true
} else := data.edict.rules[field]["4"].networks[concat(".", array.slice(octets, 0, 2))] if {
	true
} else := data.edict.rules[field]["4"].networks[octets[0]] if {
	true
} else := data.edict.rules[field]["4"].networks["*"]

to6 := data.edict.rules.destination["6"].hosts[input.to] if {
	true
} else := by_prefix("destination", to_colons)

from6 := data.edict.rules.source["6"].hosts[input.from] if {
	true
} else := by_prefix("source", from_colons)

by_prefix(field, address) := data.edict.rules[field]["6"].hosts[address] if {
	true
} else := [found |
	some bits in data.edict.rules[field]["6"].bits
	some network in net.cidr_merge([concat("/", [address, format_int(bits, 10)])])
	found := data.edict.rules[field]["6"].networks[network]
][0]

# Addresses in canonical text; an IPv4 address in IPv6's clothes is the IPv4 address.
to_octets := split(input.to, ".") if {
	is_quad(input.to)
} else := split(address, ".") if {
	address := clothed(input.to)
}

from_octets := split(input.from, ".") if {
	is_quad(input.from)
} else := split(address, ".") if {
	address := clothed(input.from)
}

is_quad(text) if regex.match(\`^((25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])([.]|$)){4}$\`, text)

clothed(text) := address if {
	regex.match(\`^[0:]*:[fF]{4}:[0-9a-fA-F:.]{2,15}$\`, text)
	some address in net.cidr_expand(concat("", [text, "/128"]))
	not contains(address, ":")
}

to_colons := address if {
	address := canonical(input.to)
	contains(address, ":")
}

from_colons := address if {
	address := canonical(input.from)
	contains(address, ":")
}

canonical(text) := address if {
	regex.match(\`^[0-9a-fA-F:.]{2,45}$\`, text)
	contains(text, ":")
	some address in net.cidr_expand(concat("", [text, "/128"]))
}

# The walk. Every destination leads to a node that asks for the source, and every source to one that asks for the service.
after_source := source_edge(to4, from4) if {
	true
} else := source_edge(to6, from6)

source_edge(node, class) := data.edict.rules.nodes.source[node][class] if {
	true
} else := data.edict.rules.nodes.source[node]["*"]

after_service := data.edict.rules.nodes.service[after_source][service] if {
	true
} else := data.edict.rules.nodes.service[after_source]["*"] if service

# From here on, a node that asks for something else is passed by; source ports and times are looked up only where a node asks.
after_source_port := data.edict.rules.nodes.sourcePort[after_service][source_port] if {
	data.edict.rules.nodes.sourcePort[after_service]["*"]
} else := data.edict.rules.nodes.sourcePort[after_service]["*"] if {
	true
} else := after_service

after_flow := data.edict.rules.nodes.flow[after_source_port][flow] if {
	true
} else := data.edict.rules.nodes.flow[after_source_port]["*"] if {
	true
} else := after_source_port

after_minute := data.edict.rules.nodes.minute[after_flow][minute] if {
	data.edict.rules.nodes.minute[after_flow]["*"]
} else := data.edict.rules.nodes.minute[after_flow]["*"] if {
	true
} else := after_flow

# Most ways end where nobody asks for times.
answer := data.edict.rules.answers[after_flow] if {
	true
} else := data.edict.rules.answers[after_minute]

# Protocols by the name that they have in a request, else by IANA's number. ICMP is the family's own.
numbers := {
	"1": "icmp", "2": "igmp", "4": "ipip", "6": "tcp", "17": "udp", "33": "dccp", "47": "gre", "50": "esp", "51": "ah", "58": "icmpv6",
	"88": "eigrp", "89": "ospf", "103": "pim", "112": "vrrp", "115": "l2tp", "132": "sctp", "136": "udplite", "255": "other",
}

names := {name | some name in numbers}

own_icmp := {"4": "icmp", "6": "icmpv6"}

family := "4" if {
	to4
} else := "6" if to6

protocol := own_icmp[family] if {
	input.protocol == "icmp"
} else := input.protocol if {
	input.protocol in names
} else := numbers[number] if {
	number := numbered
} else := input.protocol if numbered

numbered := substring(input.protocol, 6, -1) if {
	regex.match(\`^proto/(0|[1-9][0-9]?|1[0-9][0-9]|2[0-4][0-9]|25[0-5])$\`, input.protocol)
}

with_ports := {"tcp", "udp", "dccp", "sctp", "udplite"}

icmp_family := {"icmp": "4", "icmpv6": "6"}

echo_request := {"icmp": 8, "icmpv6": 128}

message := (type * 256) + code if {
	icmp_family[protocol] == family
	type := object.get(input, "icmpType", echo_request[protocol])
	code := object.get(input, "icmpCode", 0)
	floor(type) == type
	type >= 0
	type <= 255
	floor(code) == code
	code >= 0
	code <= 255
}

# A port, or ICMP's type and code in one number.
detail := input.port if {
	is_port(input.port)
	protocol in with_ports
} else := message if {
	is_port(input.port)
} else := 0 if {
	is_port(input.port)
	protocol
	not icmp_family[protocol]
}

# Only protocols with ports list any.
service := data.edict.rules.service[input.protocol].ports[json.marshal(input.port)] if {
	true
} else := data.edict.rules.service[protocol].ports[format_int(detail, 10)] if {
	true
} else := data.edict.rules.service[protocol].messages[format_int(detail, 10)] if {
	true
} else := range[2] if {
	some range in data.edict.rules.service[protocol].ranges
	detail >= range[0]
	detail <= range[1]
} else := data.edict.rules.service[protocol].rest if {
	detail
} else := data.edict.rules.service["*"] if detail

with_source_port if {
	input.sourcePort >= 0
	protocol in with_ports
}

source_port := data.edict.rules.sourcePort.at[format_int(input.sourcePort, 10)] if {
	with_source_port
} else := range[2] if {
	with_source_port
	some range in data.edict.rules.sourcePort.ranges
	input.sourcePort >= range[0]
	input.sourcePort <= range[1]
} else := data.edict.rules.sourcePort.rest if {
	with_source_port
} else := data.edict.rules.sourcePort.none

flow := data.edict.rules.flow[object.get(input, "direction", "forward")][object.get(input, "state", "new")]

is_instant(text) if {
	regex.match(\`^(19[7-9][0-9]|20[0-9]{2}|21[0-9]{2}|22[0-5][0-9]|226[01])-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$\`, text)
	time.parse_rfc3339_ns(text)
}

minute := range[2] if {
	some range in data.edict.rules.minute.ranges
	minute_of_week >= range[0]
	minute_of_week <= range[1]
} else := data.edict.rules.minute.none

days := {"Monday": 0, "Tuesday": 1, "Wednesday": 2, "Thursday": 3, "Friday": 4, "Saturday": 5, "Sunday": 6}

minute_of_week := ((days[time.weekday([instant, timezone])] * 1440) + (clock[0] * 60)) + clock[1] if {
	timezone := data.edict.rules.timezone
	instant := time.parse_rfc3339_ns(input.at)
	clock := time.clock([instant, timezone])
}

from := input.from if {
	is_quad(input.from)
} else := clothed(input.from) if {
	true
} else := from_colons

to := input.to if {
	is_quad(input.to)
} else := clothed(input.to) if {
	true
} else := to_colons

isolated := sort([concat("/", ["isolation", isolation.key]) |
	some isolation in data.edict.isolations
	cuts_off(isolation)
])

cuts_off(isolation) if {
	holds(isolation.addresses, from)
	not holds(isolation.allow, to)
}

cuts_off(isolation) if {
	holds(isolation.addresses, to)
	not holds(isolation.allow, from)
}

holds(list, address) if {
	some entry in list
	net.cidr_contains(entry_cidr(entry), address)
}

entry_cidr(entry) := entry if contains(entry, "/")

entry_cidr(entry) := concat("", [entry, "/32"]) if {
	not contains(entry, "/")
	not contains(entry, ":")
}

entry_cidr(entry) := concat("", [entry, "/128"]) if {
	not contains(entry, "/")
	contains(entry, ":")
}
`;
