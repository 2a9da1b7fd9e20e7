package usage

import (
	"strconv"

	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/usage"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

var exportColumns = []string{
	"by", "id", "name", "of", "since", "calls", "errors", "responses", "p50_ms", "p95_ms", "p99_ms",
}

func (p *Pages) exportUsage(v *visit.Visit) error {
	_, request, err := read(v)
	if err != nil {
		return err
	}
	found, err := p.Overview.Usage(v.Request.Context(), request)
	if err != nil {
		return err
	}
	return v.SendCSV("usage", exportColumns, func(write func(cells ...string) error) error { return writeUsage(found, write) })
}

func (p *Pages) exportStaffUsage(v *visit.Visit) error {
	_, request, err := read(v)
	if err != nil {
		return err
	}
	found, err := p.Overview.StaffUsage(v.Request.Context(), request)
	if err != nil {
		return err
	}
	return v.SendCSV("usage", exportColumns, func(write func(cells ...string) error) error { return writeUsage(found, write) })
}

// exported are the tables of an export after the parts of the period, with what their rows are called.
var exported = []struct {
	dimension usage.Dimension
	name      string
}{
	{usage.OfTeam, "team"}, {usage.OfApplication, "application"}, {usage.OfVersion, "api"}, {usage.OfOperation, "operation"},
	{usage.OfStatus, "status"}, {usage.OfCredential, "key"},
}

func writeUsage(shown overview.UsagePage, write func(cells ...string) error) error {
	for i, part := range shown.Parts {
		since := shown.Period.Starts[i].In(shown.Period.Zone).Format("2006-01-02T15:04:05Z07:00")
		if err := write(append([]string{string(shown.Period.Part), "", "", "", since}, figureCells(part)...)...); err != nil {
			return err
		}
	}
	for _, table := range exported {
		for _, row := range shown.Tables[table.dimension] {
			cells := []string{table.name, row.Value, nameOf(table.dimension, row.UsageName), row.Of, view.MachineTime(shown.Period.Since())}
			if err := write(append(cells, figureCells(row.UsageFigures)...)...); err != nil {
				return err
			}
		}
	}
	return nil
}

func figureCells(of overview.UsageFigures) []string {
	count := func(number int64) string { return strconv.FormatInt(number, 10) }
	cells := []string{count(of.Calls), count(of.Errors), count(of.Responses)}
	for _, one := range series {
		cell := ""
		if of.Latency.Known {
			cell = strconv.FormatFloat(one.of(of.Latency), 'f', 2, 64)
		}
		cells = append(cells, cell)
	}
	return cells
}
