package fault

import (
	"errors"
	"fmt"
	"testing"
)

// Unknown errors are internal, wrapped faults keep their kind, and no field means no error.
func TestKindOf(t *testing.T) {
	cases := []struct {
		name string
		err  error
		want Kind
	}{
		{"plain error", errors.New("boom"), KindInternal},
		{"nil", nil, KindInternal},
		{"invalid", InvalidField("title", "填写事项名称"), KindInvalid},
		{"wrapped not found", fmt.Errorf("load: %w", NotFound("没有这个文号")), KindNotFound},
		{"conflict", Conflict("已被他人处理：%s", "许闻"), KindConflict},
		{"unavailable keeps its cause", Unavailable(errors.New("disk full")), KindUnavailable},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := KindOf(c.err); got != c.want {
				t.Errorf("KindOf = %d, want %d", got, c.want)
			}
		})
	}
	if err := Invalid(); err != nil {
		t.Errorf("Invalid() = %v, want nil", err)
	}
}
