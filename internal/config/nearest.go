package config

import (
	"maps"
	"slices"
	"strings"
)

// suggestion ends the sentence about an unknown name with the nearest known one, spelled as a variable if it has a prefix.
func suggestion(name, prefix string) string {
	near := nearest(strings.ToLower(name))
	if near == "" {
		return "; portico serve --help lists them all"
	}
	if prefix != "" {
		near = prefix + strings.ToUpper(near)
	}
	return "; did you mean " + near + "?"
}

// nearest is the setting whose name takes the fewest changes of one letter to reach, if that is few for its length.
func nearest(name string) string {
	best, fewest := "", 4
	for _, known := range slices.Sorted(maps.Keys(types)) {
		if changes := distance(name, known); changes < min(fewest, len(known)/2+1) {
			best, fewest = known, changes
		}
	}
	return best
}

// distance is the Levenshtein distance: how many letters to insert, remove or replace to get from one to the other.
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
