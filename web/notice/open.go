package notice

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"strings"
	"time"

	"portal/internal/notice"
	"portal/web/listing"
)

// openNotice is a notice as open data; keys stay as they are.
type openNotice struct {
	Number       string        `json:"number"`
	URL          string        `json:"url"`
	Kind         notice.Kind   `json:"kind"`
	KindName     string        `json:"kind_name"`
	Issuer       string        `json:"issuer"`
	Division     string        `json:"division"`
	Title        string        `json:"title"`
	PlainTitle   string        `json:"plain_title"`
	PlainSummary string        `json:"plain_summary"`
	State        notice.State  `json:"state"`
	StateName    string        `json:"state_name"`
	Version      int           `json:"version"`
	IssuedOn     string        `json:"issued_on"`
	FromOn       string        `json:"from_on"`
	LastOn       string        `json:"last_on,omitempty"`
	Exact        bool          `json:"last_on_exact"`
	Body         string        `json:"body,omitempty"`
	Files        []openFile    `json:"files,omitempty"`
	Versions     []openVersion `json:"versions,omitempty"`
	Postings     []openPosting `json:"postings,omitempty"`
	Replies      []openReply   `json:"replies,omitempty"`
	Decision     string        `json:"decision_url,omitempty"`
	Result       string        `json:"result_url,omitempty"`
}

type openFile struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

type openVersion struct {
	Version  int    `json:"version"`
	URL      string `json:"url"`
	IssuedOn string `json:"issued_on"`
	Reason   string `json:"reason,omitempty"`
}

type openPosting struct {
	On    string `json:"on"`
	Place string `json:"place"`
}

type openReply struct {
	Question  string `json:"question"`
	Reply     string `json:"reply"`
	RepliedOn string `json:"replied_on"`
}

func (h handlers) data(r *http.Request, n notice.Notice) openNotice {
	return openNotice{Number: n.No(h.f.Word(r.Context())), URL: listing.Address(r, h.secure, n.Path()), Kind: n.Kind, KindName: n.Kind.Label(), Issuer: n.Issuer(),
		Division: n.Division, Title: n.Title, PlainTitle: n.PlainTitle, PlainSummary: n.PlainSummary, State: n.State, StateName: n.State.Label(), Version: n.N,
		IssuedOn: issuedOn(n.Version).String(), FromOn: n.FromOn.String(), LastOn: n.LastOn.String(), Exact: n.Exact}
}

const jsonType = "application/json; charset=utf-8"

// boardJSON is the board as data: the same filter, the same order, the address of the rest.
func (h handlers) boardJSON(w http.ResponseWriter, r *http.Request) error {
	a, err := h.filter(r, notice.MaxRows, open...)
	if err != nil {
		return err
	}
	if err := a.Form.Err(); err != nil {
		return err
	}
	list, err := h.s.Board(r.Context(), a.Filter)
	if err != nil {
		return err
	}
	out := struct {
		Notices []openNotice `json:"notices"`
		Next    string       `json:"next,omitempty"`
	}{Notices: []openNotice{}}
	for _, n := range list.Rows {
		out.Notices = append(out.Notices, h.data(r, n))
	}
	if list.HasNext {
		out.Next = listing.Address(r, h.secure, a.address(pathJSON, paramAfter, list.Next))
	}
	return listing.Download(w, r, listing.File{Type: jsonType}, func(to io.Writer) error { return json.NewEncoder(to).Encode(out) })
}

func (h handlers) oneJSON(w http.ResponseWriter, r *http.Request, rec notice.Record) error {
	n := h.data(r, rec.Notice)
	n.Body = rec.Body
	for _, f := range rec.Files {
		n.Files = append(n.Files, openFile{f.Name, n.URL + "/files/" + f.Code})
	}
	for _, v := range rec.Versions {
		n.Versions = append(n.Versions, openVersion{v.N, n.URL + "/versions/" + itoa(v.N), issuedOn(v).String(), v.Reason})
	}
	for _, p := range rec.Postings {
		n.Postings = append(n.Postings, openPosting{p.On.String(), p.Place})
	}
	for _, o := range rec.Objections {
		n.Replies = append(n.Replies, openReply{o.Gist, o.Reply, moment(*o.RepliedAt)})
	}
	if rec.First != nil {
		n.Decision = listing.Address(r, h.secure, rec.First.Path())
	}
	if rec.Result != nil {
		n.Result = listing.Address(r, h.secure, rec.Result.Path())
	}
	return listing.Download(w, r, listing.File{Type: jsonType}, func(to io.Writer) error { return json.NewEncoder(to).Encode(n) })
}

// The feed (RFC 4287).
type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Title   string      `xml:"title"`
	ID      string      `xml:"id"`
	Updated string      `xml:"updated"`
	Links   []atomLink  `xml:"link"`
	Author  atomAuthor  `xml:"author"`
	Entries []atomEntry `xml:"entry"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type atomAuthor struct {
	Name string `xml:"name"`
}

type atomEntry struct {
	Title    string     `xml:"title"`
	ID       string     `xml:"id"`
	Updated  string     `xml:"updated"`
	Link     atomLink   `xml:"link"`
	Author   atomAuthor `xml:"author"`
	Category struct {
		Term string `xml:"term,attr"`
	} `xml:"category"`
	Summary string `xml:"summary"`
}

const feedLength = 50

func (h handlers) feed(w http.ResponseWriter, r *http.Request) error {
	v, err := h.f.Settings(r.Context())
	if err != nil {
		return err
	}
	all, err := h.s.Newest(r.Context(), feedLength)
	if err != nil {
		return err
	}
	home := listing.Address(r, h.secure, pathBoard)
	feed := atomFeed{Title: v.StreetName + "公示栏", ID: home, Updated: v.Day.Start().Format(time.RFC3339), Author: atomAuthor{v.StreetName + "办事处"},
		Links: []atomLink{{Rel: "self", Href: listing.Address(r, h.secure, pathFeed)}, {Href: home}}}
	for i, n := range all {
		at := n.IssuedAt.UTC().Format(time.RFC3339)
		if i == 0 {
			feed.Updated = at
		}
		e := atomEntry{Title: heading(n.Title), ID: listing.Address(r, h.secure, n.Path()), Updated: at, Author: atomAuthor{n.Issuer()}, Summary: n.PlainSummary}
		e.Link.Href, e.Category.Term = e.ID, n.Kind.Label()
		feed.Entries = append(feed.Entries, e)
	}
	return h.xml(w, r, "application/atom+xml; charset=utf-8", feed)
}

type siteMap struct {
	XMLName xml.Name  `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
	URLs    []siteURL `xml:"url"`
}

type siteURL struct {
	Loc     string `xml:"loc"`
	LastMod string `xml:"lastmod"`
}

const siteMapLength = 5000

func (h handlers) sitemap(w http.ResponseWriter, r *http.Request) error {
	all, err := h.s.Newest(r.Context(), siteMapLength)
	if err != nil {
		return err
	}
	var m siteMap
	for _, n := range all {
		m.URLs = append(m.URLs, siteURL{listing.Address(r, h.secure, n.Path()), issuedOn(n.Version).String()})
	}
	return h.xml(w, r, "application/xml; charset=utf-8", m)
}

func (h handlers) xml(w http.ResponseWriter, r *http.Request, kind string, v any) error {
	return listing.Download(w, r, listing.File{Type: kind}, func(to io.Writer) error {
		if _, err := io.Copy(to, strings.NewReader(xml.Header)); err != nil {
			return err
		}
		return xml.NewEncoder(to).Encode(v)
	})
}
