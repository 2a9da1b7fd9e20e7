package plan

import "slices"

// Environments returns the environments of plans, sorted.
func Environments(plans []Plan) []string {
	environments := make([]string, len(plans))
	for i, one := range plans {
		environments[i] = one.Environment
	}
	slices.Sort(environments)
	return slices.Compact(environments)
}
