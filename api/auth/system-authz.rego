# METADATA
# title: Who may ask OPA anything
# description: The bearer of the token (data.edict_system.token), and for its health anyone. Needs --authentication=token --authorization=basic.
package system.authz

default allow := false

allow if {
	input.method == "GET"
	input.path == ["health"]
}

allow if {
	is_string(data.edict_system.token)
	count(data.edict_system.token) >= 32
	input.identity == data.edict_system.token
}
