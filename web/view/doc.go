// Package view is the look of the portal: the shells of staff, public, kiosk and print pages and
// the components of which pages are made. It knows no services and no domains; a page struct
// computed in Go goes in, HTML comes out.
//
// A page is a shell around content:
//
//	@view.Staff(p) {
//		@view.Head("待办", "今天有 3 件到期") { <a class="btn btn-primary" href="…">登记</a> }
//		<section class="sheet"> <div class="sheet-head"><h2>…</h2></div> <div class="sheet-body">…</div> </section>
//	}
//
// Components: Icon, Chip, Mark (结论印记), Banner, ErrorSummary, the fields (Text, Area, Select, Radios, Ticks, Date, File),
// FormKey, Table pieces (plain HTML with class="table"), Pager, Applied (filter tags), Tabs, Ruler and LoadRow (负担尺), Checks and MiniChecks
// (五项检查), Steps (六步), DayCells (期限格), Summary (list of terms), Tasks (task list), Trail, Empty, NoMatch,
// Article (law text), QR, Paper (A4 with red head), Confirmation.
// Layout classes: sheet, sheet-head, sheet-body, sheet-foot, cols (content + 372px), cols-form, cols-list, stack, row,
// between, meta, docno, lead, prose, num, nowrap; buttons: btn btn-primary btn-secondary btn-danger btn-quiet btn-small.
// Script hooks (all optional): data-autosave, data-check-url + data-check-target, data-row (j/k), data-new (n),
// data-primary (Ctrl+Enter), data-next, data-prev, data-shows / data-shown-by, data-verb-of.
package view
