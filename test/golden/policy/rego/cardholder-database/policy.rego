# Decides network requests for Edict. Entry point: data.edict.network.decision
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
} else := answer if readable

readable if {
	input.kind == "network"
	family
	floor(input.port) == input.port
	input.port >= 0
	input.port <= 65535
	detail
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

# Addresses in canonical text; an IPv4 address in IPv6's clothes is the IPv4 address.
quads if {
	regex.match(`^((25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])([.]|$)){4}$`, input.from)
	regex.match(`^((25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])([.]|$)){4}$`, input.to)
}

from := input.from if {
	quads
} else := canonical(input.from)

to := input.to if {
	quads
} else := canonical(input.to)

canonical(text) := address if {
	regex.match(`^[0-9a-fA-F:.]{2,45}$`, text)
	contains(text, ":")
	some address in net.cidr_expand(concat("", [text, "/128"]))
} else := address if {
	regex.match(`^[0-9.]{7,15}$`, text)
	some address in net.cidr_expand(concat("", [text, "/32"]))
}

family := "4" if {
	quads
} else := "4" if {
	not contains(from, ":")
	not contains(to, ":")
} else := "6" if {
	contains(from, ":")
	contains(to, ":")
}

# The walk. A node that asks for something else is passed by; source ports and times are looked up only where a node asks.
root := data.edict.rules.roots[family]

after_destination := data.edict.rules.nodes.destination[root][destination] if {
	true
} else := data.edict.rules.nodes.destination[root]["*"] if {
	true
} else := root

after_source := data.edict.rules.nodes.source[after_destination][source] if {
	true
} else := data.edict.rules.nodes.source[after_destination]["*"] if {
	true
} else := after_destination

after_service := data.edict.rules.nodes.service[after_source][service] if {
	true
} else := data.edict.rules.nodes.service[after_source]["*"] if {
	true
} else := after_source

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

# Classes of addresses: IPv4 by as many octets as tell, IPv6 by the longest prefix that is known.
destination := data.edict.rules.lines.destination["4"][to] if {
	true
} else := class if {
	family == "4"
	octets := split(to, ".")
	class := data.edict.rules.lines.destination["4"][concat(".", [octets[0], octets[1], octets[2]])]
} else := class if {
	family == "4"
	octets := split(to, ".")
	class := data.edict.rules.lines.destination["4"][concat(".", [octets[0], octets[1]])]
} else := class if {
	family == "4"
	class := data.edict.rules.lines.destination["4"][split(to, ".")[0]]
} else := data.edict.rules.lines.destination["4"]["*"] if {
	family == "4"
} else := [class |
	some bits in data.edict.rules.lines.destination["6"].bits
	some network in net.cidr_merge([concat("/", [to, format_int(bits, 10)])])
	class := data.edict.rules.lines.destination["6"].networks[network]
][0]

source := data.edict.rules.lines.source["4"][from] if {
	true
} else := class if {
	family == "4"
	octets := split(from, ".")
	class := data.edict.rules.lines.source["4"][concat(".", [octets[0], octets[1], octets[2]])]
} else := class if {
	family == "4"
	octets := split(from, ".")
	class := data.edict.rules.lines.source["4"][concat(".", [octets[0], octets[1]])]
} else := class if {
	family == "4"
	class := data.edict.rules.lines.source["4"][split(from, ".")[0]]
} else := data.edict.rules.lines.source["4"]["*"] if {
	family == "4"
} else := [class |
	some bits in data.edict.rules.lines.source["6"].bits
	some network in net.cidr_merge([concat("/", [from, format_int(bits, 10)])])
	class := data.edict.rules.lines.source["6"].networks[network]
][0]

# Protocols by IANA's number. ICMP is the family's own.
numbers := {
	"igmp": "2", "ipip": "4", "tcp": "6", "udp": "17", "dccp": "33", "gre": "47", "esp": "50", "ah": "51", "icmpv6": "58",
	"eigrp": "88", "ospf": "89", "pim": "103", "vrrp": "112", "l2tp": "115", "sctp": "132", "udplite": "136", "other": "255",
}

own_icmp := {"4": "1", "6": "58"}

protocol := "6" if {
	input.protocol == "tcp"
} else := numbers[input.protocol] if {
	true
} else := own_icmp[family] if {
	input.protocol == "icmp"
} else := substring(input.protocol, 6, -1) if {
	regex.match(`^proto/(0|[1-9][0-9]?|1[0-9][0-9]|2[0-4][0-9]|25[0-5])$`, input.protocol)
}

icmp := {"1": "4", "58": "6"}

echo_request := {"1": 8, "58": 128}

# A port, or ICMP's type and code in one number.
detail := input.port if {
	protocol in {"6", "17", "33", "132", "136"}
} else := (type * 256) + code if {
	icmp[protocol] == family
	type := object.get(input, "icmpType", echo_request[protocol])
	code := object.get(input, "icmpCode", 0)
	floor(type) == type
	type >= 0
	type <= 255
	floor(code) == code
	code >= 0
	code <= 255
} else := 0 if {
	protocol
	not icmp[protocol]
}

service := data.edict.rules.lines.service[protocol].at[format_int(detail, 10)] if {
	true
} else := range[2] if {
	some range in data.edict.rules.lines.service[protocol].ranges
	detail >= range[0]
	detail <= range[1]
} else := data.edict.rules.lines.service[protocol].rest if {
	true
} else := data.edict.rules.lines.service["*"]

with_source_port if {
	input.sourcePort >= 0
	protocol in {"6", "17", "33", "132", "136"}
}

source_port := data.edict.rules.lines.sourcePort.at[format_int(input.sourcePort, 10)] if {
	with_source_port
} else := range[2] if {
	with_source_port
	some range in data.edict.rules.lines.sourcePort.ranges
	input.sourcePort >= range[0]
	input.sourcePort <= range[1]
} else := data.edict.rules.lines.sourcePort.rest if {
	with_source_port
} else := data.edict.rules.lines.sourcePort.none

flow := data.edict.rules.lines.flow[object.get(input, "direction", "forward")][object.get(input, "state", "new")]

is_instant(text) if {
	regex.match(`^(19[7-9][0-9]|20[0-9]{2}|21[0-9]{2}|22[0-5][0-9]|226[01])-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$`, text)
	time.parse_rfc3339_ns(text)
}

minute := range[2] if {
	some range in data.edict.rules.lines.minute.ranges
	minute_of_week >= range[0]
	minute_of_week <= range[1]
} else := data.edict.rules.lines.minute.none

days := {"Monday": 0, "Tuesday": 1, "Wednesday": 2, "Thursday": 3, "Friday": 4, "Saturday": 5, "Sunday": 6}

minute_of_week := ((days[time.weekday([instant, timezone])] * 1440) + (clock[0] * 60)) + clock[1] if {
	timezone := data.edict.rules.timezone
	instant := time.parse_rfc3339_ns(input.at)
	clock := time.clock([instant, timezone])
}

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
