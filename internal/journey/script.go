package journey

import (
	"github.com/chromedp/cdproto/emulation"
)

// ScriptOff switches JavaScript off for the pages that come, as on a device whose browser has lost it.
func (b *Browser) ScriptOff() {
	b.t.Helper()
	b.do("switch script off", call(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
	b.script = false
}
