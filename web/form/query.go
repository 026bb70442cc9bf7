package form

import (
	"net/http"
	"net/url"
)

// Query reads the parameters of an address like a form, for filters: the address is the state of a
// list, and what cannot be read gets its sentence like any field.
func Query(r *http.Request) *Form {
	asked := &http.Request{Header: r.Header}
	f := &Form{r: asked}
	var err error
	if asked.PostForm, err = url.ParseQuery(r.URL.RawQuery); err != nil {
		f.Add("", "地址里的条件没有读懂，请重新选择")
	}
	return f
}
