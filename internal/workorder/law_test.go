package workorder_test

import (
	"strings"
	"testing"
	"time"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/pg"
	"portal/internal/workday"
	"portal/internal/workorder"
)

// What a resident adds is told to the owner without its words: the history of a case is read by everybody whose
// request hangs on it (REQ-05, §6.7).
func TestSupplementLeavesNoWordsInTheHistory(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	o := c.dispatch(c.open(), to(c.city))
	c.tx(authz.Anonymous, func(tx *pg.Tx) error { return workorder.Supplement(c.ctx, tx, o.ID, "我住 502，电话 13800005678") })
	if n := c.number(`SELECT count(*) FROM work_step WHERE order_id = $1 AND did = '居民补充' AND words = '' AND NOT told`, int64(o.ID)); n != 1 {
		t.Errorf("%d lines without words", n)
	}
	if n := c.inbox(c.cityman, "13800005678"); n != 0 {
		t.Error("the words are in an inbox")
	}
}

// The trail can never be erased (X6): what was said to a resident is not in it, and a reason keeps no telephone (§6.7).
func TestTrailKeepsNoTelephone(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	o := c.sign(c.cityman, c.dispatch(c.open(), to(c.city)))
	o = c.got(c.s.Contact(c.ctx, c.cityman, c.key(), workorder.Contact{At: o.At(), Words: "联系张先生，他住 3 幢"}))
	o = c.got(c.s.Extend(c.ctx, c.cityman, c.key(), workorder.Extend{At: o.At(), Until: o.DueAt.Add(time.Hour), Reason: "住户 138 0000 5678 周末才在家"}))
	o = c.got(c.s.Dispatch(c.ctx, c.dispatcher, c.key(), workorder.Dispatch{At: o.At(), To: to(c.water), Why: "住户１３８００００５６７８说是水管"}))
	all := c.text(`SELECT string_agg(concat(reason, before, after), ' ') FROM audit_entry WHERE object_id = $1`, int64(o.ID))
	for _, secret := range []string{"5678", "５６７８", "张先生"} {
		if strings.Contains(all, secret) {
			t.Errorf("%q stands in the trail", secret)
		}
	}
	if !strings.Contains(all, "周末才在家") || !strings.Contains(all, "说是水管") {
		t.Errorf("the reasons are gone: %s", all)
	}
}

// Recusal holds through a merge (REQ-13; §6.8, 2 and 12): a 举报, and what is hidden from somebody, never becomes part of
// a case that is not.
func TestMergeKeepsRecusal(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	into := c.dispatch(c.open(), to(c.city))
	fold := func(o workorder.Order, into workorder.Order) error {
		return c.db.Write(c.ctx, c.dispatcher, func(tx *pg.Tx) error { return workorder.Fold(c.ctx, tx, o.ID, into.ID, "同一处") })
	}
	for name, change := range map[string]func(n *workorder.Opening){
		"a report":                 func(n *workorder.Opening) { n.Kind = workorder.Accusation },
		"against the handler":      func(n *workorder.Opening) { n.ComplainedUnit = c.city },
		"hidden from a community":  func(n *workorder.Opening) { n.HiddenFrom = huaiyin },
		"against a community body": func(n *workorder.Opening) { n.ComplainedUnit = c.body },
	} {
		if err := fold(c.open(change), into); fault.KindOf(err) != fault.KindConflict {
			t.Errorf("%s: %v", name, err)
		}
	}
	against := func(n *workorder.Opening) { n.Kind, n.ComplainedUnit = workorder.Accusation, c.water }
	if err := fold(c.open(against), c.open(against)); err != nil {
		t.Errorf("two reports of one thing: %v", err)
	}
}

// Who takes a word against the own committee or unit down does not follow it (§6.8, 12).
func TestTakerOfTheConcernedDoesNotFollow(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	open := func(by authz.Actor, no string, unit int64) (o workorder.Order) {
		c.tx(by, func(tx *pg.Tx) (err error) {
			o, err = workorder.Open(c.ctx, tx, workorder.Opening{No: no, Source: workorder.FromRequest, Kind: workorder.Accusation, Category: "0402", Title: "居委会不作为",
				Community: huaiyin, ComplainedUnit: unit, DueHours: 24, FirstAccount: by.AccountID})
			return err
		})
		return o
	}
	o := open(c.secretary, "SQ-2026-801", c.body)
	_, err := c.s.Get(c.ctx, c.secretary, o.No)
	c.refused(err, fault.KindNotFound, "没有这件诉求")
	o = open(c.clerk, "SQ-2026-802", c.body)
	if _, err := c.s.Get(c.ctx, c.clerk, o.No); err != nil {
		t.Errorf("the clerk of the street: %v", err)
	}
}

// GRD-21, REQ-14: nobody asks a community to help with what its list does not hold, unless the rule or the category
// names it; the refusal carries the code and the rule.
func TestHelpIsShielded(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	handled := func(category string, unit int64, by authz.Actor) workorder.Order {
		return c.sign(by, c.dispatch(c.open(func(n *workorder.Opening) { n.Category, n.DueHours = category, 168 }), to(unit)))
	}
	ask := func(o workorder.Order, by authz.Actor, community string) error {
		_, err := c.s.AskHelp(c.ctx, by, c.key(), workorder.AskHelp{At: o.At(), Community: community, Words: "请核对门牌"})
		return err
	}
	pipe := handled("0404", c.water, c.waterman)
	for _, community := range []string{huaiyin, shiqiao} {
		err := ask(pipe, c.waterman, community)
		c.refused(err, fault.KindInvalid, "to：NOT_ADMITTED")
		c.refused(err, fault.KindInvalid, "街道准入清单规则 [D]")
	}
	// an item of the list of 槐荫 with which it assists
	c.exec(`INSERT INTO routing_rule (category, owner_kind, unit_id, item_code, basis, valid) VALUES ('0404', 'unit', $1, 'XZ-1', '演示规则', '[2026-01-01,)')`, c.water)
	c.refused(ask(pipe, c.waterman, shiqiao), fault.KindInvalid, "NOT_ADMITTED")
	if err := ask(pipe, c.waterman, huaiyin); err != nil {
		t.Errorf("with the item on the list: %v", err)
	}
	// the rule says that the community assists
	c.exec(`UPDATE routing_rule SET item_code = '', assist_community = true WHERE category = '0404'`)
	second := c.open(func(n *workorder.Opening) { n.Category, n.DueHours, n.HiddenFrom = "0404", 168, shiqiao })
	second = c.sign(c.waterman, c.dispatch(second, to(c.water)))
	c.exec(`DELETE FROM work_helper WHERE order_id = $1`, int64(second.ID))
	if err := ask(second, c.waterman, huaiyin); err != nil {
		t.Errorf("by the rule: %v", err)
	}
}

// A rule begins on its day, never before today; the one before ends there, the one planned for later follows.
func TestRulesBeginOnTheirDay(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	day := workday.DayOf(c.now)
	save := func(unit int64, from workday.Day) error {
		return c.s.SaveRule(c.ctx, c.dispatcher, c.key(), workorder.RoutingRule{Category: "0404", Kind: workorder.Unit, Unit: unit, Basis: "分工会议", From: from})
	}
	c.refused(save(c.city, day.Add(-1)), fault.KindInvalid, "from")
	c.must(save(c.water, workday.Day{}))
	c.must(save(c.city, day.Add(10)))
	c.must(save(c.street, day.Add(5)))
	for on, want := range map[int]int64{0: c.water, 4: c.water, 5: c.street, 9: c.street, 10: c.city, 300: c.city} {
		if r, err := workorder.RuleFor(c.ctx, c.db.Q(), "0404", huaiyin, day.Add(on)); err != nil || r.Unit != want {
			t.Errorf("in %d days: %s, %v", on, r.UnitName, err)
		}
	}
}

// REQ-25: a reply that names a rule needs one that the register holds and that is in force today.
func TestReplyRestsOnRulesInForce(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	c.exec(`INSERT INTO legal_document (doc_key, title, short_title, kind, issuer, version_date, effective_from, effective_to, status, jurisdiction, verified, source, status_as_of)
		VALUES ('fire', '中华人民共和国消防法', '消防法', 'law', '全国人大常委会', '2021-04-29', '2021-04-29', NULL, 'in_force', 'national', true, 't', '2026-11-01'),
		('old', '旧消防办法', '旧消防办法', 'law', '区政府', '2001-01-01', '2001-01-01', '2020-12-31', 'repealed', 'national', true, 't', '2026-11-01')`)
	o := c.contact(c.cityman, c.sign(c.cityman, c.dispatch(c.open(), to(c.city))))
	report := func(words string) error {
		_, err := c.s.Report(c.ctx, c.cityman, c.key(), workorder.Report{At: o.At(), Words: words, Result: "solved"})
		return err
	}
	c.refused(report("依据《旧消防办法》第三条，已清理完毕。"), fault.KindInvalid, "不是有效的依据（已废止）")
	c.refused(report("依据《无此条例》，已清理完毕。"), fault.KindInvalid, "法规目录里没有")
	desk := c.open()
	_, err := c.s.Answer(c.ctx, c.dispatcher, c.key(), workorder.Settle{At: desk.At(), Words: "依据《旧消防办法》第三条，不用办证。"})
	c.refused(err, fault.KindInvalid, "不是有效的依据")
	if err := report("依据《中华人民共和国消防法》第二十八条，已清理完毕。"); err != nil {
		t.Error(err)
	}
}

// GRD-08: a boundary that changes moves no open case: it keeps the grid in which it arose and its owner until the desk
// sends it elsewhere, with a reason.
func TestCaseAcrossABoundaryChange(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	c.rule("1901", workorder.Grid, 0, "ZZ-1")
	o := c.open(func(n *workorder.Opening) { n.Category, n.DueHours = "1901", 72 })
	c.tx(c.clerk, func(tx *pg.Tx) (err error) { o, _, err = workorder.Route(c.ctx, tx, o); return err })
	due := o.DueAt
	heir := c.grid
	c.exec(`UPDATE grid_version SET name = '槐荫社区东网格' WHERE grid_id = $1`, c.grid)
	got := c.get(o)
	if got.GridAtCreation != heir || got.Owner.Grid != heir || !got.DueAt.Equal(due) || got.State != workorder.Dispatched {
		t.Errorf("moved by itself: %+v", got)
	}
	_, err := c.s.Dispatch(c.ctx, c.dispatcher, c.key(), workorder.Dispatch{At: got.At(), To: to(c.city)})
	c.refused(err, fault.KindInvalid, "为什么改派")
	got = c.got(c.s.Dispatch(c.ctx, c.dispatcher, c.key(), workorder.Dispatch{At: got.At(), To: to(c.city), Why: "边界调整后由区城管局办理"}))
	if got.GridAtCreation != heir || got.Owner.Unit != c.city || !got.DueAt.Equal(due) {
		t.Errorf("after the act: %+v", got)
	}
}

// GRD-09: what the desk recorded for a committee (代录) is the committee's work: its people do not verify it.
func TestOwnerNeverVerifies(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	o := c.dispatch(c.open(finding), workorder.Target{Kind: workorder.Community, Community: huaiyin, Item: "ZZ-1"})
	o = c.report(c.dispatcher, c.get(c.got(c.s.Arrive(c.ctx, c.dispatcher, c.key(), workorder.Arrive{At: c.sign(c.dispatcher, o).At()}))))
	_, err := c.s.Verify(c.ctx, c.secretary, c.key(), workorder.Verify{At: o.At(), Pass: true})
	c.refused(err, fault.KindForbidden, "不能由你核查")
	c.state(c.got(c.s.Verify(c.ctx, c.dispatcher2, c.key(), workorder.Verify{At: o.At(), Pass: true})), workorder.Closed)
}

// REQ-09, REQ-11: more time that is granted after a reopening shows in the reason of the date as well, though the clock
// of the first attempt stands still.
func TestExtensionAfterReopening(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	o := c.report(c.cityman, c.contact(c.cityman, c.sign(c.cityman, c.dispatch(c.open(), to(c.city)))))
	c.tx(c.caller, func(tx *pg.Tx) (err error) { o, err = workorder.Reopen(c.ctx, tx, o.ID, "没解决"); return err })
	o = c.sign(c.cityman, c.get(o))
	until := o.DueAt.Add(2 * time.Hour)
	o = c.got(c.s.Extend(c.ctx, c.cityman, c.key(), workorder.Extend{At: o.At(), Until: until, Reason: "等待配件到货"}))
	o = c.got(c.s.DecideExtension(c.ctx, c.leader, c.key(), workorder.DecideExtension{At: o.At(), Grant: true}))
	if n := c.number(`SELECT count(*) FROM work_clock WHERE order_id = $1 AND kind = 'finish' AND due_at = $2 AND stopped_at IS NOT NULL AND next_at IS NULL
		AND why LIKE '%延到%'`, int64(o.ID), until); n != 1 {
		t.Errorf("%d clocks of the end say so", n)
	}
}
