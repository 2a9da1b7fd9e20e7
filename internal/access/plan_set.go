package access

import (
	"context"

	"github.com/portico-api/portico/internal/plan"
)

// planSet holds all plans and strategies. A decision loads it once, so that all of its steps agree.
type planSet struct {
	// all are the plans, sorted by name.
	all        []plan.Plan
	byID       map[plan.ID]plan.Plan
	strategies []plan.Strategy
}

func (s *Service) loadPlanSet(ctx context.Context) (planSet, error) {
	all, err := s.plans.Plans(ctx)
	if err != nil {
		return planSet{}, err
	}
	strategies, err := s.plans.Strategies(ctx)
	return planSet{all: all, byID: plansByID(all), strategies: strategies}, err
}

// loadPlansByID loads the plans for callers that need no strategies.
func (s *Service) loadPlansByID(ctx context.Context) (map[plan.ID]plan.Plan, error) {
	all, err := s.plans.Plans(ctx)
	return plansByID(all), err
}

func plansByID(all []plan.Plan) map[plan.ID]plan.Plan {
	byID := make(map[plan.ID]plan.Plan, len(all))
	for _, one := range all {
		byID[one.ID] = one
	}
	return byID
}

// name returns the plan's name, or its ID if the plan was deleted.
func (p planSet) name(wanted plan.ID) string {
	if found, exists := p.byID[wanted]; exists {
		return found.Name
	}
	return wanted.Hex()
}
