// Package spelling finds what somebody probably meant when they wrote a name that is not known.
//
// It knows no names itself; whoever refuses one (config, catalog, publish) hands in those that are known.
package spelling

import "strings"

// maxLength is the longest name that is compared; nobody mistypes a longer one by a few letters.
const maxLength = 100

// Nearest is the known name that is fewest letters away, whatever its capitals, if it is near enough to be meant: at most
// one letter in three.
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

// distance is Levenshtein's: how many letters to insert, remove or replace to get from one name to the other.
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
