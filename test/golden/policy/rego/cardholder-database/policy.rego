# Decides network requests for Edict. Entry point: data.edict.network.decision
package edict.network

# Whatever is not read to the end is denied.
default decision := {
	"decision": "deny",
	"determining": [],
	"erring": [{"rule": "request", "reason": "the request is not complete, or not of one address family"}],
}

decision := {"decision": "deny", "determining": isolated, "erring": []} if {
	readable
	count(isolated) > 0
} else := {"decision": "deny", "determining": ids("deny"), "erring": erring} if {
	readable
	count(erring) > 0
} else := {"decision": "deny", "determining": ids("deny"), "erring": []} if {
	readable
	count(matched.deny) > 0
} else := {"decision": "allow", "determining": ids("allow"), "erring": []} if {
	readable
	count(matched.allow) > 0
} else := {"decision": "deny", "determining": ids("claim"), "erring": []} if {
	readable
	count(matched.claim) > 0
} else := {"decision": "not-applicable", "determining": [], "erring": []} if {
	readable
}

readable if {
	input.kind == "network"
	family(input.from) == family(input.to)
	input.protocol in {"tcp", "udp", "icmp", "other"}
	is_number(input.port)
	input.port == floor(input.port)
	input.port >= 0
	input.port <= 65535
	timed
}

timed if not "at" in object.keys(input)

timed if is_instant(input.at)

is_instant(text) if {
	regex.match(`^(19[7-9][0-9]|20[0-9]{2}|21[0-9]{2}|22[0-5][0-9]|226[01])-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$`, text)
	time.parse_rfc3339_ns(text)
}

family(address) := "4" if {
	is_address(address)
	net.cidr_contains("0.0.0.0/0", address)
}

family(address) := "6" if {
	is_address(address)
	net.cidr_contains("::/0", address)
}

is_address(text) if {
	is_string(text)
	regex.match(`^[0-9a-fA-F:.]{2,45}$`, text)
}

same_family := family(input.from)

port := input.port if input.protocol in {"tcp", "udp"}

port := 0 if input.protocol in {"icmp", "other"}

# Rules that may speak of the request: the index lists them under the networks of their destinations, there under protocol and
# port, or as "wide" where they speak of many ports.
candidate contains number if {
	some key in network
	some number in data.edict.rules.index[key].any
}

candidate contains number if {
	some key in network
	some number in data.edict.rules.index[key][input.protocol].ports[format_int(port, 10)]
}

candidate contains number if {
	some key in network
	some number in data.edict.rules.index[key][input.protocol].wide
}

network contains "*"

# The destination's own networks, in canonical text.
network contains key if {
	not mapped
	some bits in widths[same_family]
	some key in net.cidr_merge([sprintf("%s/%d", [input.to, bits])])
}

# An IPv4 address in IPv6's clothes has no such text: it is looked for everywhere.
network contains key if {
	mapped
	some key, _ in data.edict.rules.index
}

mapped if {
	same_family == "4"
	contains(input.to, ":")
}

widths := {"4": [8, 16, 24, 32], "6": [32, 48, 64, 128]}

applicable contains number if {
	some number in candidate
	rule := data.edict.rules.list[number]
	serves(rule.service)
	member(input.to, rule.to)
	member(input.from, rule.from)
	not excepted(rule)
}

unsure contains number if {
	some number in applicable
	some except in data.edict.rules.list[number].except
	carves(except)
	except.during != null
	not minute_of_week(except.during.timezone)
}

matched[effect] contains number if {
	some effect in {"deny", "allow", "claim"}
	some number in applicable
	not number in unsure
	data.edict.rules.list[number].effect == effect
}

# In the order in which the policies state them.
ids(effect) := [data.edict.rules.list[number].id | some number in sort(matched[effect])]

erring := [{"rule": data.edict.rules.list[number].id, "reason": "has a time window, and the request gives no time"} | some number in sort(unsure)]

excepted(rule) if {
	some except in rule.except
	carves(except)
	now(except.during)
}

carves(except) if {
	serves(except.service)
	member(input.to, except.to)
	member(input.from, except.from)
}

now(during) if during == null

now(during) if {
	minute := minute_of_week(during.timezone)
	some range in during.minutes
	minute >= range[0]
	minute <= range[1]
}

days := {"Monday": 0, "Tuesday": 1, "Wednesday": 2, "Thursday": 3, "Friday": 4, "Saturday": 5, "Sunday": 6}

minute_of_week(timezone) := ((days[time.weekday([instant, timezone])] * 1440) + (hour * 60)) + minute if {
	instant := time.parse_rfc3339_ns(input.at)
	[hour, minute, _] := time.clock([instant, timezone])
}

serves(service) if service.protocol == "any"

serves(service) if {
	service.protocol == input.protocol
	port >= service.low
	port <= service.high
}

member(_, name) if name == "any"

member(address, name) if {
	some cidr in data.edict.rules.sets[name][same_family]
	net.cidr_contains(cidr, address)
}

isolated := sort([sprintf("isolation/%s", [isolation.key]) |
	some isolation in data.edict.isolations
	cuts_off(isolation)
])

cuts_off(isolation) if {
	holds(isolation.addresses, input.from)
	not holds(isolation.allow, input.to)
}

cuts_off(isolation) if {
	holds(isolation.addresses, input.to)
	not holds(isolation.allow, input.from)
}

holds(list, address) if {
	some entry in list
	net.cidr_contains(entry_cidr(entry), address)
}

entry_cidr(entry) := entry if contains(entry, "/")

entry_cidr(entry) := sprintf("%s/32", [entry]) if {
	not contains(entry, "/")
	not contains(entry, ":")
}

entry_cidr(entry) := sprintf("%s/128", [entry]) if {
	not contains(entry, "/")
	contains(entry, ":")
}
