package record

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/web/visit"
)

// export sends the records that match the filters as a file, one after another.
func (p *Pages) export(kind, contentType string, begin func(to io.Writer) (auditWriter, error)) visit.Handler {
	return func(v *visit.Visit) error {
		list, err := v.Listing(auditFilters...)
		if err != nil {
			return err
		}
		exported, err := p.Trail.Export(v.Request.Context(), trailFilter(list))
		if err != nil {
			return err
		}
		header := v.Writer.Header()
		header.Set("Content-Type", contentType)
		header.Set("Content-Disposition", `attachment; filename="audit-`+exported.At.Format("20060102-150405")+`.`+kind+`"`)
		to, err := begin(v.Writer)
		if err == nil {
			err = exported.Each(v.Request.Context(), to.record)
		}
		if err == nil {
			err = to.end()
		}
		if err != nil {
			v.Config.Logger.WarnContext(v.Request.Context(), "the export broke off", "error", err)
			panic(http.ErrAbortHandler) // a download that ends early must not look complete
		}
		return nil
	}
}

// auditWriter writes records to a file of one format.
type auditWriter struct {
	record func(event.Record) error
	end    func() error
}

var exportedColumns = []string{
	"record", "time", "actor", "actor_id", "action", "object", "object_name", "team", "team_name", "address", "request_id", "changed", "details",
}

func auditCSV(to io.Writer) (auditWriter, error) {
	lines := csv.NewWriter(to)
	write := func(record event.Record) error {
		exported := newExportedRecord(record)
		cells := []string{
			strconv.FormatInt(exported.Position, 10), exported.Time, exported.Actor, exported.ActorID, exported.Action, exported.Object,
			exported.ObjectName, exported.Team, exported.TeamName, exported.Address, exported.RequestID,
			differencesText(record.Differences()), factsText(record.Facts()),
		}
		for i, cell := range cells {
			cells[i] = visit.Harmless(cell)
		}
		return lines.Write(cells)
	}
	end := func() error {
		lines.Flush()
		return lines.Error()
	}
	return auditWriter{write, end}, lines.Write(exportedColumns)
}

func differencesText(differences []event.Difference) string {
	texts := make([]string, len(differences))
	for i, one := range differences {
		texts[i] = one.Name + ": " + strconv.Quote(one.Before) + " to " + strconv.Quote(one.After)
	}
	return strings.Join(texts, "; ")
}

func factsText(facts []event.Detail) string {
	texts := make([]string, len(facts))
	for i, one := range facts {
		texts[i] = one.Name + ": " + one.Text
	}
	return strings.Join(texts, "; ")
}

// exportedRecord is a record in an export.
type exportedRecord struct {
	Position   int64             `json:"record"`
	Time       string            `json:"time"`
	Actor      string            `json:"actor"`
	ActorID    string            `json:"actor_id,omitempty"`
	Action     string            `json:"action"`
	Object     string            `json:"object"`
	ObjectName string            `json:"object_name,omitempty"`
	Team       string            `json:"team,omitempty"`
	TeamName   string            `json:"team_name,omitempty"`
	Address    string            `json:"address,omitempty"`
	RequestID  string            `json:"request_id,omitempty"`
	Changed    []exportedChange  `json:"changed,omitempty"`
	Details    map[string]string `json:"details,omitempty"`
}

type exportedChange struct {
	Name   string `json:"name"`
	Before string `json:"before"`
	After  string `json:"after"`
}

func newExportedRecord(record event.Record) exportedRecord {
	exported := exportedRecord{
		Position: record.Position, Time: record.At.Format(time.RFC3339Nano), Actor: record.ActorName, Action: record.Action,
		Object: string(record.Object), ObjectName: record.ObjectName, TeamName: record.TeamName, RequestID: record.RequestID,
		Details: map[string]string{},
	}
	if !record.Actor.IsZero() {
		exported.ActorID = record.Actor.Hex()
	}
	if !record.Team.IsZero() {
		exported.Team = record.Team.Hex()
	}
	if record.Address.IsValid() {
		exported.Address = record.Address.String()
	}
	for _, one := range record.Differences() {
		exported.Changed = append(exported.Changed, exportedChange(one))
	}
	for _, one := range record.Facts() {
		exported.Details[one.Name] = one.Text
	}
	return exported
}

func auditLines(to io.Writer) (auditWriter, error) {
	lines := json.NewEncoder(to)
	lines.SetEscapeHTML(false)
	return auditWriter{
		record: func(record event.Record) error { return lines.Encode(newExportedRecord(record)) },
		end:    func() error { return nil },
	}, nil
}
