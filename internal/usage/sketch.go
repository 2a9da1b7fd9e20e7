package usage

import (
	"github.com/DataDog/sketches-go/ddsketch"
	"github.com/DataDog/sketches-go/ddsketch/mapping"
	"github.com/DataDog/sketches-go/ddsketch/store"
)

// accuracy is the largest relative error of a quantile. maxBins bounds a sketch's size: 2,048 bins cover values from 1
// to 10^17.
const (
	accuracy = 0.01
	maxBins  = 2048
)

var scale = func() mapping.IndexMapping {
	created, err := mapping.NewCubicallyInterpolatedMapping(accuracy)
	if err != nil {
		panic(err) // only for an invalid accuracy
	}
	return created
}()

// Sketch holds the distribution of many values: latencies in milliseconds or sizes in bytes. The zero value is empty
// and ready to use. It is not safe for concurrent use.
type Sketch struct{ sketch *ddsketch.DDSketch }

func (s *Sketch) created() *ddsketch.DDSketch {
	if s.sketch == nil {
		s.sketch = ddsketch.NewDDSketch(scale, store.NewCollapsingLowestDenseStore(maxBins), store.NewSparseStore())
	}
	return s.sketch
}

// Add adds one value; negative ones count as zero.
func (s *Sketch) Add(value float64) {
	_ = s.created().Add(max(value, 0)) // fails only for values beyond every duration and size
}

// Merge adds the values of an encoded sketch, which may be empty.
func (s *Sketch) Merge(encoded []byte) error {
	if len(encoded) == 0 {
		return nil
	}
	return s.created().DecodeAndMergeWith(encoded)
}

// Count returns the number of values.
func (s *Sketch) Count() int64 {
	if s.sketch == nil {
		return 0
	}
	return int64(s.sketch.GetCount())
}

// Quantile returns the value below which the given share of the values lie, within 1 %. It is 0 if there are none.
func (s *Sketch) Quantile(share float64) float64 {
	if s.Count() == 0 {
		return 0
	}
	value, _ := s.sketch.GetValueAtQuantile(share) // fails only for an empty sketch or a share beyond 0 to 1
	return value
}

// Clear removes all values and keeps the memory for the next ones.
func (s *Sketch) Clear() {
	if s.sketch != nil {
		s.sketch.Clear()
	}
}

// Encode returns the sketch as it is stored, nil if it is empty.
func (s *Sketch) Encode() []byte {
	if s.Count() == 0 {
		return nil
	}
	var encoded []byte
	s.sketch.Encode(&encoded, true)
	return encoded
}

// partial is the sum of encoded sketches. It decodes nothing while there is only one.
type partial struct {
	first  []byte
	sketch *Sketch
}

func (p *partial) merge(encoded []byte) error {
	switch {
	case len(encoded) == 0:
		return nil
	case p.sketch == nil && len(p.first) == 0:
		p.first = encoded
		return nil
	case p.sketch == nil:
		p.sketch = &Sketch{}
		if err := p.sketch.Merge(p.first); err != nil {
			return err
		}
	}
	return p.sketch.Merge(encoded)
}

func (p *partial) encode() []byte {
	if p.sketch == nil {
		return p.first
	}
	return p.sketch.Encode()
}

// MergeSketches merges two encoded sketches, each of which may be empty.
func MergeSketches(a, b []byte) ([]byte, error) {
	var sum partial
	for _, encoded := range [][]byte{a, b} {
		if err := sum.merge(encoded); err != nil {
			return nil, err
		}
	}
	return sum.encode(), nil
}
