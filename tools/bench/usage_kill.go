package main

import (
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
)

// killLine is what the tests say about keys whose counts are wrong.
var killLine = regexp.MustCompile(`(\d+) have lost calls, and calls of (\d+) are counted more than once`)

// measureKills lets the tests of internal/demo kill portals more often than make test does, with 40 and with 100,000
// keys, on both databases.
func measureKills(ctx context.Context, _ settings) ([]figure, error) {
	var figures []figure
	for _, keys := range []int{40, activeKeys} {
		for _, one := range []struct{ what, test string }{
			{"50 kills under load", "TestKilledProcessesCountEachCallOnce"},
			{"20 kills in mid-COMMIT and dropped answers", "TestLostAnswersCountEachCallOnce"},
		} {
			output, err := exec.CommandContext(ctx, "go", "test", "-count=1", "-timeout=0", "-run", "^"+one.test+"$", "./internal/demo",
				"-kills=50", "-stops=20", "-keys="+strconv.Itoa(keys)).CombinedOutput()
			wrong := 0
			for _, found := range killLine.FindAllStringSubmatch(string(output), -1) {
				for _, text := range found[1:] {
					number, _ := strconv.Atoi(text)
					wrong += number
				}
			}
			if err != nil && wrong == 0 {
				return nil, fmt.Errorf("%s: %w\n%s", one.test, err, strings.TrimSpace(string(output)))
			}
			figures = append(figures, figure{what: fmt.Sprintf("%s, keys of %d with a wrong count", one.what, keys), rounds: []float64{float64(wrong)}, none: true})
		}
	}
	return figures, nil
}
