package identity

import "slices"

// Role is a member's role in a team.
type Role string

// The roles of members, from all rights to only reading.
const (
	Owner  Role = "owner"
	Admin  Role = "admin"
	Member Role = "member"
	Viewer Role = "viewer"
)

// Roles lists every role of members, the most powerful first.
func Roles() []Role { return []Role{Owner, Admin, Member, Viewer} }

// Valid reports whether the role exists.
func (r Role) Valid() bool { return slices.Contains(Roles(), r) }

// May reports whether a member with the role has the permission in their team.
func (r Role) May(permission Permission) bool { return slices.Contains(ofMembers[r], permission) }

// StaffRole is an account's role among the people who run the portal; empty for all others.
type StaffRole string

// The roles of staff.
const (
	NotStaff      StaffRole = ""
	StaffAdmin    StaffRole = "admin"
	StaffApprover StaffRole = "approver"
	StaffSupport  StaffRole = "support"
)

// StaffRoles lists the roles of staff, the most powerful first.
func StaffRoles() []StaffRole { return []StaffRole{StaffAdmin, StaffApprover, StaffSupport} }

// Valid reports whether the role exists or is empty.
func (r StaffRole) Valid() bool { return r == NotStaff || slices.Contains(StaffRoles(), r) }

// Permission is one thing that a principal may do.
type Permission string

// The permissions. Members have theirs in the team that they act in; staff have theirs in every team.
const (
	// ManageOwnAccount is granted to every signed-in account.
	ManageOwnAccount Permission = "manage_own_account"
	// ViewTeam is reading the team's applications, subscriptions and masked keys.
	ViewTeam Permission = "view_team"
	// RequestAccess is requesting a plan, and withdrawing or ending what was requested.
	RequestAccess Permission = "request_access"
	// ManageApplications is creating, changing and deleting applications.
	ManageApplications Permission = "manage_applications"
	// ManageCredentials is issuing, regenerating, rotating and revoking keys.
	ManageCredentials Permission = "manage_credentials"
	// RevealCredentials is seeing a viewable key again. Staff never have it.
	RevealCredentials Permission = "reveal_credentials"
	// ManageMembers is inviting and removing members and changing their roles.
	ManageMembers Permission = "manage_members"
	// ManageTeam is renaming the team and appointing its owners.
	ManageTeam Permission = "manage_team"
	// ManageRequestLog is switching the team's request log on and off. Staff never have it.
	ManageRequestLog Permission = "manage_request_log"

	// ViewAnyTeam is reading people, teams and their access. Staff only.
	ViewAnyTeam Permission = "view_any_team"
	// DecideRequests is approving and rejecting. Staff only.
	DecideRequests Permission = "decide_requests"
	// GrantAccess is granting, suspending, reinstating, changing and clearing subscriptions. Staff only.
	GrantAccess Permission = "grant_access"
	// ManagePeople is adding, blocking and removing accounts and teams. Staff only.
	ManagePeople Permission = "manage_people"
	// ManageCatalog is publishing products, plans and strategies. Staff only.
	ManageCatalog Permission = "manage_catalog"
	// ManageSite is changing the portal's settings. Staff only.
	ManageSite Permission = "manage_site"
	// ReadAudit is reading the audit trail and the outbox. Staff only.
	ReadAudit Permission = "read_audit"
)

var ofMembers = map[Role][]Permission{
	Owner:  {ManageOwnAccount, ViewTeam, RequestAccess, ManageApplications, ManageCredentials, RevealCredentials, ManageMembers, ManageTeam, ManageRequestLog},
	Admin:  {ManageOwnAccount, ViewTeam, RequestAccess, ManageApplications, ManageCredentials, RevealCredentials, ManageMembers, ManageRequestLog},
	Member: {ManageOwnAccount, ViewTeam, RequestAccess, ManageApplications, ManageCredentials, RevealCredentials},
	Viewer: {ManageOwnAccount, ViewTeam},
}

var ofStaff = map[StaffRole][]Permission{
	StaffAdmin: {
		ManageOwnAccount, ViewTeam, ManageApplications, ManageCredentials, ManageMembers, ManageTeam,
		ViewAnyTeam, DecideRequests, GrantAccess, ManagePeople, ManageCatalog, ManageSite, ReadAudit,
	},
	StaffApprover: {ManageOwnAccount, ViewTeam, ManageCredentials, ViewAnyTeam, DecideRequests, GrantAccess},
	StaffSupport:  {ManageOwnAccount, ViewTeam, ViewAnyTeam},
}

// may reports whether the principal has the permission in the team that they act in.
func (p Principal) may(permission Permission) bool {
	if permission == ManageOwnAccount {
		return !p.Account.IsZero()
	}
	return p.Role.May(permission)
}

// MayAnywhere reports whether the principal has the permission in every team. Staff pages use it, because staff may
// have more permissions in teams of their own.
func (p Principal) MayAnywhere(permission Permission) bool {
	if p.System {
		return permission != RevealCredentials
	}
	return slices.Contains(ofStaff[p.Staff], permission)
}

// MayIn reports whether the principal has the permission over what belongs to the team.
func (p Principal) MayIn(permission Permission, owner TeamID) bool {
	return p.MayAnywhere(permission) || !owner.IsZero() && p.Team == owner && p.may(permission)
}

// May reports whether the principal has the permission in their own team or by their staff role. Pages use it to leave
// out what would be refused.
func (p Principal) May(permission Permission) bool {
	return p.may(permission) || p.MayAnywhere(permission)
}
