package access.authz_test

import data.access.authz

allowed(roles, permission) if {
	authz.decision.allow with input as {"person": {"id": "p", "roles": roles}, "permission": permission, "resource": ""}
}

test_engineer_writes_policies if allowed(["engineer"], "policies:write")

test_nobody_else_writes_policies if {
	every role in ["analyst", "manager", "auditor", "admin"] {
		not allowed([role], "policies:write")
	}
}

test_only_an_engineer_publishes_playbooks if {
	allowed(["engineer"], "playbooks:write")
	every role in ["analyst", "manager", "auditor", "admin"] {
		not allowed([role], "playbooks:write")
	}
}

test_who_answers_for_automation_may_stop_it if {
	every role in ["engineer", "manager", "admin"] {
		allowed([role], "triggers:write")
	}
	every role in ["analyst", "auditor"] {
		not allowed([role], "triggers:write")
	}
}

test_engineers_and_admins_set_the_guard if {
	every role in ["engineer", "admin"] {
		allowed([role], "guard:write")
	}
	every role in ["analyst", "manager", "auditor"] {
		not allowed([role], "guard:write")
		allowed([role], "guard:read")
	}
}

test_engineers_and_admins_ask_points if {
	every role in ["engineer", "admin"] {
		allowed([role], "points:test")
	}
	every role in ["analyst", "manager", "auditor"] {
		not allowed([role], "points:test")
		allowed([role], "points:read")
	}
}

test_an_auditor_changes_nothing if {
	every permission in ["policies:write", "context:write", "approvals:vote", "approvals:discuss", "approvals:delegate", "approvals:break-glass", "approvals:review", "runs:order", "runs:cancel", "runs:control", "runs:migrate", "effects:undo", "guard:write", "signals:send", "points:write", "people:write", "webhooks:write"] {
		not allowed(["auditor"], permission)
	}
}

test_only_an_admin_makes_webhook_sources if {
	allowed(["admin"], "webhooks:write")
	every role in ["analyst", "engineer", "manager", "auditor"] {
		not allowed([role], "webhooks:write")
	}
}

test_only_admins_and_auditors_see_webhook_sources if {
	every role in ["admin", "auditor"] {
		allowed([role], "webhooks:read")
	}
	every role in ["analyst", "engineer", "manager"] {
		not allowed([role], "webhooks:read")
	}
}

test_only_an_admin_adds_outside_systems if {
	allowed(["admin"], "systems:write")
	every role in ["analyst", "engineer", "manager", "auditor"] {
		not allowed([role], "systems:write")
	}
}

test_who_cancels_a_run_pauses_it if {
	every role in ["analyst", "engineer", "manager", "admin"] {
		allowed([role], "runs:control")
	}
}

test_only_an_engineer_takes_a_run_to_another_version if {
	allowed(["engineer"], "runs:migrate")
	every role in ["analyst", "manager", "auditor", "admin"] {
		not allowed([role], "runs:migrate")
	}
}

test_an_admin_does_not_vote if not allowed(["admin"], "approvals:vote")

test_only_managers_and_admins_break_glass_and_review_it if {
	every permission in ["approvals:break-glass", "approvals:review"] {
		allowed(["manager"], permission)
		allowed(["admin"], permission)
		not allowed(["analyst", "engineer", "auditor"], permission)
	}
}

test_roles_add_up if allowed(["auditor", "engineer"], "policies:write")

test_no_role_no_right if not allowed([], "me:read")

test_an_unknown_role_has_no_right if not allowed(["root"], "me:read")

test_an_unknown_permission_is_refused if not allowed(["admin"], "everything")

test_roles_that_are_no_list_are_refused if {
	not authz.decision.allow with input as {"person": {"id": "p", "roles": "admin"}, "permission": "people:write", "resource": ""}
}

test_an_empty_question_is_refused if not authz.decision.allow with input as {}

test_a_refusal_says_why if {
	authz.decision.reason == "it takes the role admin" with input as {"person": {"id": "p", "roles": ["auditor"]}, "permission": "people:write", "resource": ""}
}

test_a_refusal_names_every_role_that_would_do if {
	authz.decision.reason == "it takes the role admin or analyst" with input as {"person": {"id": "p", "roles": ["engineer"]}, "permission": "signals:send", "resource": ""}
}

test_a_permission_that_nobody_holds_is_refused if {
	authz.decision.reason == "no role of yours holds this permission" with input as {"person": {"id": "p", "roles": ["engineer"]}, "permission": "everything", "resource": ""}
}

test_permissions_are_those_that_are_granted if {
	some role in ["analyst", "engineer", "manager", "auditor", "admin"]
	held := authz.permissions with input as {"person": {"id": "p", "roles": [role]}}
	count(held) > 10
	every permission in held {
		allowed([role], permission)
	}
}

test_permissions_add_up if {
	held := authz.permissions with input as {"person": {"id": "p", "roles": ["auditor", "engineer"]}}
	{"policies:write", "audit:read"} & held == {"policies:write", "audit:read"}
}

test_nobody_in_particular_has_no_permissions if {
	every person in [{"id": "p", "roles": []}, {"id": "p", "roles": ["root"]}, {"id": "p", "roles": "admin"}, {}] {
		count(authz.permissions) == 0 with input as {"person": person}
	}
}

test_only_admins_and_auditors_see_how_it_is_set_up if {
	every role in ["admin", "auditor"] {
		allowed([role], "settings:read")
	}
	every role in ["analyst", "engineer", "manager"] {
		not allowed([role], "settings:read")
	}
}
