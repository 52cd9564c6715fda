// One text to everybody with gws' Broadcaster, the fastest Go server that was found: the peer of bench/fan_server.py.
// Know before changing: it answers the same lines of standard input, and waits until every connection has written.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/lxzan/gws"
)

type room struct {
	gws.BuiltinEventHandler
	sync.Mutex
	sockets map[*gws.Conn]struct{}
}

func (r *room) OnOpen(socket *gws.Conn) {
	r.Lock()
	r.sockets[socket] = struct{}{}
	r.Unlock()
}

func (r *room) OnClose(socket *gws.Conn, err error) {
	r.Lock()
	delete(r.sockets, socket)
	r.Unlock()
}

func (r *room) OnMessage(socket *gws.Conn, message *gws.Message) { message.Close() }

func cpuSeconds() float64 {
	var used syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &used)
	return float64(used.Utime.Sec+used.Stime.Sec) + float64(used.Utime.Usec+used.Stime.Usec)/1e6
}

func (r *room) run(rounds, size int) map[string]any {
	text := []byte(`{"t":"change","pad":"` + strings.Repeat("x", size-23) + `"}`)
	r.Lock()
	sockets := make([]*gws.Conn, 0, len(r.sockets))
	for socket := range r.sockets {
		sockets = append(sockets, socket)
	}
	r.Unlock()
	began, beganCPU := time.Now(), cpuSeconds()
	for i := 0; i < rounds; i++ {
		made := gws.NewBroadcaster(gws.OpcodeText, text)
		var written sync.WaitGroup
		written.Add(len(sockets))
		for _, socket := range sockets {
			_ = made.Broadcast(socket)
			socket.Async(written.Done)
		}
		written.Wait()
		_ = made.Close()
	}
	return map[string]any{"clients": len(sockets), "frames": rounds * len(sockets), "bytes": len(text),
		"seconds": time.Since(began).Seconds(), "cpu_s": cpuSeconds() - beganCPU}
}

func main() {
	handler := &room{sockets: map[*gws.Conn]struct{}{}}
	upgrader := gws.NewUpgrader(handler, &gws.ServerOption{})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	go func() {
		_ = http.Serve(listener, http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
			socket, err := upgrader.Upgrade(writer, request)
			if err == nil {
				go socket.ReadLoop()
			}
		}))
	}()
	fmt.Printf("{\"port\": %d}\n", listener.Addr().(*net.TCPAddr).Port)
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var asked struct{ Rounds, Bytes int }
		if json.Unmarshal(lines.Bytes(), &asked) != nil {
			continue
		}
		said, _ := json.Marshal(handler.run(asked.Rounds, asked.Bytes))
		fmt.Println(string(said))
	}
}
