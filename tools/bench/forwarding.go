package main

import (
	"context"
	"fmt"
	"time"
)

// manyKeys is the number of keys that the second comparison uses in turn.
const manyKeys = 10_000

// measureForwarding compares the CPU time of a call through the gateway with that of a bare reverse proxy. The gateway
// checks the key, a rate limit and a monthly quota, and counts the call. Both use the same transport: 64 persistent
// connections, and bodies of 1 KiB both ways. Each is its own process, whose CPU time the system reports.
func measureForwarding(ctx context.Context, settings settings) ([]figure, error) {
	upstream, err := start(ctx, "upstream", "", 1)
	if err != nil {
		return nil, err
	}
	defer upstream.stop()
	sides := []*side{{role: "bare", keys: 1}, {role: "gateway", keys: 1}, {role: "gateway", keys: manyKeys}}
	defer func() {
		for _, side := range sides {
			side.end()
		}
	}()
	for _, side := range sides {
		if err := side.begin(ctx, upstream.address, settings); err != nil {
			return nil, err
		}
	}
	for range settings.rounds {
		for _, side := range sides {
			if err := side.measure(settings.round); err != nil {
				return nil, err
			}
		}
	}
	return figuresOf(sides[0], sides[1], sides[2]), nil
}

// begin starts the measured server and calls it with each key before the measurement.
func (s *side) begin(ctx context.Context, upstream string, settings settings) (err error) {
	if s.server, err = start(ctx, s.role, upstream, s.keys); err != nil {
		return err
	}
	if s.load, err = connect(ctx, s.server.address, s.keys); err != nil {
		return err
	}
	_, err = s.load.run(max(settings.round/2, time.Second), s.keys)
	return err
}

func (s *side) end() {
	if s.load != nil {
		s.load.close()
	}
	if s.server != nil {
		s.server.stop()
	}
}

func figuresOf(bare, one, many *side) []figure {
	return []figure{
		{what: "bare reverse proxy, CPU per call", unit: " µs", rounds: bare.cost},
		{what: "gateway with 1 key, CPU per call", unit: " µs", rounds: one.cost},
		{what: "gateway with 1 key against bare", unit: " times", rounds: ratios(one.cost, bare.cost), most: 1.10},
		{what: fmt.Sprintf("gateway with %d keys, CPU per call", manyKeys), unit: " µs", rounds: many.cost},
		{what: fmt.Sprintf("gateway with %d keys against bare", manyKeys), unit: " times", rounds: ratios(many.cost, bare.cost), most: 1.15},
	}
}

// side is one of the compared servers.
type side struct {
	role   string
	keys   int
	server *server
	load   *load
	cost   []float64 // microseconds of CPU per call, by round
}

func (s *side) measure(round time.Duration) error {
	before, err := s.server.cpu()
	if err != nil {
		return err
	}
	calls, err := s.load.run(round, 0)
	if err != nil {
		return fmt.Errorf("calling the %s: %w", s.role, err)
	}
	after, err := s.server.cpu()
	if err != nil {
		return err
	}
	s.cost = append(s.cost, float64((after-before).Microseconds())/float64(calls))
	return nil
}

// ratios divides the values of the same rounds.
func ratios(of, against []float64) []float64 {
	compared := make([]float64, len(of))
	for i := range of {
		compared[i] = of[i] / against[i]
	}
	return compared
}
