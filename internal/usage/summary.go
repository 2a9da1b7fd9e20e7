package usage

import "time"

// SummedCount is what was counted in one hour or day, for one series of a level and one status.
type SummedCount struct {
	Level Level
	Count
}

// SummedSpread holds the distributions of one hour or day, for one series of a level and one status; status 0 is all.
type SummedSpread struct {
	Level Level
	Spread
}

// Summary sums up one hour or day for all levels. Its input must be ordered by team, so that it holds one team at a
// time.
type Summary struct {
	grain Grain
	at    time.Time

	counts  [len(levels)]map[summedKey]*Count
	spreads [len(levels)]map[summedKey]*[4]partial
}

type summedKey struct {
	series Series
	status int
}

// NewSummary returns an empty summary of the hour or day that begins at the given time.
func NewSummary(grain Grain, at time.Time) *Summary {
	s := &Summary{grain: grain, at: at}
	for level := range levels {
		s.counts[level], s.spreads[level] = map[summedKey]*Count{}, map[summedKey]*[4]partial{}
	}
	return s
}

// AddCount adds the count of a full series.
func (s *Summary) AddCount(count Count) {
	for i := range levels {
		level := Level(i)
		if !level.at(s.grain) {
			continue
		}
		key := summedKey{level.of(count.Series), count.Status}
		sum := s.counts[level][key]
		if sum == nil {
			sum = &Count{Series: key.series, At: s.at, Status: count.Status}
			s.counts[level][key] = sum
		}
		sum.Requests += count.Requests
		sum.Forwarded += count.Forwarded
		sum.BytesIn += count.BytesIn
		sum.BytesOut += count.BytesOut
	}
}

// AddSpread adds the distributions of a series by operation. Coarser levels are summed up later, from the sums of finer
// ones.
func (s *Summary) AddSpread(spread Spread) error {
	return mergeInto(s.spreads[ByOperation], summedKey{spread.Series, spread.Status}, spread.sketches())
}

func (s *Spread) sketches() [4][]byte {
	return [4][]byte{s.Latency, s.Upstream, s.RequestSize, s.ResponseSize}
}

func mergeInto(sums map[summedKey]*[4]partial, key summedKey, sketches [4][]byte) error {
	into := sums[key]
	if into == nil {
		into = &[4]partial{}
		sums[key] = into
	}
	for i, encoded := range sketches {
		if err := into[i].merge(encoded); err != nil {
			return err
		}
	}
	return nil
}

// TakeTeam removes and returns the sums of the team whose rows were added last.
func (s *Summary) TakeTeam() ([]SummedCount, []SummedSpread, error) { return s.take(true) }

// TakeRest removes and returns the sums of all teams together.
func (s *Summary) TakeRest() ([]SummedCount, []SummedSpread, error) { return s.take(false) }

func (s *Summary) take(ofTeams bool) (counts []SummedCount, spreads []SummedSpread, err error) {
	for i := range levels {
		if (levels[i].keeps&ofTeam != 0) != ofTeams {
			continue
		}
		level := Level(i)
		for _, count := range s.counts[level] {
			counts = append(counts, SummedCount{level, *count})
		}
		clear(s.counts[level])
		taken, err := s.takeSpreads(level)
		if err != nil {
			return nil, nil, err
		}
		spreads = append(spreads, taken...)
	}
	return counts, spreads, nil
}

// takeSpreads removes and returns the distributions of a level, and adds them to the levels that are summed up from it.
func (s *Summary) takeSpreads(level Level) ([]SummedSpread, error) {
	var taken []SummedSpread
	take := func(key summedKey, sketches *[4]partial) [4][]byte {
		encoded := [4][]byte{sketches[0].encode(), sketches[1].encode(), sketches[2].encode(), sketches[3].encode()}
		taken = append(taken, SummedSpread{level, Spread{
			Series: key.series, At: s.at, Status: key.status,
			Latency: encoded[0], Upstream: encoded[1], RequestSize: encoded[2], ResponseSize: encoded[3],
		}})
		return encoded
	}
	totals := map[summedKey]*[4]partial{}
	for key, sketches := range s.spreads[level] {
		encoded := take(key, sketches)
		if levels[level].total {
			if err := mergeInto(totals, summedKey{key.series, 0}, encoded); err != nil {
				return nil, err
			}
		}
		for i := range levels {
			coarser := Level(i)
			if coarser == ByCredential || coarser == ByOperation || levels[coarser].from != level || !coarser.at(s.grain) {
				continue
			}
			if err := mergeInto(s.spreads[coarser], summedKey{coarser.of(key.series), key.status}, encoded); err != nil {
				return nil, err
			}
		}
	}
	for key, sketches := range totals {
		take(key, sketches)
	}
	clear(s.spreads[level])
	return taken, nil
}
