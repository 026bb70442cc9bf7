package audit

import (
	"bytes"
	"crypto/sha256"
	"fmt"
)

// ProblemKind says what was done to the trail.
type ProblemKind string

// The kinds of tampering that Verify tells apart.
const (
	Edited      ProblemKind = "edited"       // an entry no longer reads as it was sealed
	Swapped     ProblemKind = "swapped"      // an entry carries the words of another
	Deleted     ProblemKind = "deleted"      // a sealed entry is gone
	Inserted    ProblemKind = "inserted"     // an entry was put among sealed ones
	SealGone    ProblemKind = "seal_gone"    // one or several seals are gone
	SealChanged ProblemKind = "seal_changed" // a seal does not follow from the one before it
	SealMoved   ProblemKind = "seal_moved"   // a seal stands out of order
	HeadChanged ProblemKind = "head_changed" // a head does not follow from its seal and the head before it
	HeadGone    ProblemKind = "head_gone"    // the seals and their last head do not end together
	HeadDiffers ProblemKind = "head_differs" // a head kept outside is not the one found here
)

var problemLabels = map[ProblemKind]string{
	Edited: "记录被改动", Swapped: "记录内容被对调", Deleted: "记录被删除", Inserted: "记录是事后插入的", SealGone: "封记被删除",
	SealChanged: "封记被改动", SealMoved: "封记次序被改动", HeadChanged: "封存首值被改动", HeadGone: "封存首值缺失", HeadDiffers: "与外部保存的首值不符",
}

// Label is the kind's 中文 name.
func (k ProblemKind) Label() string { return problemLabels[k] }

// Problem is one place where the trail is not what it was.
type Problem struct {
	Kind    ProblemKind
	Seq     int64 // the seal concerned, 0 where there is none
	EntryID int64 // the entry concerned, 0 where it is not known
	Line    string
}

// maxProblems bounds a report; More says how many further ones were found.
const maxProblems = 1000

// Report is what Verify found.
type Report struct {
	Sealed   int64 // seals looked at
	Unsealed int64 // entries that wait for the sealer, not yet protected
	Head     Head  // the newest head
	Problems []Problem
	More     int
}

// Clean reports whether nothing was found.
func (r Report) Clean() bool { return len(r.Problems) == 0 }

func (r *Report) add(kind ProblemKind, seq, entry int64, format string, args ...any) {
	if len(r.Problems) >= maxProblems {
		r.More++
		return
	}
	line := kind.Label() + "：" + fmt.Sprintf(format, args...)
	r.Problems = append(r.Problems, Problem{Kind: kind, Seq: seq, EntryID: entry, Line: line})
}

// sealRow is a seal beside its entry; its bytes hold until the next row.
type sealRow struct {
	seq, entry    int64
	digest, chain []byte
	present       bool
	columns       [][]byte
}

// gap is a run of missing seals and the entries around it.
type gap struct{ from, to, after, before int64 }

// changed is an entry whose digest no longer fits, kept to see whether words were swapped.
type changed struct {
	seq, entry int64
	digest     []byte
	columns    [][]byte
}

// maxSwaps bounds the search for swapped entries, which compares each with each.
const maxSwaps = 256

// walker follows the seals in order. After a difference it goes on from what is stored, so that
// one edit is reported once and not for the whole rest of the chain.
type walker struct {
	report   *Report
	seq      int64
	entry    int64 // of the seal before
	stored   Hash  // chain value as stored by the seal before
	computed Hash  // chain value as it should have been there
	known    bool  // false behind a gap: nothing to compare with
	sound    int64 // highest entry whose seal fits
	gaps     []gap
	changed  []changed
	buf      []byte
}

func newWalker(r *Report) *walker { return &walker{report: r, known: true} }

func (w *walker) step(s sealRow) {
	w.report.Sealed++
	if s.seq <= w.seq {
		w.report.add(SealMoved, s.seq, s.entry, "封记 %d 的编号不在正常次序内", s.seq)
		return
	}
	switch {
	case s.seq != w.seq+1:
		w.gaps = append(w.gaps, gap{from: w.seq + 1, to: s.seq - 1, after: w.entry, before: s.entry})
		w.known = false
	case w.seq > 0 && s.entry <= w.sound:
		w.report.add(SealMoved, s.seq, s.entry, "封记 %d 指向记录 %d，却排在记录 %d 之后", s.seq, s.entry, w.sound)
	}
	w.checkEntry(s)
	w.checkLink(s)
	w.seq, w.entry = s.seq, s.entry
}

func (w *walker) checkEntry(s sealRow) {
	if !s.present {
		w.report.add(Deleted, s.seq, s.entry, "封记 %d 对应的记录 %d 已不存在", s.seq, s.entry)
		return
	}
	w.buf = encode(w.buf[:0], s.columns)
	if digest := sha256.Sum256(w.buf); bytes.Equal(digest[:], s.digest) {
		w.sound = max(w.sound, s.entry)
		return
	}
	if len(w.changed) >= maxSwaps {
		w.report.add(Edited, s.seq, s.entry, "记录 %d 与封记 %d 的摘要不符", s.entry, s.seq)
		return
	}
	w.changed = append(w.changed, changed{s.seq, s.entry, bytes.Clone(s.digest), cloneColumns(s.columns)})
}

func cloneColumns(columns [][]byte) [][]byte {
	out := make([][]byte, len(columns))
	for i, c := range columns {
		out[i] = bytes.Clone(c)
	}
	return out
}

func (w *walker) checkLink(s sealRow) {
	fits := !w.known || bytes.Equal(sum(link(w.stored, s.digest)), s.chain)
	if !fits && w.computed != w.stored && bytes.Equal(sum(link(w.computed, s.digest)), s.chain) {
		fits = true // only the chain value of the seal before was changed, and it is reported
	}
	if !fits || len(s.chain) != sha256.Size {
		w.report.add(SealChanged, s.seq, s.entry, "封记 %d（记录 %d）与前一封记不衔接", s.seq, s.entry)
	}
	w.computed = link(w.stored, s.digest)
	if !w.known {
		copy(w.computed[:], s.chain)
	}
	w.stored = Hash{}
	copy(w.stored[:], s.chain)
	w.known = true
}

func sum(h Hash) []byte { return h[:] }

// nameChanged tells edits from swaps: in a swap, the words of one entry under the number of
// another give the other's digest.
func (w *walker) nameChanged() {
	for i, c := range w.changed {
		if from := w.sourceOf(i); from != 0 {
			w.report.add(Swapped, c.seq, c.entry, "记录 %d 现在的内容原属记录 %d", c.entry, from)
			continue
		}
		w.report.add(Edited, c.seq, c.entry, "记录 %d 与封记 %d 的摘要不符", c.entry, c.seq)
	}
}

// sourceOf finds the entry to which the words now standing in the i-th changed entry belong.
func (w *walker) sourceOf(i int) int64 {
	words := append([][]byte{nil}, w.changed[i].columns[1:]...)
	for j, other := range w.changed {
		if j == i {
			continue
		}
		words[0] = fmt.Appendf(nil, "%d", other.entry)
		w.buf = encode(w.buf[:0], words)
		if digest := sha256.Sum256(w.buf); bytes.Equal(digest[:], other.digest) {
			return other.entry
		}
	}
	return 0
}

// nameUnsealed sorts the entries without a seal below the last sound one: where seals are
// missing they lost theirs, elsewhere they were put in afterwards. Seals that are missing with
// no entry left belong to deleted entries.
func (w *walker) nameUnsealed(ids []int64) {
	left := make([]int64, len(w.gaps))
	for i, g := range w.gaps {
		left[i] = g.to - g.from + 1
	}
	for _, id := range ids {
		if i := w.gapOf(id); i >= 0 {
			left[i]--
			w.report.add(SealGone, w.gaps[i].from, id, "记录 %d 的封记（%d 至 %d 号之间）已不存在", id, w.gaps[i].from, w.gaps[i].to)
			continue
		}
		w.report.add(Inserted, 0, id, "记录 %d 没有封记，却排在已封存的记录之前", id)
	}
	for i, g := range w.gaps {
		if left[i] > 0 {
			w.report.add(Deleted, g.from, max(g.after, 0)+1, "封记 %d 至 %d 与记录 %d 和 %d 之间的 %d 条记录都已不存在",
				g.from, g.to, g.after, g.before, left[i])
		}
	}
}

func (w *walker) gapOf(id int64) int {
	for i, g := range w.gaps {
		if id > g.after && id < g.before {
			return i
		}
	}
	return -1
}

// headRow is a head beside the seal that it stands on.
type headRow struct {
	id, seq int64
	at      string
	chain   []byte
	seal    []byte // chain value of that seal; nil when the seal is gone
}

// headWalker follows the heads as walker follows the seals.
type headWalker struct {
	report           *Report
	stored, computed Hash
	seq              int64
	outside          map[int64][]Head
}

func newHeadWalker(r *Report, outside []Head) *headWalker {
	w := &headWalker{report: r, outside: map[int64][]Head{}}
	for _, h := range outside {
		w.outside[h.Seq] = append(w.outside[h.Seq], h)
	}
	return w
}

func (w *headWalker) step(h headRow) {
	if h.seal == nil {
		w.report.add(SealGone, h.seq, 0, "首值 %d 所依据的封记 %d 已不存在", h.id, h.seq)
	}
	own := headHash(w.stored, h.at, h.seq, h.seal)
	fits := bytes.Equal(own[:], h.chain)
	if !fits && w.computed != w.stored {
		fits = bytes.Equal(sum(headHash(w.computed, h.at, h.seq, h.seal)), h.chain)
	}
	if h.seal != nil && (!fits || h.seq <= w.seq) {
		w.report.add(HeadChanged, h.seq, 0, "首值 %d（封记 %d）与封记或前一首值不衔接", h.id, h.seq)
	}
	w.computed, w.stored, w.seq = own, Hash{}, h.seq
	copy(w.stored[:], h.chain)
	w.report.Head = Head{Seq: h.seq, At: h.at, Chain: w.stored}
	for _, want := range w.outside[h.seq] {
		if want.Chain != w.stored {
			w.report.add(HeadDiffers, h.seq, 0, "封记 %d 的首值与外部保存的不同：此前的记录被整体重写过", h.seq)
		}
	}
	delete(w.outside, h.seq)
}

// finish compares the two ends and tells which outside heads were not found at all.
func (w *headWalker) finish(lastSeal int64) {
	if w.seq < lastSeal {
		w.report.add(HeadGone, lastSeal, 0, "封记到 %d 为止，首值只到 %d", lastSeal, w.seq)
	}
	for seq := range w.outside {
		w.report.add(HeadDiffers, seq, 0, "外部保存的首值 %d 在库中没有：此后的记录可能被截断", seq)
	}
}
