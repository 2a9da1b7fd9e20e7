package publish

import (
	"fmt"
	"strings"
)

// didYouMean is advice for a name that is not known: the nearest one that is, or all of them.
func didYouMean(written string, known []string) string {
	if near, ok := nearest(written, known); ok {
		return fmt.Sprintf("Did you mean %q?", near)
	}
	if len(known) == 0 {
		return "There is none."
	}
	const most = 20
	if len(known) > most {
		return fmt.Sprintf("There are %s and %d more.", strings.Join(known[:most], ", "), len(known)-most)
	}
	return "Known are " + strings.Join(known, ", ") + "."
}

// nearest finds the known name that is fewest letters away, if that is near enough to be meant.
func nearest(written string, known []string) (string, bool) {
	written = strings.ToLower(written)
	best, found := 1+max(1, len(written)/3), ""
	if len(written) > 100 {
		return "", false
	}
	for _, name := range known {
		if away := distance(written, strings.ToLower(name)); away < best {
			best, found = away, name
		}
	}
	return found, found != ""
}

// distance counts the letters to insert, delete or replace between two names.
func distance(from, to string) int {
	row := make([]int, len(to)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(from) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(to) {
			replaced := diagonal
			if from[i] != to[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(to)]
}
