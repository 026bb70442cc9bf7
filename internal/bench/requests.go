package bench

import (
	"context"
	"fmt"
)

// The grown requests: each with its order, its owner and its two clocks, one in fifty of them still open, spread over
// three years, all categories, all communities and all buildings of the demo street. The words repeat as words
// of residents do: two characters like 路灯 are found in every thirtieth, 鱼缸 in every 5,000th, and 量子 in none.
var growRequests = []string{`
CREATE TEMP TABLE IF NOT EXISTS said AS
SELECT row_number() OVER () - 1 AS n, * FROM (VALUES ('路灯不亮', '路灯坏了好几天，晚上看不见路'), ('楼道堆物', '三楼楼道堆满纸箱，老人过不去'), ('下水道堵了', '污水往外冒，味道很大'),
    ('夜里施工', '过了十一点还在施工'), ('垃圾没有清运', '两天没有运走'), ('车占消防通道', '消防车进不来'), ('电梯常停', '一周停了三次'), ('油烟扰民', '对着窗户排'),
    ('井盖松动', '车一压就响'), ('犬只不拴绳', '孩子害怕'), ('漏水', '天花板漏水'), ('停水', '早上停水没有通知'), ('问老年卡', '要带什么材料'), ('助餐点太远', '走过去要半小时'),
    ('违建', '楼顶搭彩钢房'), ('邻里纠纷', '晾衣杆的事'), ('僵尸车', '占着车位半年'), ('树要倒', '刮风怕倒'), ('单车乱停', '堵在门口'), ('广场舞', '声音太大'),
    ('充电飞线', '下雨怕漏电'), ('外墙脱落', '掉了一块'), ('水压低', '五楼没有水'), ('路面破损', '有个坑'), ('绿地种菜', '有人种菜'), ('蚊虫多', '请消杀'),
    ('低保咨询', '怎么申请'), ('公交改线', '等太久'), ('门禁坏了', '谁都能进'), ('公共收益', '没有公布')) AS v (title, words)`, `
CREATE TEMP TABLE grown_requests AS
SELECT i, 'SQ-2020-' || i AS no, c.code AS category, c.due_hours, s.title || CASE WHEN i % 5000 = 0 THEN '有鱼缸' ELSE '' END AS title, s.words, b.id AS building_id, b.compound || b.name AS place, g.community, gb.grid_id,
    timestamptz '2023-11-20 00:00Z' + make_interval(secs => i::bigint * 94608000 / $2) AS at, i % 50 = 0 AS open, u.id AS unit_id
FROM generate_series($1::int + 1, $2::int) i
JOIN (SELECT row_number() OVER (ORDER BY code) - 1 AS n, code, due_hours FROM request_category WHERE parent_code IS NOT NULL) c ON c.n = i % (SELECT count(*) FROM request_category WHERE parent_code IS NOT NULL)
JOIN said s ON s.n = i % 30
JOIN (SELECT row_number() OVER (ORDER BY id) - 1 AS n, id, compound, name FROM building) b ON b.n = i % (SELECT count(*) FROM building)
JOIN grid_building gb ON gb.building_id = b.id AND upper_inf(gb.valid) AND NOT isempty(gb.valid) JOIN grid g ON g.id = gb.grid_id
JOIN (SELECT row_number() OVER (ORDER BY id) - 1 AS n, id FROM unit WHERE requester_kind IN ('district_department', 'street_section')) u
    ON u.n = i % (SELECT count(*) FROM unit WHERE requester_kind IN ('district_department', 'street_section'))`, `
INSERT INTO work_order (no, source, kind, category, title, place, search_key, building_id, community, grid_at_creation, urgency, state, owner_kind, owner_unit, reply, result,
    started_at, contact_due, contacted_at, due_at, dispatched_at, signed_at, handled_at, closed_at)
SELECT no, 'request', 'complaint', category, title, place, lower(no) || ' ' || title || ' ' || words || ' ' || place, building_id, community, grid_id,
    CASE WHEN due_hours <= 2 THEN 'emergency' WHEN due_hours <= 24 THEN 'livelihood' WHEN due_hours <= 168 THEN 'general' ELSE 'complex' END,
    CASE WHEN open THEN 'handling' ELSE 'closed' END, 'unit', unit_id, CASE WHEN open THEN '' ELSE '已到现场处理完毕。' END, CASE WHEN open THEN '' ELSE 'solved' END,
    at, at + interval '1 hour', at + interval '30 minutes', at + make_interval(hours => due_hours), at + interval '10 minutes', at + interval '20 minutes',
    CASE WHEN NOT open THEN at + interval '1 hour' END, CASE WHEN NOT open THEN at + interval '2 hours' END
FROM grown_requests ORDER BY i`, `
INSERT INTO work_owner (order_id, kind, unit_id, held) SELECT o.id, 'unit', o.owner_unit, tstzrange(o.dispatched_at, NULL) FROM work_order o JOIN grown_requests r USING (no) ORDER BY r.i`, `
INSERT INTO work_clock (order_id, kind, started_at, warn_at, due_at, why, basis, stopped_at)
SELECT o.id, k.kind, o.started_at, o.started_at, CASE k.kind WHEN 'contact' THEN o.contact_due ELSE o.due_at END, '从提交时起算', '分类表', o.closed_at
FROM work_order o JOIN grown_requests r USING (no) CROSS JOIN (VALUES ('contact'), ('finish')) AS k (kind) ORDER BY r.i`, `
INSERT INTO request (no, order_id, home_order, kind, category, title, words, community, building_id, grid_id, channel, notice_version, code_index, token_index, codes,
    submitted_at, contact_due, due_at, contacted_at, reply, replied_at, settled_at)
SELECT r.no, o.id, o.id, 'complaint', r.category, r.title, r.words, r.community, r.building_id, r.grid_id, 'phone', '2026-1',
    decode(md5('code' || r.no), 'hex'), decode(md5('token' || r.no), 'hex'), decode(md5('codes' || r.no), 'hex'),
    o.started_at, o.contact_due, o.due_at, o.contacted_at, o.reply, o.handled_at, o.closed_at
FROM grown_requests r JOIN work_order o USING (no) ORDER BY r.i`, `
INSERT INTO callback (request_id, order_id, round, source, at, reached, solved, satisfied, locked_at)
SELECT q.id, q.order_id, 1, 'staff', q.settled_at, true, 'solved', 'satisfied', q.settled_at FROM request q JOIN grown_requests r USING (no) WHERE q.settled_at IS NOT NULL ORDER BY r.i`, `
DROP TABLE grown_requests`}

// spellRequestIndexes are the two indexes that are made once after the growth instead of row by row.
const spellRequestIndexes = `
SELECT 'ALTER TABLE work_owner ADD CONSTRAINT work_owner_one ' || (SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'work_owner_one'),
       pg_get_indexdef('work_order_words'::regclass)`

// growRequestsTo adds requests from+1 to `to`.
func (s *street) growRequestsTo(ctx context.Context, from, to int) error {
	again := make([]string, 2)
	if err := s.admin.QueryRow(ctx, spellRequestIndexes).Scan(&again[0], &again[1]); err != nil {
		return fmt.Errorf("indexes: %w", err)
	}
	if err := s.run(ctx, `ALTER TABLE work_owner DROP CONSTRAINT work_owner_one`, `DROP INDEX work_order_words`); err != nil {
		return err
	}
	for i, sql := range growRequests {
		var args []any
		if i == 1 {
			args = []any{from, to}
		}
		if _, err := s.admin.Exec(ctx, sql, args...); err != nil {
			return fmt.Errorf("grow requests, step %d: %w", i, err)
		}
	}
	if err := s.run(ctx, again...); err != nil {
		return err
	}
	return s.settle(ctx)
}

// asked are the words that are looked for among requests: one that many wrote, one that few wrote, one that nobody wrote.
var asked = map[string]string{"frequent": "路灯", "rare": "鱼缸", "unknown": "量子"}
