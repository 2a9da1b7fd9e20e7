// Package spelling finds the known name that an unknown one probably means, and writes lists of names.
//
// Its callers pass the known names: it knows none.
package spelling

import "strings"

// maxLength is the maximum length of compared names, which bounds the work.
const maxLength = 100

// Nearest returns the known name with the fewest different letters, ignoring case. At most one letter in three may
// differ.
func Nearest(written string, known []string) (string, bool) {
	if len(written) > maxLength {
		return "", false
	}
	written = strings.ToLower(written)
	nearest, fewest := "", 1+max(1, len(written)/3)
	for _, name := range known {
		if away := distance(written, strings.ToLower(name)); away < fewest {
			nearest, fewest = name, away
		}
	}
	return nearest, nearest != ""
}

// distance returns the Levenshtein distance: the least number of letters to insert, remove or replace.
func distance(from, to string) int {
	row := make([]int, len(to)+1)
	for i := range row {
		row[i] = i
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
			row[j+1] = min(replaced, row[j]+1, diagonal+1)
		}
	}
	return row[len(to)]
}
