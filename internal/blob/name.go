package blob

import (
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxName is the length of a file name without its extension, in characters.
const maxName = 80

const namelessFile = "附件"

// devices are names that Windows takes for machines, whatever the extension.
var devices = []string{"con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9",
	"lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9"}

// CleanName makes a name that can be shown and saved anywhere: no folder, no control, bidi or
// invisible characters, nothing that Windows refuses, never empty. Chinese characters stay as
// they are, rare ones too (reliability.md §2 rule 14).
func CleanName(name string) string {
	name = strings.ToValidUTF8(name, "")
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(cleanRune, name)
	ext := path.Ext(name)
	if utf8.RuneCountInString(ext) > 12 || ext == name {
		ext = ""
	}
	base := strings.Trim(strings.TrimSuffix(name, ext), " .")
	ext = strings.TrimRight(ext, " .")
	if r := []rune(base); len(r) > maxName {
		base = strings.TrimRight(string(r[:maxName]), " .")
	}
	if base == "" {
		base = namelessFile
	}
	if first, _, _ := strings.Cut(base, "."); slices.Contains(devices, strings.ToLower(strings.TrimSpace(first))) {
		base = "_" + base
	}
	return base + ext
}

// cleanRune drops what is not seen and replaces what file systems refuse.
func cleanRune(r rune) rune {
	switch {
	case strings.ContainsRune(`<>:"|?*`, r):
		return '_'
	case unicode.Is(unicode.Zs, r):
		return ' '
	case unicode.IsControl(r), unicode.In(r, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp, unicode.Noncharacter_Code_Point),
		unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r), r == utf8.RuneError:
		return -1
	}
	return r
}
