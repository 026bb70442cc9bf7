package drill

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"portal/internal/bench/outside"
)

// logTask logs a 清单外任务 (R21): one form, one number.
var logTask = deed{
	name:  "清单外任务",
	login: "worker.huaiyin",
	fill: func(ctx context.Context, c *client, mark string) (outside.Form, error) {
		page, err := c.get(ctx, "/desk/tasks/new")
		if err != nil {
			return outside.Form{}, err
		}
		f, err := page.Form(`form[method="post"][action="/desk/tasks/new"]`)
		if err != nil {
			return f, err
		}
		f.Fields.Set("requester", "区城市管理局")
		f.Fields.Set("channel", "phone")
		f.Fields.Set("words", "请社区明天前报送沿街商户油烟设施照片")
		f.Fields.Set("title", mark)
		return f, nil
	},
	rows: `
SELECT t.title AS mark, t.year || '-' || t.seq AS number,
    (SELECT count(*) FROM audit_entry e WHERE e.object_kind = 'offlist_task' AND e.object_id = t.id AND e.action = 'offlist.log')::int AS trails
FROM offlist_task t WHERE t.title LIKE $1 || '%'`,
	spare: `SELECT coalesce(sum(n.last), 0)::int - (SELECT count(*) FROM offlist_task)::int FROM case_number n WHERE n.kind = '清单外'`,
}

// apply writes an application in its five steps and hands it in; only handing in gives a number, so a
// draft that was begun twice or left behind shows as well (items 11 and 14).
var apply = deed{
	name:  "准入申请",
	login: "dept.chengguan",
	fill: func(ctx context.Context, c *client, mark string) (outside.Form, error) {
		const begin = "/desk/applications/new"
		page, err := c.get(ctx, begin)
		if err != nil {
			return outside.Form{}, err
		}
		f, err := page.Form(`form[method="post"][action="` + begin + `"]`)
		if err != nil {
			return f, err
		}
		a, err := c.send(ctx, f)
		if err != nil {
			return f, err
		}
		path := pathOf(a.Location)
		for _, step := range steps(mark) {
			if path, err = c.step(ctx, path, step); err != nil {
				return f, err
			}
		}
		if page, err = c.get(ctx, path); err != nil {
			return f, err
		}
		return page.Form(`form[action$="/submissions/new"]`)
	},
	rows: `
SELECT a.title AS mark, coalesce(a.year || '-' || a.seq, 'draft') AS number,
    (SELECT count(*) FROM audit_entry e WHERE e.object_kind = 'application' AND e.object_id = a.id AND e.action = 'application.submit')::int AS trails
FROM application a WHERE a.title LIKE $1 || '%'`,
	spare: `
SELECT coalesce(sum(n.last), 0)::int - (SELECT count(*) FROM application WHERE year IS NOT NULL)::int
    + (SELECT count(*) FROM application WHERE state = 'draft' AND title = '')::int FROM case_number n WHERE n.kind = '申'`,
}

// press is one button on a page of the form, with what was typed before it was pressed.
type press struct {
	do    string // the button's value, or the beginning of it when the page offers it
	typed url.Values
}

const stepForm = `form[data-autosave]`

// steps are the presses from an empty draft to 核对并提交: find an article, cite it, four times 保存并继续.
func steps(mark string) []press {
	start := time.Now().AddDate(0, 0, 90)
	day := func(after int) []string { return []string{start.AddDate(0, 0, after).Format(time.DateOnly)} }
	return []press{
		{"find", url.Values{"find": {"老年人权益保障法 第七条"}}},
		{"cite:", nil},
		{"next", url.Values{"title": {mark}, "item_form": {"work_task"}, "list_kind": {"entrusted"}, "lead_unit": {"own"},
			"reason": {"居民对上门人员不熟悉，由社区工作者联系居民、说明来意，能减少打扰；办理、核查和处理都由本单位人员完成，已有的数据直接使用，不要求社区重复填报。"}}},
		{"next", url.Values{"role": {"assist"}, "assist_modes": {"contact", "escort_visit"}, "content": {"社区联系居民并陪同一次，本单位当场检查。"},
			"authority": {"不授权，只协助"}, "occurrence_unit": {"month"}, "occurrences": {"2"}, "hours_per_occurrence": {"4"}, "people_needed": {"2"}}},
		{"next", url.Values{"communities": {"320104900001", "320104900002", "320104900003", "320104900004", "320104900005", "320104900006"},
			"term": {"temporary"}, "start_on": day(0), "end_on": day(58), "funds": {"9240"}, "funds_payer": {"own"}, "funds_source": {"部门预算"},
			"funds_rule": {"by_workload"}, "funds_pay_on": day(-6), "contact_name": {"城小勤"}, "contact_phone": {"0000-5550188"}}},
		{"next", nil},
	}
}

// step presses one button and gives the path of the next page. A save whose answer was lost comes
// back as a conflict with itself; then the page is fetched again, as the page says.
func (c *client) step(ctx context.Context, path string, p press) (string, error) {
	for {
		page, err := c.get(ctx, path)
		if err != nil {
			return "", err
		}
		f, err := page.Form(stepForm)
		if err != nil {
			return "", fmt.Errorf("%s: %w", path, err)
		}
		do := p.do
		if strings.HasSuffix(do, ":") {
			if do = offered(page.Body, p.do); do == "" {
				return pathOf(path), nil // it was done before the answer was lost
			}
		}
		f.Fields.Set("do", do)
		for name, values := range p.typed {
			f.Fields[name] = values
			if values[0] == "own" {
				f.Fields[name] = []string{unitOf(page.Body, name, "区城市管理局")}
			}
		}
		if f.Action == "" {
			f.Action = pathOf(path)
		}
		a, err := c.send(ctx, f)
		switch {
		case err != nil:
			return "", err
		case a.Status == http.StatusSeeOther:
			return strings.SplitN(a.Location, "#", 2)[0], nil
		case a.Status != http.StatusConflict:
			return "", fmt.Errorf("%s, %s: status %d: %.600s", path, p.do, a.Status, visible(a.Body))
		}
	}
}

// offered finds the first button of a page whose value begins so.
func offered(body, prefix string) string {
	m := regexp.MustCompile(`value="(` + regexp.QuoteMeta(prefix) + `[^"]*)"`).FindStringSubmatch(body)
	if m == nil {
		return ""
	}
	return m[1]
}

// unitOf finds the option of a unit in a choice of units.
func unitOf(body, name, unit string) string {
	_, choice, _ := strings.Cut(body, `name="`+name+`"`)
	choice, _, _ = strings.Cut(choice, "</select>")
	m := regexp.MustCompile(`value="(\d+)"[^>]*>\s*` + regexp.QuoteMeta(unit) + `\s*<`).FindStringSubmatch(choice)
	if m == nil {
		return ""
	}
	return m[1]
}

// pathOf is an address without its query and mark.
func pathOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Path
}
