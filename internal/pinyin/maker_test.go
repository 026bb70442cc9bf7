package pinyin

import (
	"os"
	"os/exec"
	"testing"
)

// The program that writes the words is no package of this module; its own test runs from here.
func TestMakerOfTheWords(t *testing.T) {
	const in = "internal/tools/pinyindict/"
	root := "../.."
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	run := exec.CommandContext(t.Context(), "go", "test", "-count=1", in+"main.go", in+"pairs.go", in+"made_test.go")
	run.Dir, run.Env = root, append(os.Environ(), "ROOT="+here+"/"+root)
	if out, err := run.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
