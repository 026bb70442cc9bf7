// Package view is the look of the portal: the shells of staff, public, kiosk and print pages and
// the components of which pages are made. It decides how things look and read, and owns no table:
// a page struct computed in Go goes in, HTML comes out. It knows no services and no domains.
//
// A page is a shell around content:
//
//	@view.Staff(p) {
//		@view.Head("待办", "今天有 3 件到期") { <a class="btn btn-primary" href="…">登记</a> }
//		<section class="sheet"> <div class="sheet-head"><h2>…</h2></div> <div class="sheet-body">…</div> </section>
//	}
//
// Shells: Staff, StaffWith, Public (with Mode elder the 长辈版), Kiosk (with Page.Kiosk), Print, ErrorPage.
//
// Signs: Icon, Chip and ChipIcon, Mark (结论印记), Locked (a button with the reason why not).
// Words to the reader: BannerBox, ErrorSummary, Empty, NoMatch, Loading, Offline, Assisted, Confirmed.
// Forms: Text, Area, Select, Radios, Ticks, Date, File, FormKey, Hidden; an Error stands above its field.
// Lists: Tabs, Applied (filter tags), SortHead, Pager, Figures (big numbers); tables are plain HTML with
// class="table" inside class="scroll", a caption, scope on heads, data-label on cells for the phone.
// Records: Summary (list of terms), Tasks (task list), Trail, Article (law text).
// Drawings: Ruler, LoadRow and RulerLegend (负担尺), Checks and MiniChecks (五项检查), Steps (六步), DayCells (期限格), QR.
// Papers: Paper (A4 with red head). Touch device: Tiles, KFacts, KioskSteps, KHead, KPicks, KPad, KNote, KWait,
// KPager, KMoves, KSlip; a step page is class kstep with KHead, a kbody and KMoves. All of them in their states: Gallery.
//
// Layout classes: sheet, sheet-head, sheet-body, sheet-foot, cols (content + 372px), cols-form, cols-list, stack, row,
// row tight, between, meta, docno, lead, prose, num, nowrap; buttons: btn btn-primary btn-secondary btn-danger btn-quiet
// btn-small btn-wide. A link that stands by itself takes its height from --target (24, 44, 60 or 80 px).
// Script hooks (all optional): data-autosave, data-check-url + data-check-target, data-row (j/k), data-new (n),
// data-primary (Ctrl+Enter), data-next, data-prev, data-aloud, data-shows / data-shown-by, data-verb-of.
//
// Addresses go through safe, so that none leads to another host by //host or runs a script.
package view
