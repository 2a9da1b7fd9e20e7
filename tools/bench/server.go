package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/portico-api/portico/internal/gateway/forward"
)

// server is a measured process. It prints its address, and its CPU time for each line of input. It stops at the end of
// its input.
type server struct {
	address string
	command *exec.Cmd
	input   io.WriteCloser
	output  *bufio.Reader
}

// start runs this program again in another role.
func start(ctx context.Context, role, upstream string, keys int) (*server, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return startProgram(ctx, program, role, upstream, keys)
}

// startProgram runs a build of this program in a role.
func startProgram(ctx context.Context, program, role, upstream string, keys int) (*server, error) {
	command := exec.CommandContext(ctx, program, "-role", role, "-upstream", upstream, "-keys", strconv.Itoa(keys))
	command.Stderr = os.Stderr
	made := &server{command: command}
	input, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	made.input = input
	output, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	made.output = bufio.NewReader(output)
	if err := command.Start(); err != nil {
		return nil, err
	}
	made.address, err = made.line()
	if err != nil {
		return nil, fmt.Errorf("start the %s: %w", role, err)
	}
	return made, nil
}

func (s *server) line() (string, error) {
	line, err := s.output.ReadString('\n')
	return strings.TrimSpace(line), err
}

// cpu returns the CPU time that the process has used so far.
func (s *server) cpu() (time.Duration, error) {
	if _, err := io.WriteString(s.input, "\n"); err != nil {
		return 0, err
	}
	line, err := s.line()
	if err != nil {
		return 0, err
	}
	return time.ParseDuration(line)
}

func (s *server) stop() {
	_ = s.input.Close()
	_ = s.command.Wait()
}

// serve runs a measured process until its input ends.
func serve(ctx context.Context, role, upstream string, keys int) error {
	handler, stop, err := handlerOf(ctx, role, upstream, keys)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	listening := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- listening.Serve(listener) }()
	fmt.Println(listener.Addr())
	for asked := bufio.NewScanner(os.Stdin); asked.Scan(); {
		fmt.Println(usedCPU())
	}
	err = errors.Join(listening.Close(), stop())
	if served := <-failed; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

func usedCPU() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		panic(err) // only a mistake in the arguments
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

func handlerOf(ctx context.Context, role, upstream string, keys int) (handler http.Handler, stop func() error, err error) {
	switch role {
	case "upstream":
		return http.HandlerFunc(answer), func() error { return nil }, nil
	case "bare":
		to := &url.URL{Scheme: "http", Host: upstream}
		return &httputil.ReverseProxy{
			Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(to); r.SetXForwarded() },
			Transport: forward.NewTransport(forward.DefaultTimeout),
		}, func() error { return nil }, nil
	case "gateway":
		return newGateway(ctx, upstream, keys)
	}
	return nil, nil, fmt.Errorf("unknown role %q", role)
}

// answer is the upstream's handler: it reads the body and returns 1 KiB.
func answer(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	w.Header()["Content-Type"] = []string{"text/plain"}
	_, _ = w.Write(body)
}
