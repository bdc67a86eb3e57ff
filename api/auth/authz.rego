# METADATA
# title: Who may do what
# description: |
#   Roles hold permissions; a route needs one (api/contract). Nothing is allowed that is not written here. What a playbook asks beyond
#   that (the roles of an approval, of a manual trigger) is checked where the playbook is known.
package access.authz

default decision := {"allow": false, "reason": "no role of yours holds this permission"}

decision := {"allow": true, "reason": sprintf("role %s holds %s", [min(granting), input.permission])} if {
	count(granting) > 0
}

decision := {"allow": false, "reason": sprintf("it takes the role %s", [concat(" or ", holding)])} if {
	count(granting) == 0
	count(holding) > 0
}

holding contains role if {
	some role, granted in grants
	input.permission in granted
}

# All that a person may do: for pages that show only what would work. Each call is decided by itself all the same.
permissions contains permission if {
	some role in input.person.roles
	some permission in grants[role]
}

granting contains role if {
	some role in input.person.roles
	input.permission in grants[role]
}

reading := {
	"me:read",
	"me:write",
	"contract:read",
	"policies:read",
	"context:read",
	"decisions:ask",
	"approvals:read",
	"tasks:read",
	"playbooks:read",
	"runs:read",
	"signals:read",
	"incidents:read",
	"points:read",
	"systems:read",
	"effects:read",
	"guard:read",
	"compliance:read",
	"reports:read",
}

grants := {
	"analyst": (reading | {"incidents:write", "tasks:answer", "approvals:vote", "approvals:discuss", "approvals:delegate", "context:write", "runs:order", "runs:cancel", "runs:control", "effects:undo", "signals:send", "reports:order"}),
	"engineer": (reading | {"incidents:write", "tasks:answer", "approvals:vote", "approvals:discuss", "approvals:delegate", "policies:write", "playbooks:write", "triggers:write", "guard:write", "context:write", "points:test", "runs:order", "runs:cancel", "runs:control", "runs:migrate", "effects:undo", "reports:order"}),
	"manager": (reading | {"incidents:write", "tasks:answer", "approvals:vote", "approvals:discuss", "approvals:delegate", "approvals:break-glass", "approvals:review", "triggers:write", "runs:order", "runs:cancel", "runs:control", "effects:undo", "audit:read", "reports:order"}),
	"auditor": (reading | {"tasks:answer", "audit:read", "people:read", "webhooks:read", "settings:read", "reports:order"}),
	"admin": (reading | {
		"incidents:write",
		"approvals:discuss",
		"approvals:delegate",
		"approvals:break-glass",
		"approvals:review",
		"tasks:answer",
		"context:write",
		"runs:order",
		"runs:cancel",
		"runs:control",
		"effects:undo",
		"guard:write",
		"triggers:write",
		"signals:send",
		"points:write",
		"points:test",
		"systems:write",
		"audit:read",
		"people:read",
		"people:write",
		"webhooks:read",
		"settings:read",
		"webhooks:write",
		"reports:order",
	}),
}
