package ledger

import (
	"bytes"
	"syscall"
	"testing"
)

// BenchmarkAppendUntilWrite measures what Append does before its write(2).
func BenchmarkAppendUntilWrite(b *testing.B) {
	l, record := &Ledger{}, bytes.Repeat([]byte("r"), 200)
	b.ReportAllocs()
	before := usedCPU()
	for b.Loop() {
		l.mu.Lock()
		l.frame = appendFrame(l.frame[:0], record)
		l.mu.Unlock()
	}
	b.ReportMetric(float64(usedCPU()-before)/float64(b.N), "cpu-ns/op")
}

func usedCPU() int64 {
	var used syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &used)
	return used.Utime.Nano() + used.Stime.Nano()
}
