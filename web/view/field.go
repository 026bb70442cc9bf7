package view

func dateField(f Field) Field {
	if f.Hint == "" {
		f.Hint = "如 2026-11-18 或 11月18日"
	}
	f.Width = "s"
	return f
}
