//go:build unix && !linux

package devdb

import (
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// dieWithParent has no counterpart here: after kill -9 the next start ends the orphan.
func dieWithParent(*syscall.SysProcAttr, syscall.Signal) {}

// serves says whether pid is a postmaster on this cluster, and not a stranger who got the number.
func serves(pid int, data string) bool {
	if !alive(pid) {
		return false
	}
	out, err := exec.Command("ps", "-ww", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && strings.Contains(string(out), data)
}
