package main

import (
	"strings"
	"testing"

	"portal/internal/journey"
)

const why = "居民对上门人员不熟悉，由社区工作者联系居民、说明来意，能减少打扰；办理和核查都由本单位人员完成，已有数据直接使用，不要求社区重复填报。"

// fillStep answers the four questions of an application.
var fillStep = []func(b *journey.Browser, way string){
	func(b *journey.Browser, way string) {
		b.Fill("input[name=title]", "社区老人居家安全提示（"+way+"）")
		b.Pick("select[name=item_form]", "工作事项")
		b.Pick("select[name=list_kind]", "委托")
		b.Pick("select[name=lead_unit]", "区民政局")
		b.Fill("textarea[name=reason]", why)
		b.Fill("input[name=find]", "老年人权益保障法 第七条")
	},
	func(b *journey.Browser, _ string) {
		b.Tick("input[name=role][value=assist]")
		b.Tick("input[name=assist_modes][value=contact]")
		b.Fill("textarea[name=content]", "一、本单位把名单和说明交给社区。二、社区联系老人并陪同一次。三、本单位当场提示并留存记录。")
		b.Fill("textarea[name=authority]", "无授权，只协助联系和陪同")
		b.Fill("input[name=occurrences]", "1")
		b.Pick("select[name=occurrence_unit]", "每月")
		b.Fill("input[name=hours_per_occurrence]", "4")
		b.Fill("input[name=people_needed]", "1")
	},
	func(b *journey.Browser, _ string) {
		b.Tick("input[name=communities][value='320104900001']")
		b.Tick("input[name=communities][value='320104900003']")
		b.Fill("textarea[name=scope_reason]", "先在两个社区试行")
		b.Tick("input[name=term][value=phased]")
		b.Fill("input[name=start_on]", "2027-02-01")
		b.Fill("input[name=end_on]", "2027-07-31")
		b.Fill("input[name=funds]", "3000")
		b.Pick("select[name=funds_payer]", "区民政局")
		b.Fill("input[name=funds_source]", "部门预算")
		b.Tick("input[name=funds_rule][value=once], select[name=funds_rule] option[value=once]")
		b.Fill("input[name=funds_pay_on]", "2027-01-20")
		b.Fill("input[name=contact_name]", "联络员")
		b.Fill("input[name=contact_phone]", "0000-5550200")
	},
	func(*journey.Browser, string) {}, // nothing is collected
}

// J1: a department applies in at most 12 clicks: four questions, 核对并提交, number and decision date. A year
// whose holidays are not published asks for an explanation and never fails (item 7).
func TestJ1DepartmentApplies(t *testing.T) {
	s := onStreet(t)
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			b := s.signedIn(t, "dept.minzheng", way.opts)
			b.Go("/desk/applications?mine")
			b.Start()
			press(b, way.keyboard, "main a[href='/desk/applications/new']")
			press(b, way.keyboard, "main form button[type=submit]")
			for i, fill := range fillStep {
				b.See("第" + []string{"一", "二", "三", "四"}[i] + "步")
				b.Axe()
				b.FitsSideways()
				fill(b, way.name)
				if i == 0 {
					press(b, way.keyboard, "button[name=do][value=find]")
					press(b, way.keyboard, "button[name=do][value^=cite]")
					b.See("老年人权益保障法")
				}
				press(b, way.keyboard, "button[data-primary]")
			}
			b.See("核对并提交", "2027 年放假安排尚未导入")
			b.Axe()
			b.Shot("j1-check-" + way.name)
			if strings.Contains(b.Text("main"), "提前申请 不通过") {
				t.Error("an unpublished year is judged as 不通过")
			}
			press(b, way.keyboard, "button[data-primary]")
			b.See("梧申〔2026〕", "有问题打街道电话", "最晚")
			b.Axe()
			b.Shot("j1-done-" + way.name)
			if b.Clicks() > 12 {
				t.Errorf("%d clicks, want at most 12", b.Clicks())
			}
		})
	}
}
