//go:build !linux

package outside

import "os/exec"

func endWithParent(*exec.Cmd) {}
