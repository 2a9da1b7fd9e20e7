package usage

import (
	"time"

	"github.com/DataDog/sketches-go/ddsketch"
	"github.com/DataDog/sketches-go/ddsketch/mapping"
	"github.com/DataDog/sketches-go/ddsketch/store"
)

// accuracy is the largest relative error of a quantile. maxBins bounds a sketch's size; 1,024 bins cover latencies from
// a microsecond to more than a day.
const (
	accuracy = 0.02
	maxBins  = 1024
)

var scale = func() mapping.IndexMapping {
	created, err := mapping.NewCubicallyInterpolatedMapping(accuracy)
	if err != nil {
		panic(err) // only for an invalid accuracy
	}
	return created
}()

// Latencies is a sketch of how long calls took, in milliseconds. The zero value is empty and ready to use. It is not
// safe for concurrent use.
type Latencies struct{ sketch *ddsketch.DDSketch }

func (l *Latencies) created() *ddsketch.DDSketch {
	if l.sketch == nil {
		l.sketch = ddsketch.NewDDSketch(scale, store.NewCollapsingLowestDenseStore(maxBins), store.NewSparseStore())
	}
	return l.sketch
}

// Add counts one call.
func (l *Latencies) Add(took time.Duration) {
	_ = l.created().Add(float64(took) / float64(time.Millisecond)) // fails only for values that no duration reaches
}

// Merge adds the calls of another sketch.
func (l *Latencies) Merge(other *Latencies) {
	if !other.Empty() {
		_ = l.created().MergeWith(other.sketch) // fails only between different scales
	}
}

// Empty reports whether nothing was counted.
func (l *Latencies) Empty() bool { return l.sketch == nil || l.sketch.IsEmpty() }

// Clear removes all calls and keeps the memory for the next ones.
func (l *Latencies) Clear() {
	if l.sketch != nil {
		l.sketch.Clear()
	}
}

// Encode returns the sketch as it is stored, nil if it is empty.
func (l *Latencies) Encode() []byte {
	if l.Empty() {
		return nil
	}
	var encoded []byte
	l.sketch.Encode(&encoded, false)
	return encoded
}

// MergeLatency merges two encoded sketches, each of which may be empty.
func MergeLatency(a, b []byte) ([]byte, error) {
	switch {
	case len(a) == 0:
		return b, nil
	case len(b) == 0:
		return a, nil
	}
	var merged Latencies
	for _, encoded := range [][]byte{a, b} {
		if err := merged.created().DecodeAndMergeWith(encoded); err != nil {
			return nil, err
		}
	}
	return merged.Encode(), nil
}
