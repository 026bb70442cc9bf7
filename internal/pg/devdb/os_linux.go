package devdb

import (
	"bytes"
	"os"
	"slices"
	"strconv"
	"syscall"
)

// dieWithParent lets the kernel send sig to the child when we are gone, even after kill -9.
func dieWithParent(attr *syscall.SysProcAttr, sig syscall.Signal) { attr.Pdeathsig = sig }

// serves says whether pid is a postmaster on this cluster, and not a stranger who got the number.
func serves(pid int, data string) bool {
	if !alive(pid) {
		return false
	}
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline")
	if err != nil {
		return false
	}
	return slices.ContainsFunc(bytes.Split(b, []byte{0}), func(arg []byte) bool { return string(arg) == data })
}
