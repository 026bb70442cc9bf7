package notice

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"portal/internal/authz"
	"portal/internal/docno"
	"portal/internal/fault"
	"portal/internal/normal"
	"portal/internal/page"
	"portal/internal/pg"
)

// Filter says which notices. The zero value of a field does not narrow, except State.
type Filter struct {
	State    State
	Kind     Kind
	Division string
	Words    string // a number, or words of the titles in any width or script
	Cursor   string
	Limit    int
}

// MaxRows is the most that one page of a list holds.
const MaxRows = 200

func (f Filter) limit() int {
	if f.Limit <= 0 || f.Limit > MaxRows {
		return 20
	}
	return f.Limit
}

// query is a filter as the lists need it.
func (f Filter) query() pgx.NamedArgs {
	year, seq, key := 0, 0, ""
	words := strings.TrimSpace(f.Words)
	if no, err := docno.Parse(words); err == nil {
		year, seq = no.Year, no.Seq
	} else if y, n, err := docno.ParseSlug(words); err == nil {
		year, seq = y, n
	} else {
		key = normal.Key(words)
	}
	return pgx.NamedArgs{"state": string(f.State), "kind": string(f.Kind), "division": f.Division, "year": year, "seq": seq, "key": key,
		"like": strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(key), "limit": f.limit() + 1}
}

const fits = `
    (@kind = '' OR n.kind = @kind) AND (@division = '' OR n.division = @division) AND (@year::int = 0 OR n.year = @year::int AND n.seq = @seq::int)
    AND (@key = '' OR search_bigrams(n.search_key) @> search_bigrams(@key) AND n.search_key LIKE '%' || @like || '%')`

// What hangs is read from the nearest last day on; what is over from the latest.
const board = selectNotice + ` WHERE ` + publicOnly + ` AND n.state = @state AND ` + fits
const boardUp = board + ` AND (n.board_on, n.id) > (@day::date, @id::bigint) ORDER BY n.board_on, n.id LIMIT @limit`
const boardDown = board + ` AND (n.board_on, n.id) < (@day::date, @id::bigint) ORDER BY n.board_on DESC, n.id DESC LIMIT @limit`

const sortBoard = "notice.board"

// Board is what everybody may read: what hangs now (Issued, the default), or what is over (Ended).
func (s *Service) Board(ctx context.Context, f Filter) (page.Page[Notice], error) {
	if f.State != Ended {
		f.State = Issued
	}
	args := f.query()
	at, err := page.Decode(f.Cursor, sortBoard+"."+string(f.State), 1)
	if err != nil {
		return page.Page[Notice]{}, fault.InvalidField("after", err.Error())
	}
	up := (f.State == Issued) != at.Back
	args["id"], args["day"] = at.ID, "0001-01-01"
	if !up {
		args["id"], args["day"] = int64(1<<62), "9999-12-31"
	}
	if !at.IsZero() {
		args["id"], args["day"] = at.ID, at.Keys[0]
		if !dayShape(at.Keys[0]) {
			return page.Page[Notice]{}, fault.InvalidField("after", page.ErrCursor.Error())
		}
	}
	var rows []Notice
	if up {
		rows, err = notices(ctx, s.db.Q(), boardUp, args)
	} else {
		rows, err = notices(ctx, s.db.Q(), boardDown, args)
	}
	if err != nil {
		return page.Page[Notice]{}, err
	}
	return page.Cut(rows, f.limit(), at, func(n Notice) page.Cursor {
		return page.Cursor{Sort: sortBoard + "." + string(f.State), Keys: []string{n.BoardOn.String()}, ID: int64(n.ID)}
	}), nil
}

// Counts are bounded: pages show 999+.
const countBoard = `
SELECT k.kind, (SELECT count(*) FROM (SELECT FROM notice n WHERE ` + publicOnly + ` AND n.state = $1 AND n.kind = k.kind AND ($2 = '' OR n.division = $2) LIMIT 1000) x)
FROM unnest($3::text[]) AS k (kind)`

// BoardCounts tells how many of each kind a reader finds with the same state and place.
func (s *Service) BoardCounts(ctx context.Context, f Filter) (map[Kind]int, error) {
	kinds := make([]string, len(Kinds))
	for i, k := range Kinds {
		kinds[i] = string(k)
	}
	out := map[Kind]int{}
	rows, err := s.db.Q().Query(ctx, countBoard, string(f.State), f.Division, kinds)
	if err != nil {
		return nil, fmt.Errorf("count notices: %w", err)
	}
	var kind string
	var n int
	_, err = pgx.ForEachRow(rows, []any{&kind, &n}, func() error { out[Kind(kind)] = n; return nil })
	if err != nil {
		return nil, fmt.Errorf("count notices: %w", err)
	}
	return out, nil
}

const countFits = `SELECT count(*) FROM (SELECT FROM notice n WHERE ` + publicOnly + ` AND n.state = @state AND ` + fits + ` LIMIT 1000) x`

// BoardCount counts what a filter finds, up to 1000.
func (s *Service) BoardCount(ctx context.Context, f Filter) (n int, err error) {
	if err := s.db.Q().QueryRow(ctx, countFits, f.query()).Scan(&n); err != nil {
		return 0, fmt.Errorf("count notices: %w", err)
	}
	return n, nil
}

const newest = selectNotice + ` WHERE ` + publicOnly + ` ORDER BY v.issued_at DESC, n.id DESC LIMIT $1`

// Newest is what the feed and the site map tell of, the newest words first.
func (s *Service) Newest(ctx context.Context, limit int) ([]Notice, error) {
	return notices(ctx, s.db.Q(), newest, limit)
}

const deskList = selectNotice + `
WHERE (@all::bool OR EXISTS (SELECT FROM unnest(@prefixes::text[]) p WHERE n.division LIKE p || '%'))
  AND (n.state = @state OR @state = 'draft' AND n.state <> 'withdrawn' AND EXISTS (SELECT FROM notice_version p WHERE p.notice_id = n.id AND p.issued_at IS NULL AND p.n > n.shown))
  AND ` + fits
const deskDown = deskList + ` AND (@id::bigint = 0 OR n.id < @id::bigint) ORDER BY n.id DESC LIMIT @limit`
const deskUp = deskList + ` AND n.id > @id::bigint ORDER BY n.id LIMIT @limit`

const sortDesk = "notice.desk"

// List is the notices at the desk, newest first, as far as the person reaches. With the state Draft it holds
// everything that waits for a signature, new words of what hangs too.
func (s *Service) List(ctx context.Context, by authz.Actor, f Filter) (page.Page[Notice], error) {
	at, err := page.Decode(f.Cursor, sortDesk, 0)
	if err != nil {
		return page.Page[Notice]{}, fault.InvalidField("after", err.Error())
	}
	args := f.query()
	reach(args, by)
	args["id"] = at.ID
	var rows []Notice
	if at.Back {
		rows, err = notices(ctx, s.db.Q(), deskUp, args)
	} else {
		rows, err = notices(ctx, s.db.Q(), deskDown, args)
	}
	if err != nil {
		return page.Page[Notice]{}, err
	}
	return page.Cut(rows, f.limit(), at, func(n Notice) page.Cursor { return page.Cursor{Sort: sortDesk, ID: int64(n.ID)} }), nil
}

func reach(args pgx.NamedArgs, by authz.Actor) {
	scope := authz.ReachOf(by, authz.NoticeView)
	args["all"], args["prefixes"] = scope.All, append([]string{}, scope.Prefixes...)
}

// Drafts have no number, so they are found by their id: draft-12.
const draftPrefix = "draft-"

func (s *Service) bySlug(ctx context.Context, q pg.Querier, slug string) (Notice, error) {
	if text, isDraft := strings.CutPrefix(slug, draftPrefix); isDraft {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil || id < 1 || strconv.FormatInt(id, 10) != text {
			return Notice{}, errNoNotice
		}
		return oneNotice(ctx, q, noticeByID, id)
	}
	year, seq, err := docno.ParseSlug(slug)
	if err != nil {
		return Notice{}, errNoNotice
	}
	return oneNotice(ctx, q, noticeByNumber, year, seq)
}

// File is a notice with everything around it, for its page at the desk.
type Record struct {
	Notice
	Waiting    *Version // new words that wait for a signature; of a draft its only ones
	Versions   []Version
	Files      []File // of the words that wait, or of those that hang
	Postings   []Posting
	Objections []Objection
	First      *Notice  // the decision whose result this is
	Result     *Notice  // the result of this decision
	Found      []string // what looks like personal data in the words that wait
}

const selectVersions = `SELECT ` + versionColumns + fromVersion + ` WHERE v.notice_id = $1 ORDER BY v.n`
const resultOf = selectNotice + ` WHERE n.pair_of = $1 AND n.state <> 'withdrawn'`

// Get opens a notice at the desk.
func (s *Service) Get(ctx context.Context, by authz.Actor, slug string) (r Record, err error) {
	err = s.db.Read(ctx, func(q pg.Querier) error {
		if r.Notice, err = s.bySlug(ctx, q, slug); err != nil {
			return err
		}
		if !authz.Allowed(by, authz.NoticeView, r.Object()) {
			return errNoNotice
		}
		return s.fill(ctx, q, &r)
	})
	if err != nil {
		return Record{}, err
	}
	return r, nil
}

func (s *Service) fill(ctx context.Context, q pg.Querier, r *Record) (err error) {
	if r.Versions, err = versions(ctx, q, selectVersions, r.ID); err != nil {
		return err
	}
	shown := r.N
	for _, v := range r.Versions {
		if v.IssuedAt == nil && v.N > r.Shown && r.State != Withdrawn {
			r.Waiting, r.Found, shown = &v, s.find(v.words()), v.N
		}
	}
	if r.Files, err = filesOf(ctx, q, r.ID, shown); err != nil {
		return err
	}
	if r.Postings, err = postingsOf(ctx, q, r.ID); err != nil {
		return err
	}
	if r.Objections, err = objections(ctx, q, objectionsOf, r.ID); err != nil {
		return err
	}
	results, err := notices(ctx, q, resultOf, r.ID)
	if err != nil {
		return err
	}
	if len(results) > 0 {
		r.Result = &results[0]
	}
	if r.PairOf != nil {
		first, err := oneNotice(ctx, q, noticeByID, *r.PairOf)
		if err != nil {
			return err
		}
		r.First = &first
	}
	return nil
}

// Words gives the words that the desk works on: those that wait, else those that hang.
func (r Record) Words() Version {
	if r.Waiting != nil {
		return *r.Waiting
	}
	return r.Version
}

// public loads what everybody may read; anything else is a missing notice.
func (s *Service) public(ctx context.Context, q pg.Querier, slug string) (Notice, error) {
	year, seq, err := docno.ParseSlug(slug)
	if err != nil {
		return Notice{}, errNoNotice
	}
	n, err := oneNotice(ctx, q, publicByNumber, year, seq)
	if err == nil && !n.Public() {
		err = errNoNotice
	}
	if err != nil {
		return Notice{}, err
	}
	return n, nil
}

// Read opens a notice for everybody. Words that wait, pictures of boards and objections without an answer are
// not among what it gives; of an answered objection only question and answer are.
func (s *Service) Read(ctx context.Context, slug string) (r Record, err error) {
	err = s.db.Read(ctx, func(q pg.Querier) error {
		if r.Notice, err = s.public(ctx, q, slug); err != nil {
			return err
		}
		if err = s.fill(ctx, q, &r); err != nil {
			return err
		}
		r.Waiting, r.Found, r.Pending = nil, nil, false
		r.Versions = slices.DeleteFunc(r.Versions, func(v Version) bool { return v.IssuedAt == nil })
		if r.Files, err = filesOf(ctx, q, r.ID, r.Shown); err != nil {
			return err
		}
		for i := range r.Postings {
			r.Postings[i].Picture, r.Postings[i].Code = Picture{}, ""
		}
		if r.Objections, err = objections(ctx, q, repliesOf, r.ID); err != nil {
			return err
		}
		for i := range r.Objections {
			r.Objections[i].Words, r.Objections[i].Person = "", nil
		}
		for _, other := range []**Notice{&r.First, &r.Result} {
			if *other != nil && !(*other).Public() {
				*other = nil
			}
		}
		return nil
	})
	if err != nil {
		return Record{}, err
	}
	return r, nil
}

// ReadVersion opens an earlier text for everybody (DL-17: both stay readable), with its files.
func (s *Service) ReadVersion(ctx context.Context, slug string, n int) (Record, error) {
	r, err := s.Read(ctx, slug)
	if err != nil {
		return r, err
	}
	at := slices.IndexFunc(r.Versions, func(v Version) bool { return v.N == n })
	if at < 0 {
		return Record{}, errNoNotice
	}
	r.Version = r.Versions[at]
	r.Files, err = filesOf(ctx, s.db.Q(), r.ID, n)
	return r, err
}

// PublicFile finds a file that hangs, or hung, with words that everybody may read.
func (s *Service) PublicFile(ctx context.Context, slug, code string) (File, error) {
	r, err := s.Read(ctx, slug)
	if err != nil {
		return File{}, errNoFile
	}
	return s.file(ctx, r, code)
}

// DeskFile finds any file of a notice for the desk.
func (s *Service) DeskFile(ctx context.Context, by authz.Actor, slug, code string) (File, error) {
	r, err := s.Get(ctx, by, slug)
	if err != nil {
		return File{}, errNoFile
	}
	for _, p := range r.Postings {
		if p.Code == code {
			return File{Code: p.Code, Name: p.Name, MediaType: p.MediaType, SHA: p.SHA}, nil
		}
	}
	return s.file(ctx, r, code)
}

func (s *Service) file(ctx context.Context, r Record, code string) (File, error) {
	all, err := files(ctx, s.db.Q(), selectFile, r.ID, code)
	if err != nil {
		return File{}, err
	}
	for _, f := range all {
		if slices.ContainsFunc(r.Versions, func(v Version) bool { return f.In(v.N) }) {
			return f, nil
		}
	}
	return File{}, errNoFile
}

func dayShape(s string) bool {
	return len(s) == 10 && strings.Trim(s, "0123456789-") == ""
}
