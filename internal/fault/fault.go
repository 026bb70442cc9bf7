// Package fault is the one vocabulary for errors a user may read.
//
// Anything that is not a fault is internal: it is logged with its request id and
// shown to the user only as an apology and a number. Texts are polite Chinese
// sentences that say what to do next (ux.md §6).
package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Kind says which of the few answers a fault leads to.
type Kind int

// The kinds, each mapped to one HTTP status by web/route.
const (
	KindInternal    Kind = iota // 500, nothing is told
	KindInvalid                 // 422, each field with its sentence
	KindNotFound                // 404; also everything out of reach
	KindForbidden               // 403, only where the object itself is in reach
	KindConflict                // 409, somebody else was first
	KindTooLarge                // 413
	KindTooMany                 // 429
	KindUnavailable             // 503, try again, nothing was lost
)

// Field is one message beside one form field.
type Field struct {
	Name    string // the form field's name, as in the HTML
	Message string // a sentence saying what to enter
}

// Fault is an error whose text may be shown.
type Fault struct {
	Kind    Kind
	Message string  // the sentence for the page
	Fields  []Field // only for KindInvalid
	err     error
}

// Error gives the user's sentence and, for the log, the cause.
func (f *Fault) Error() string {
	text := f.Message
	if len(f.Fields) > 0 {
		parts := make([]string, len(f.Fields))
		for i, field := range f.Fields {
			parts[i] = field.Name + "：" + field.Message
		}
		text = strings.TrimPrefix(text+" "+strings.Join(parts, "；"), " ")
	}
	if f.err != nil {
		return text + ": " + f.err.Error()
	}
	return text
}

// Unwrap gives the internal cause, if there is one.
func (f *Fault) Unwrap() error { return f.err }

// Invalid reports all field errors at once. With no field it returns nil, so that
// a rule can end with `return fault.Invalid(fields...)`.
func Invalid(fields ...Field) error {
	if len(fields) == 0 {
		return nil
	}
	return &Fault{Kind: KindInvalid, Fields: fields}
}

// InvalidField reports one field error.
func InvalidField(name, message string) error {
	return Invalid(Field{Name: name, Message: message})
}

// NotFound is for what does not exist and for what is out of reach: the two read the same.
func NotFound(message string) error { return &Fault{Kind: KindNotFound, Message: message} }

// Forbidden is for an act refused on an object that the user may see.
func Forbidden(message string) error { return &Fault{Kind: KindForbidden, Message: message} }

// Conflict is for a state that moved on: it names who did what.
func Conflict(format string, args ...any) error {
	return &Fault{Kind: KindConflict, Message: fmt.Sprintf(format, args...)}
}

// TooMany is for brakes.
func TooMany(message string) error { return &Fault{Kind: KindTooMany, Message: message} }

// TooLarge is for bodies and files over the limit.
func TooLarge(message string) error { return &Fault{Kind: KindTooLarge, Message: message} }

// Unavailable wraps a passing trouble of the database or the disk.
func Unavailable(err error) error {
	return &Fault{Kind: KindUnavailable, Message: "系统暂时忙不过来，内容还在。请过一会儿再点一次", err: err}
}

// KindOf tells the kind of any error; everything unknown is internal.
func KindOf(err error) Kind {
	var f *Fault
	if errors.As(err, &f) {
		return f.Kind
	}
	return KindInternal
}

// As finds the fault inside err.
func As(err error) (*Fault, bool) {
	var f *Fault
	ok := errors.As(err, &f)
	return f, ok
}

// Fields gives the field messages inside err, or nil.
func Fields(err error) []Field {
	if f, ok := As(err); ok {
		return f.Fields
	}
	return nil
}
