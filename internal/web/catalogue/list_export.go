package catalogue

import (
	"strconv"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// exportProducts, exportPlans and exportStrategies send the objects that match the filters of their list as a file.
func (p *Pages) exportProducts(v *visit.Visit) error {
	list, filter, err := productListing(v)
	if err != nil {
		return err
	}
	columns := []string{"slug", "name", "state", "audience", "versions", "published_versions", "findings", "managed_by", "file", "created"}
	return v.SendCSV("apis", columns, func(write func(cells ...string) error) error {
		return page.EachItem(list.Order(), func(request page.Request) (page.Page[catalog.ProductRow], error) {
			found, err := p.Catalog.StaffProducts(v.Request.Context(), filter, request)
			return found.Page, err
		}, func(row catalog.ProductRow) error {
			one := row.Product
			return write(one.Slug, one.Name, publishedText(one.Published), string(one.Audience), strconv.Itoa(row.Versions), strconv.Itoa(row.Published),
				strconv.Itoa(row.Findings), string(one.ManagedBy), one.File, view.TimeOrEmpty(one.CreatedAt))
		})
	})
}

func (p *Pages) exportPlans(v *visit.Visit) error {
	list, err := planListing(v)
	if err != nil {
		return err
	}
	columns := []string{"slug", "name", "state", "environment", "limits", "price", "approval", "managed_by", "file"}
	return v.SendCSV("plans", columns, func(write func(cells ...string) error) error {
		return page.EachItem(list.Order(), func(request page.Request) (page.Page[plan.Plan], error) {
			found, err := p.Plans.StaffPlans(v.Request.Context(), plansIn(list), request)
			return found.Page, err
		}, func(one plan.Plan) error {
			return write(one.Slug, one.Name, publishedText(one.Published), one.Environment, limitsText(one), view.PriceText(one.Price),
				string(one.Approval), string(one.ManagedBy), one.File)
		})
	})
}

func (p *Pages) exportStrategies(v *visit.Visit) error {
	list, err := strategyListing(v)
	if err != nil {
		return err
	}
	columns := []string{"slug", "name", "kind", "headers", "default", "managed_by", "file"}
	return v.SendCSV("strategies", columns, func(write func(cells ...string) error) error {
		return page.EachItem(list.Order(), func(request page.Request) (page.Page[plan.Strategy], error) {
			return p.Plans.StaffStrategies(v.Request.Context(), plansIn(list), request)
		}, func(one plan.Strategy) error {
			return write(one.Slug, one.Name, string(one.Kind), view.HeadersText(one), view.YesNo(one.Default), string(one.ManagedBy), one.File)
		})
	})
}

func publishedText(published bool) string {
	if published {
		return "Published"
	}
	return "Unpublished"
}
