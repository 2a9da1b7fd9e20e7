package visit

import (
	"encoding/csv"
	"net/http"
	"strings"
)

// SendCSV sends a list as a CSV file. Its argument rows writes one line after another. An error before the first line
// is returned, so that the visitor gets an error page.
func (v *Visit) SendCSV(name string, columns []string, rows func(write func(cells ...string) error) error) error {
	lines, begun := csv.NewWriter(v.Writer), false
	begin := func() error {
		begun = true
		v.Writer.Header().Set("Content-Type", "text/csv; charset=utf-8")
		v.Writer.Header().Set("Content-Disposition", `attachment; filename="`+name+`.csv"`)
		return lines.Write(columns)
	}
	err := rows(func(cells ...string) error {
		if !begun {
			if err := begin(); err != nil {
				return err
			}
		}
		for i, cell := range cells {
			cells[i] = Harmless(cell)
		}
		return lines.Write(cells)
	})
	if err != nil && !begun {
		return err
	}
	if err == nil && !begun {
		err = begin()
	}
	if lines.Flush(); err == nil {
		err = lines.Error()
	}
	if err != nil {
		v.Config.Logger.WarnContext(v.Request.Context(), "the export broke off", "error", err)
		panic(http.ErrAbortHandler) // a download that ends early must not look complete
	}
	return nil
}

// Harmless escapes a text that a spreadsheet would run as a formula.
func Harmless(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r\n", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
