package usage

import (
	"time"

	"github.com/DataDog/sketches-go/ddsketch"
	"github.com/DataDog/sketches-go/ddsketch/mapping"
	"github.com/DataDog/sketches-go/ddsketch/store"
)

// accuracy is how far a quantile of a sketch may be from the truth, relatively; maxBins bounds its size: 1,024 bins tell
// latencies apart from a microsecond to beyond a day.
const (
	accuracy = 0.02
	maxBins  = 1024
)

var scale = func() mapping.IndexMapping {
	made, err := mapping.NewCubicallyInterpolatedMapping(accuracy)
	if err != nil {
		panic(err) // only an accuracy that is none
	}
	return made
}()

// Latencies is a sketch of how long calls took, in milliseconds. The zero Latencies is empty; it is not safe for
// concurrent use.
type Latencies struct{ sketch *ddsketch.DDSketch }

func (l *Latencies) made() *ddsketch.DDSketch {
	if l.sketch == nil {
		l.sketch = ddsketch.NewDDSketch(scale, store.NewCollapsingLowestDenseStore(maxBins), store.NewSparseStore())
	}
	return l.sketch
}

// Add counts one call.
func (l *Latencies) Add(took time.Duration) {
	_ = l.made().Add(float64(took) / float64(time.Millisecond)) // fails only beyond what a duration can be
}

// Merge adds what the other sketch has seen.
func (l *Latencies) Merge(other *Latencies) {
	if !other.Empty() {
		_ = l.made().MergeWith(other.sketch) // fails only between different scales
	}
}

// Empty reports whether nothing was counted.
func (l *Latencies) Empty() bool { return l.sketch == nil || l.sketch.IsEmpty() }

// Clear forgets what was counted and keeps the memory for the next.
func (l *Latencies) Clear() {
	if l.sketch != nil {
		l.sketch.Clear()
	}
}

// Encode is how the sketch is stored: nil where it is empty.
func (l *Latencies) Encode() []byte {
	if l.Empty() {
		return nil
	}
	var encoded []byte
	l.sketch.Encode(&encoded, false)
	return encoded
}

// MergeLatency returns the encoded sketch of everything that two encoded sketches have seen. Each may be empty.
func MergeLatency(a, b []byte) ([]byte, error) {
	switch {
	case len(a) == 0:
		return b, nil
	case len(b) == 0:
		return a, nil
	}
	var merged Latencies
	for _, encoded := range [][]byte{a, b} {
		if err := merged.made().DecodeAndMergeWith(encoded); err != nil {
			return nil, err
		}
	}
	return merged.Encode(), nil
}
