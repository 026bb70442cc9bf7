package kiosk

import (
	"portal/internal/pinyin"
	"portal/web/route"
)

// canType says whether the mode 拼音打字 may be shown: only with its dictionary (UX-K7).
func (h handlers) canType() bool {
	_, err := pinyin.Load()
	return err == nil
}

func (h handlers) mountTyping(_ *route.Router) {}
