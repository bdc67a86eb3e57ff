package effects.guard_test

import data.effects.guard

settings := {
	"version": 0,
	"windows": [],
	"protected": [],
	"criticality": {"approvalFrom": "critical", "unknownAs": "low"},
}

question := {
	"actor": {"requester": "ann", "run": "r1", "playbook": "contain-host", "version": "1.0.0"},
	"step": "isolate",
	"action": "network.isolate",
	"undo": "network.release",
	"targets": ["fw-1"],
	"subjects": [subject("ws-17", "medium")],
	"params": {},
	"now": "2026-11-25T12:00:00.000Z",
	"usage": [],
	"settings": settings,
}

subject(name, criticality) := {"name": name, "known": true, "criticality": criticality, "zone": "office"}

with_settings(changes) := object.union(question, {"settings": object.union(settings, changes)})

approved := {"id": "apr-1", "approvedBy": ["max"], "roles": ["manager"], "breakGlass": false}

allowed(asked) if guard.decision.allow with input as asked

denied(asked, reason) if {
	decision := guard.decision with input as asked
	decision.allow == false
	some given in decision.reasons
	contains(given, reason)
}

test_an_ordinary_effect_is_allowed if allowed(question)

test_it_says_by_which_policy if {
	decision := guard.decision with input as question with data.edict_system.policies as {"guard.rego": "sha256:1"}
	decision.policy == "sha256:1"
}

test_an_empty_question_is_refused if denied({}, "cannot read")

test_a_question_without_subjects_settings_or_clock_is_refused if {
	every part in ["subjects", "settings", "now", "usage", "targets", "actor", "action"] {
		denied(object.remove(question, [part]), "cannot read")
	}
}

test_a_criticality_that_there_is_not_is_refused if denied(object.union(question, {"subjects": [subject("x", "enormous")]}), "cannot read")

test_a_clock_that_is_none_is_refused if denied(object.union(question, {"now": "soon"}), "cannot read")

# criticality
test_a_critical_asset_needs_an_approval if denied(object.union(question, {"subjects": [subject("db-1", "critical")]}), "`db-1` is of criticality critical")

test_with_an_approval_it_may if allowed(object.union(question, {"subjects": [subject("db-1", "critical")], "approval": approved}))

test_an_approval_that_nobody_gave_counts_for_nothing if {
	none := object.union(approved, {"approvedBy": []})
	denied(object.union(question, {"subjects": [subject("db-1", "critical")], "approval": none}), "critical")
}

test_the_ceiling_is_a_setting if {
	low := with_settings({"criticality": {"approvalFrom": "medium", "unknownAs": "low"}})
	denied(low, "`ws-17` is of criticality medium")
}

# protected
test_a_protected_asset_is_never_touched if {
	guarded := with_settings({"protected": [{"asset": "ws-17", "actions": ["*"], "reason": "the way in for the fire brigade"}]})
	denied(guarded, "`ws-17` is protected: the way in for the fire brigade")
	denied(object.union(guarded, {"approval": object.union(approved, {"breakGlass": true})}), "is protected")
}

test_protection_from_some_actions_leaves_others if {
	allowed(with_settings({"protected": [{"asset": "ws-17", "actions": ["endpoint.*"], "reason": "r"}]}))
	denied(with_settings({"protected": [{"asset": "ws-17", "actions": ["network.*"], "reason": "r"}]}), "protected")
}

# windows: 12:00 UTC of a Wednesday is 13:00 in Zurich, minute 2 * 1440 + 780
window(effects, low, high) := {"name": "freeze", "effects": effects, "actions": ["*"], "during": ["Wed"], "spans": [{"timezone": "Europe/Zurich", "low": low, "high": high}]}

test_within_a_window_that_is_given if allowed(with_settings({"windows": [window("only", 3660, 3661)]}))

test_outside_of_a_window_that_is_given if denied(with_settings({"windows": [window("only", 3661, 3700)]}), "`freeze`: `network.isolate` only during Wed")

test_within_a_window_that_is_excluded if denied(with_settings({"windows": [window("never", 3600, 3660)]}), "no `network.isolate` during Wed")

test_outside_of_a_window_that_is_excluded if allowed(with_settings({"windows": [window("never", 3661, 3700)]}))

test_summer_time_counts if {
	summer := object.union(with_settings({"windows": [window("only", 3720, 3720)]}), {"now": "2026-07-01T12:00:59Z"})
	allowed(summer)
}

test_every_window_has_to_agree if denied(with_settings({"windows": [window("only", 3660, 3661), window("never", 3660, 3661)]}), "no `network.isolate`")

test_a_time_zone_that_there_is_not_denies if {
	nowhere := {"name": "freeze", "effects": "never", "actions": ["*"], "during": ["x"], "spans": [{"timezone": "Moon/Base", "low": 0, "high": 1}]}
	denied(with_settings({"windows": [nowhere]}), "cannot be read")
}

test_a_window_without_times_denies if denied(with_settings({"windows": [object.union(window("never", 0, 0), {"spans": []})]}), "cannot be read")

test_a_window_of_other_actions_says_nothing if allowed(with_settings({"windows": [object.union(window("never", 0, 10080), {"actions": ["mail.*", "network.release"]})]}))

test_a_window_of_other_assets_zones_or_targets_says_nothing if {
	every part in [{"assets": ["db-1"]}, {"zones": ["plant"]}, {"targets": ["fw-2"]}] {
		allowed(with_settings({"windows": [object.union(window("never", 0, 10080), part)]}))
	}
	every part in [{"assets": ["ws-17"]}, {"zones": ["office"]}, {"targets": ["fw-1"]}] {
		denied(with_settings({"windows": [object.union(window("never", 0, 10080), part)]}), "freeze")
	}
}

test_break_glass_passes_a_window if {
	closed := with_settings({"windows": [window("never", 0, 10080)]})
	denied(object.union(closed, {"approval": approved}), "freeze")
	allowed(object.union(closed, {"approval": object.union(approved, {"breakGlass": true})}))
}

# budgets
use(scope, used) := {"budget": "isolation", "scope": scope, "used": used, "limit": 10, "per": "1h"}

test_the_last_place_is_given if allowed(object.union(question, {"usage": [use("playbook", 9)]}))

test_a_spent_budget_denies if {
	denied(object.union(question, {"usage": [use("playbook", 10)]}), "the budget `isolation` is spent: playbook contain-host may touch 10 within 1h")
	denied(object.union(question, {"usage": [use("overall", 10)]}), "all playbooks together may touch 10 within 1h")
}

test_many_hosts_take_many_places if {
	many := {"subjects": [subject("a", "low"), subject("b", "low")]}
	denied(object.union(object.union(question, many), {"usage": [use("overall", 9)]}), "spent")
	allowed(object.union(object.union(question, many), {"usage": [use("overall", 8)]}))
}

test_break_glass_does_not_make_a_budget_larger if {
	spent := object.union(question, {"usage": [use("overall", 10)], "approval": object.union(approved, {"breakGlass": true})})
	denied(spent, "spent")
}

test_every_reason_is_given if {
	asked := object.union(question, {"usage": [use("overall", 10)], "subjects": [subject("db-1", "critical")]})
	decision := guard.decision with input as asked
	count(decision.reasons) == 2
}
