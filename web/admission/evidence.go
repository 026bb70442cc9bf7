package admission

import (
	"encoding/json"
	"net/url"

	"portal/internal/admission"
	"portal/web/view"
)

// evidenceOf reads what a stored finding rests on.
func evidenceOf(c admission.Checked) admission.Evidence {
	var e admission.Evidence
	if err := json.Unmarshal(c.Evidence, &e); err != nil {
		return admission.Evidence{} // a finding without readable evidence is shown by its words alone
	}
	return e
}

// piecesOf marks the words that were found in a finding.
func piecesOf(c admission.Checked) []view.Piece {
	pieces := evidenceOf(c).Pieces
	if len(pieces) == 0 {
		return []view.Piece{{Text: c.Finding}}
	}
	out := make([]view.Piece, len(pieces))
	for i, p := range pieces {
		out[i] = view.Piece{Text: p.Text, Hit: p.Hit}
	}
	return out
}

// linksOf leads from a finding to what it rests on.
func linksOf(c admission.Checked) []view.Link {
	var out []view.Link
	e := evidenceOf(c)
	for _, code := range e.Negative {
		out = append(out, view.Link{Href: "/desk/lists/negative?q=" + url.QueryEscape(code), Text: "看负面清单 " + code})
	}
	if len(e.Loads) > 0 {
		out = append(out, view.Link{Href: "#loads", Text: "看每个社区"})
	}
	return out
}
