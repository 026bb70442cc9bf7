package session

import (
	"encoding/json"
	"fmt"
	"time"
)

// record is a session at rest. Its fields are the keys of the session's data; a key that has no
// field here cannot be stored, so none is lost unnoticed.
type record struct {
	Deadline time.Time `json:"deadline"`
	Signin   int64     `json:"signin,omitempty"`
	Pending  int64     `json:"pending,omitempty"`
	Passed   int64     `json:"passed,omitempty"`
	Flash    *Flash    `json:"flash,omitempty"`
}

// codec writes sessions as JSON of a fixed shape. The library's own spelling describes its types
// anew in every session, and reading that took a seventh of the time of a small page.
type codec struct{}

// Encode implements scs.Codec.
func (codec) Encode(deadline time.Time, values map[string]any) ([]byte, error) {
	r := record{Deadline: deadline}
	numbers := map[string]*int64{keySignin: &r.Signin, keyPending: &r.Pending, keyPassed: &r.Passed}
	for key, value := range values {
		switch v := value.(type) {
		case int64:
			if into := numbers[key]; into != nil {
				*into = v
				continue
			}
		case Flash:
			if key == keyFlash {
				r.Flash = &v
				continue
			}
		}
		return nil, fmt.Errorf("session: no place for %s (%T)", key, value)
	}
	return json.Marshal(r)
}

// Decode implements scs.Codec. What cannot be read, such as a session of an older spelling, is a
// session without anything in it: the person signs in again.
func (codec) Decode(b []byte) (time.Time, map[string]any, error) {
	values := map[string]any{}
	var r record
	if err := json.Unmarshal(b, &r); err != nil {
		return time.Time{}, values, nil //nolint:nilerr // as promised
	}
	for key, n := range map[string]int64{keySignin: r.Signin, keyPending: r.Pending, keyPassed: r.Passed} {
		if n != 0 {
			values[key] = n
		}
	}
	if r.Flash != nil {
		values[keyFlash] = *r.Flash
	}
	return r.Deadline, values, nil
}
