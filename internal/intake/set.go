package intake

import (
	"slices"

	"portal/internal/authz"
)

// Set is the kinds of files that the portal takes, in the order of pages and help.
type Set []Kind

// Named finds a kind by its word on the command line.
func (s Set) Named(name string) (Kind, bool) {
	i := slices.IndexFunc(s, func(k Kind) bool { return k.Name == name })
	if i < 0 {
		return Kind{}, false
	}
	return s[i], true
}

// For gives the kinds that somebody may import.
func (s Set) For(by authz.Actor) Set {
	return slices.DeleteFunc(slices.Clone(s), func(k Kind) bool { return !authz.Can(by, k.action()) })
}

// Names lists the words of the command line.
func (s Set) Names() []string {
	out := make([]string, len(s))
	for i, k := range s {
		out[i] = k.Name
	}
	return out
}

func (k Kind) action() authz.Action {
	if k.Do == "" {
		return authz.ListImport
	}
	return k.Do
}
