// A middleware in Go as a subject of bench/run, in process and without a socket: in front of a
// handler, on a response that is used again and cleared. `wrap` stands in a file of its own for each
// library: go_rs_cors.go, go_jub0bs_cors.go. What goes over standard input and output:
// bench/peers/subject.py.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"syscall"
)

const batch = 64 // at least as many requests between two looks at the clock

type benchCase struct {
	Policy struct {
		Origins, Methods, Headers []string
	}
	Method         string
	From           []string
	RequestHeaders map[string]string `json:"request_headers"`
}

type response struct{ header http.Header }

func (r *response) Header() http.Header            { return r.header }
func (r *response) Write(body []byte) (int, error) { return len(body), nil }
func (r *response) WriteHeader(int)                {}
func (r *response) clear() {
	for name := range r.header {
		delete(r.header, name)
	}
}

var reached int // how often the handler was reached

var handler = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached++ })

func makeRequests(one *benchCase) []*http.Request {
	var requests []*http.Request
	for _, origin := range one.From {
		request, err := http.NewRequest(one.Method, "http://api.example.com/api/items", nil)
		if err != nil {
			panic(err)
		}
		for name, value := range one.RequestHeaders {
			request.Header.Set(name, value)
		}
		if origin != "" {
			request.Header.Set("Origin", origin)
		}
		requests = append(requests, request)
	}
	return requests
}

func processorNanoseconds() float64 {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		panic(err)
	}
	return float64(used.Utime.Nano() + used.Stime.Nano())
}

func measure(called http.Handler, requests []*http.Request, milliseconds float64) float64 {
	written := &response{header: http.Header{}}
	start := processorNanoseconds()
	passed, answered := 0.0, 0
	turns := (batch + len(requests) - 1) / len(requests)
	for passed < milliseconds*1e6 {
		for turn := 0; turn < turns; turn++ {
			for _, request := range requests {
				written.clear()
				called.ServeHTTP(written, request)
			}
		}
		answered += turns * len(requests)
		passed = processorNanoseconds() - start
	}
	return passed / float64(answered)
}

func firstAnswers(called http.Handler, requests []*http.Request) []map[string]string {
	var answers []map[string]string
	for _, request := range requests {
		written := &response{header: http.Header{}}
		called.ServeHTTP(written, request)
		answer := map[string]string{}
		for name, values := range written.header {
			answer[name] = strings.Join(values, ", ")
		}
		answers = append(answers, answer)
	}
	return answers
}

func main() {
	var requests []*http.Request
	var called http.Handler
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		words := strings.SplitN(lines.Text(), " ", 2)
		reply := map[string]any{}
		if words[0] == "prepare" {
			text, err := os.ReadFile(words[1])
			one := benchCase{}
			if err == nil {
				err = json.Unmarshal(text, &one)
			}
			if err != nil {
				fmt.Fprintln(os.Stderr, "go_peer:", err)
				os.Exit(1)
			}
			if called, err = wrap(&one, handler); err != nil {
				fmt.Fprintln(os.Stderr, "go_peer: the policy is refused:", err)
				os.Exit(1)
			}
			requests = makeRequests(&one)
			reply["answers"] = firstAnswers(called, requests)
		} else {
			milliseconds, _ := strconv.ParseFloat(words[1], 64)
			reply["bare_ns"] = measure(handler, requests, milliseconds/4)
			reply["ns"] = measure(called, requests, milliseconds)
		}
		text, _ := json.Marshal(reply)
		fmt.Println(string(text))
	}
}
