package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/portico-api/portico/internal/platform/clock"
)

const (
	connections = 64
	bodySize    = 1 << 10
)

var body = bytes.Repeat([]byte("x"), bodySize)

// keyOf returns the key with this number.
func keyOf(number int) string { return fmt.Sprintf("%032x", number+1) }

// load calls a server over persistent connections, with each key in turn: as fast as it answers, or at most perSecond
// times a second.
type load struct {
	perSecond int64

	requests [][]byte
	kept     []*caller
	next     atomic.Int64
}

type caller struct {
	net.Conn

	answers *bufio.Reader
}

func connect(ctx context.Context, address string, keys int) (*load, error) {
	made := &load{}
	for number := range keys {
		made.requests = append(made.requests, fmt.Appendf(nil,
			"POST /bench/v1/things/42?unit=c HTTP/1.1\r\nHost: %s\r\nX-Api-Key: %s\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s",
			address, keyOf(number), bodySize, body))
	}
	for range connections {
		connection, err := new(net.Dialer).DialContext(ctx, "tcp", address)
		if err != nil {
			made.close()
			return nil, err
		}
		made.kept = append(made.kept, &caller{Conn: connection, answers: bufio.NewReaderSize(connection, 8<<10)})
	}
	return made, nil
}

func (l *load) close() {
	for _, caller := range l.kept {
		_ = caller.Close()
	}
}

// run calls the server for this time, but makes at least this many calls, and returns the number of calls.
func (l *load) run(length time.Duration, least int) (int64, error) {
	began, first := clock.Now(), l.next.Load()
	until := began.Add(length)
	var calls atomic.Int64
	failures := make([]error, len(l.kept))
	var callers sync.WaitGroup
	for i, caller := range l.kept {
		callers.Go(func() {
			for calls.Load() < int64(least) || clock.Now().Before(until) {
				number := l.next.Add(1)
				if l.perSecond > 0 {
					time.Sleep(time.Until(began.Add(time.Duration(number-first) * time.Second / time.Duration(l.perSecond))))
				}
				request := l.requests[number%int64(len(l.requests))]
				if failures[i] = caller.call(request); failures[i] != nil {
					return
				}
				calls.Add(1)
			}
		})
	}
	callers.Wait()
	return calls.Load(), errors.Join(failures...)
}

var errRefused = errors.New("a call was rejected")

// call makes one call and parses only what it needs of the response, to leave the CPU to the server.
func (c *caller) call(request []byte) error {
	if _, err := c.Write(request); err != nil {
		return err
	}
	length := -1
	for first := true; ; first = false {
		line, err := c.answers.ReadSlice('\n')
		if err != nil {
			return err
		}
		text := bytes.TrimRight(line, "\r\n")
		switch {
		case first && !bytes.HasPrefix(text, []byte("HTTP/1.1 200")):
			return fmt.Errorf("%w: %s", errRefused, text)
		case len(text) == 0:
			_, err := io.CopyN(io.Discard, c.answers, int64(length))
			return err
		}
		if name, value, _ := strings.Cut(string(text), ":"); name == "Content-Length" {
			if length, err = strconv.Atoi(strings.TrimSpace(value)); err != nil {
				return err
			}
		}
	}
}
