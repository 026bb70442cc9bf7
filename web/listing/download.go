package listing

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"portal/internal/catalog"
	"portal/internal/pg"
	"portal/internal/sheet"
)

// heldBack is how much of a download waits until its end is known: an error until then is an answer
// of its own, and the answer carries an ETag. What is longer goes out as it is made.
const heldBack = 4 << 20

// File names what is downloaded. Without a Name it opens in the browser.
type File struct{ Type, Name string }

// Download answers with what write makes.
func Download(w http.ResponseWriter, r *http.Request, file File, write func(io.Writer) error) error {
	out := &holder{to: w, file: file}
	err := write(out)
	switch {
	case err != nil && out.flowing:
		// The beginning is with the reader: only a broken connection tells that the rest is missing.
		panic(http.ErrAbortHandler)
	case err != nil:
		return err
	case out.flowing:
		return nil
	}
	sum := sha256.Sum256(out.held.Bytes())
	tag := `"` + hex.EncodeToString(sum[:12]) + `"`
	w.Header().Set("ETag", tag)
	out.headers()
	if matches(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	_, err = out.held.WriteTo(w)
	return ignoreGone(r, err)
}

// ignoreGone forgets that the reader has left; nobody is there to be told.
func ignoreGone(r *http.Request, err error) error {
	if err != nil && r.Context().Err() != nil {
		return nil //nolint:nilerr // as promised
	}
	return err
}

// matches reports whether the reader has this answer already; a proxy that compresses marks tags weak.
func matches(header, tag string) bool {
	for each := range strings.SplitSeq(header, ",") {
		if each = strings.TrimPrefix(strings.TrimSpace(each), "W/"); each == tag || each == "*" {
			return true
		}
	}
	return false
}

type holder struct {
	to      http.ResponseWriter
	file    File
	held    bytes.Buffer
	flowing bool
}

func (h *holder) headers() {
	h.to.Header().Set("Content-Type", h.file.Type)
	if h.to.Header().Get("Cache-Control") == "" {
		h.to.Header().Set("Cache-Control", "no-cache") // ask again, with the ETag
	}
	if h.file.Name != "" {
		h.to.Header().Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(h.file.Name))
	}
}

// Write implements io.Writer.
func (h *holder) Write(p []byte) (int, error) {
	if h.flowing {
		return h.to.Write(p)
	}
	if h.held.Len()+len(p) <= heldBack {
		return h.held.Write(p)
	}
	h.headers()
	h.flowing = true
	if _, err := h.held.WriteTo(h.to); err != nil {
		return 0, err
	}
	return h.to.Write(p)
}

// WriteCSV writes the records of a filter for everybody: UTF-8 without a mark in front, as programs
// expect it. Cells that a spreadsheet would run are defused, since titles of applications are typed by
// people (reliability.md §2 rule 16); every other value is as in its source.
func WriteCSV(ctx context.Context, q pg.Querier, f catalog.Filter, w io.Writer) error {
	return sheet.WriteCSV(w, catalog.RecordKeys, catalog.Records(ctx, q, f), sheet.CSV{NoBOM: true})
}

// WriteJSON writes the records of a filter as an array of objects, keys in the order of the file.
func WriteJSON(ctx context.Context, q pg.Querier, f catalog.Filter, w io.Writer) error {
	between := "[\n"
	for record, err := range catalog.Records(ctx, q, f) {
		if err != nil {
			return err
		}
		line := []byte(between)
		for i, key := range catalog.RecordKeys {
			if line, err = appendPair(line, i == 0, key, record[i]); err != nil {
				return err
			}
		}
		if _, err := w.Write(append(line, '}')); err != nil {
			return err
		}
		between = ",\n"
	}
	if between == "[\n" {
		_, err := io.WriteString(w, "[]\n")
		return err
	}
	_, err := io.WriteString(w, "\n]\n")
	return err
}

func appendPair(line []byte, first bool, key, value string) ([]byte, error) {
	sep := byte(',')
	if first {
		sep = '{'
	}
	v, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("value of %s: %w", key, err)
	}
	line = append(line, sep, '"')
	line = append(line, key...)
	return append(append(line, '"', ':'), v...), nil
}
