package intake

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"portal/internal/workday"
)

// Date checks 2026-11-18.
func Date(cell string) error {
	if _, err := workday.ParseDay(cell); err != nil {
		return errors.New("日期写作 2026-11-18 这样的十位，请改正")
	}
	return nil
}

// TrueFalse checks true or false.
func TrueFalse(cell string) error {
	if cell != "true" && cell != "false" {
		return errors.New("只能是 true 或 false")
	}
	return nil
}

// OneOf checks a choice.
func OneOf[T ~string](allowed ...T) func(string) error {
	words := make([]string, len(allowed))
	for i, a := range allowed {
		words[i] = string(a)
	}
	return func(cell string) error {
		for _, w := range words {
			if cell == w {
				return nil
			}
		}
		return fmt.Errorf("只能是：%s", strings.Join(words, "、"))
	}
}

// Shape checks a pattern and says in words what is expected.
func Shape(pattern, expected string) func(string) error {
	re := regexp.MustCompile(pattern)
	return func(cell string) error {
		if !re.MatchString(cell) {
			return errors.New(expected)
		}
		return nil
	}
}

// Number checks a whole number that is not negative.
var Number = Shape(`^[0-9]{1,6}$`, "请填写数字")
