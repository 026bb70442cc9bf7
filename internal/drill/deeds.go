package drill

import (
	"context"

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
	gaps: `SELECT max(seq) - count(*) FROM offlist_task WHERE year = (SELECT max(year) FROM offlist_task)`,
}
