# METADATA
# title: May this effect happen now
# description: |
#   Asked before each effect, never before an undo. Denies what it does not understand, and what any rule below denies; it gives every
#   reason. The settings come with the question, so that a decision and the version of the settings it was made by are recorded together.
package effects.guard

default decision := {"allow": false, "reasons": ["the guard cannot read the question"], "policy": ""}

decision := {"allow": count(denials) == 0, "reasons": sort([reason | some reason in denials]), "policy": policy} if well_formed

well_formed if {
	is_string(input.action)
	is_string(input.actor.requester)
	is_string(input.actor.playbook)
	is_array(input.subjects)
	is_array(input.targets)
	is_array(input.usage)
	is_array(input.settings.windows)
	is_array(input.settings.protected)
	rank[input.settings.criticality.approvalFrom]
	time.parse_rfc3339_ns(input.now)
	every subject in input.subjects {
		is_string(subject.name)
		rank[subject.criticality]
	}
	every use in input.usage {
		is_number(use.used)
		is_number(use.limit)
	}
}

# Digests of the policies that this OPA was started with.
default policy := ""

policy := data.edict_system.policies["guard.rego"]

rank := {"low": 1, "medium": 2, "high": 3, "critical": 4}

matches("*", _) := true

matches(pattern, action) if pattern == action

matches(pattern, action) if {
	endswith(pattern, ".*")
	startswith(action, trim_suffix(pattern, "*"))
}

# Protected assets: whoever approves.
denials contains sprintf("`%s` is protected: %s", [entry.asset, entry.reason]) if {
	some entry in input.settings.protected
	some subject in input.subjects
	subject.name == entry.asset
	some pattern in object.get(entry, "actions", ["*"])
	matches(pattern, input.action)
}

# Critical assets: only by an approval in the plan.
denials contains sprintf("`%s` is of criticality %s: `%s` on it needs an approval in the playbook", [subject.name, subject.criticality, input.action]) if {
	not approved
	some subject in input.subjects
	rank[subject.criticality] >= rank[input.settings.criticality.approvalFrom]
}

approved if {
	is_string(input.approval.id)
	count(input.approval.approvedBy) > 0
}

# Maintenance windows. Each that is about the effect has to agree. A break-glass approval passes them; it is reviewed afterwards.
denials contains sprintf("maintenance window `%s`: `%s` only during %s", [window.name, input.action, concat(", ", window.during)]) if {
	some window in applicable
	window.effects == "only"
	readable(window)
	not within(window)
}

denials contains sprintf("maintenance window `%s`: no `%s` during %s", [window.name, input.action, concat(", ", window.during)]) if {
	some window in applicable
	window.effects == "never"
	readable(window)
	within(window)
}

denials contains sprintf("maintenance window `%s` cannot be read", [window.name]) if {
	some window in applicable
	not readable(window)
}

applicable contains window if {
	not break_glass
	some window in input.settings.windows
	some pattern in window.actions
	matches(pattern, input.action)
	about_assets(window)
	about_zones(window)
	about_targets(window)
}

break_glass if {
	approved
	input.approval.breakGlass == true
}

about_assets(window) if not window.assets

about_assets(window) if {
	some subject in input.subjects
	subject.name in window.assets
}

about_zones(window) if not window.zones

about_zones(window) if {
	some subject in input.subjects
	subject.zone in window.zones
}

about_targets(window) if not window.targets

about_targets(window) if {
	some target in input.targets
	target in window.targets
}

readable(window) if {
	window.effects in {"only", "never"}
	count(window.spans) > 0
	every span in window.spans {
		is_number(span.low)
		is_number(span.high)
		is_number(minute_of_week(span.timezone))
	}
}

within(window) if {
	some span in window.spans
	minute := minute_of_week(span.timezone)
	minute >= span.low
	minute <= span.high
}

days := {"Monday": 0, "Tuesday": 1, "Wednesday": 2, "Thursday": 3, "Friday": 4, "Saturday": 5, "Sunday": 6}

minute_of_week(timezone) := ((days[time.weekday([instant, timezone])] * 1440) + (hour * 60)) + minute if {
	instant := time.parse_rfc3339_ns(input.now)
	[hour, minute, _] := time.clock([instant, timezone])
}

# Budgets: `used` counts the subjects that others have taken a place for. The intent takes the place, or finds it taken.
denials contains sprintf("the budget `%s` is spent: %s may touch %v within %s", [use.budget, whose(use.scope), use.limit, use.per]) if {
	some use in input.usage
	use.used + count(input.subjects) > use.limit
}

whose("playbook") := sprintf("playbook %s", [input.actor.playbook])

whose("overall") := "all playbooks together"
