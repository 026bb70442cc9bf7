package web

import (
	"bytes"
	"image"
	"image/png"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"portal/internal/blob"
	"portal/web/form"
)

// Cases, residents and notices in the states that their forms ask for: the demo street is lived through, so
// most of its cases are past what can still be done to them.

const (
	huaiyin  = "320104900001"
	cases    = "/desk/requests/"
	findings = "/desk/events/"
	lamps    = "0402" // 路灯不亮: 区城市管理局 by the rules of the street
	unclear  = "9901" // 职责不清待研判: waits at the desk
	// resident is where residents are called; the last digits differ.
	resident = "1990000"
)

// picture is a photo as a phone sends it.
func picture() string {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 4, 4))); err != nil {
		panic(err)
	}
	return b.String()
}

// call is a telephone that nobody had before, so that no two requests are of one person (REQ-05).
func (s *siege) call() string {
	s.calls++
	return resident + strconv.Itoa(1000+s.calls)
}

// said takes a request at the window and gives the address of its case.
func (s *siege) said(t *testing.T, category string) string {
	t.Helper()
	f := seenForm{who: s.who["clerk"], action: "/desk/requests/new"}
	to := s.good(t, f, url.Values{"do": {"file"}, "channel": {"window"}, "kind": {"help"}, "category": {category}, "title": {"路口的灯不亮"}, "words": {"晚上看不清路"},
		"place": {"长江路路口"}, "community": {huaiyin}, "phone": {s.call()}})
	return strings.TrimSuffix(to, "/receipt")
}

// seen reports something on the round and gives the address of its case.
func (s *siege) seen(t *testing.T, category string) string {
	t.Helper()
	f := seenForm{who: s.who["grid.huaiyin1"], action: findings + "new"}
	grids := s.get(t, f.who, f.action).all("select[name=grid] option")
	if len(grids) == 0 {
		t.Fatal("the grid worker has no grid")
	}
	return s.good(t, f, url.Values{"how": {"reported"}, "category": {category}, "grid": {attr(grids[0], "value")}, "building": {"0"}, "place": {"路口"}, "words": {"灯不亮"}, "device": {form.NewKey()}})
}

// did does one act to a case, as it stands now, and gives its address again.
func (s *siege) did(t *testing.T, login, page, act string, v url.Values) string {
	t.Helper()
	no := page[strings.LastIndex(page, "/")+1:]
	var version string
	if err := s.admin.QueryRow(t.Context(), `SELECT version::text FROM work_order WHERE no = $1`, no).Scan(&version); err != nil {
		t.Errorf("%s: %v", page, err)
		return page
	}
	v.Set("version", version)
	f := seenForm{who: s.who[login], action: page + "/" + act}
	if _, withFile := v["photos"]; withFile {
		f.multipart, f.inputs = true, []input{{name: "photos", kind: "file"}}
	}
	s.good(t, f, v)
	return page
}

const department = "dept.chengguan"

// Steps of a case, each from the one before.
func (s *siege) signed(t *testing.T, page string) string {
	return s.did(t, department, page, "signatures/new", url.Values{})
}

func (s *siege) handling(t *testing.T, page string) string {
	return s.did(t, department, s.signed(t, page), "arrivals/new", url.Values{})
}

// contacted is a case whose resident, where there is one, has been called.
func (s *siege) contacted(t *testing.T, page string) string {
	s.handling(t, page)
	if strings.HasPrefix(page, cases) {
		s.did(t, department, page, "visits/new", url.Values{"said": {"打通了，已说明情况"}})
	}
	return page
}

func (s *siege) handled(t *testing.T, page string) string {
	s.contacted(t, page)
	return s.did(t, department, page, "results/new", url.Values{"words": {"换了灯泡，晚上到现场看过，已经亮了"}, "result": {"solved"}, "photos": {picture()}})
}

// casesWaiting leaves a case of both sources for every act, and gives the pages on which they wait.
func (s *siege) casesWaiting(t *testing.T, pages map[string][]string) {
	t.Helper()
	var helper string
	if err := s.admin.QueryRow(t.Context(), `SELECT id::text FROM unit WHERE name = '区民政局'`).Scan(&helper); err != nil {
		t.Fatal(err)
	}
	for _, open := range []func(*testing.T, string) string{s.said, s.seen} {
		add := func(login, page, act string) { pages[login] = append(pages[login], page+act) }
		fresh := func() string { return open(t, lamps) }
		add(department, fresh(), "/signatures/new")
		add(department, fresh(), "/disputes/new")
		add(department, s.signed(t, fresh()), "/arrivals/new")
		add(department, s.contacted(t, fresh()), "/results/new")
		add(department, s.handling(t, fresh()), "/helps/new")
		add(department, s.handling(t, fresh()), "/extensions/new")
		add(department, s.handling(t, fresh()), "/photos/new")
		add(department, s.did(t, "leader", s.handling(t, fresh()), "parkings/new", url.Values{"reason": {"灯杆的配件十二月才到货"}, "review_on": {"2026-12-18"}}), "/resumptions/new")
		add("leader", s.handling(t, fresh()), "/parkings/new")
		disputed := s.did(t, department, fresh(), "disputes/new", url.Values{"reason": {"这盏灯在小区里面，归物业管理"}})
		add("dispatcher", disputed, "/rulings/new")
		asked := s.did(t, department, s.handling(t, fresh()), "extensions/new", url.Values{"until": {"2026-11-23"}, "reason": {"灯杆的配件月底才到货"}})
		add("leader", asked, "/extensions/decisions/new")
		add("dept.minzheng", s.did(t, department, s.handling(t, fresh()), "helps/new", url.Values{"unit": {helper}, "words": {"请派人带路到路口"}}), "/helps/answers/new")
		add("dispatcher", fresh(), "/dispatches/new")
	}
	pages[department] = append(pages[department], s.signed(t, s.said(t, lamps))+"/visits/new", s.signed(t, s.said(t, lamps))+"/categories/new")
	pages["dispatcher"] = append(pages["dispatcher"], s.did(t, department, s.signed(t, s.said(t, lamps)), "categories/new", url.Values{"category": {"0201"}, "reason": {"现场看过，是电梯不动"}})+"/categories/decisions/new")
	pages["dispatcher"] = append(pages["dispatcher"], s.said(t, unclear)+"/answers/new", s.seen(t, unclear)+"/answers/new", s.said(t, lamps)+"/exclusions/new")
	pages["leader"] = append(pages["leader"], s.did(t, "dispatcher", s.said(t, lamps), "exclusions/new", url.Values{"reason": {"duplicate_channel"}, "words": {"同一件事另有编号，已由热线办理"}})+"/exclusions/decisions/new")
	pages["secretary.huaiyin"] = append(pages["secretary.huaiyin"], s.handled(t, s.seen(t, lamps))+"/verifications/new")
	done := s.handled(t, s.said(t, lamps))
	pages["callback"] = append(pages["callback"], "/desk/callbacks/"+strings.TrimPrefix(done, cases))
	s.merging(t, pages)
	s.bulk(t, pages, helper)
	s.causes(t, pages)
	pages["clerk"] = append(pages["clerk"], "/desk/requests/new?"+url.Values{"channel": {"window"}, "kind": {"help"}, "category": {lamps}, "title": {"灯不亮"}, "words": {"楼下的灯不亮"}, "place": {"长江路"},
		"community": {huaiyin}, "phone": {s.call()}}.Encode())
	agreed := seenForm{who: s.who["dispatcher"], action: "/desk/requests/new"}
	if a := s.submit(t, agreed, url.Values{"do": {"assist"}, "agreed": {"yes"}, form.KeyField: {newKey()}}); a.status != http.StatusOK {
		t.Fatalf("代办 does not begin: %d %s", a.status, visible(a.body))
	}
	pages["dispatcher"] = append(pages["dispatcher"], "/desk/requests/new")
}

// merging leaves two cases that may be one, and two that are.
func (s *siege) merging(t *testing.T, pages map[string][]string) {
	t.Helper()
	into, other := s.said(t, lamps), s.said(t, lamps)
	f := seenForm{who: s.who["dispatcher"], action: into + "/merge"}
	s.good(t, f, url.Values{"no": {strings.TrimPrefix(other, cases)}, "reason": {"说的是路口同一盏灯"}})
	pages["dispatcher"] = append(pages["dispatcher"], into+"/merge")
}

// bulk gives the preview of cases that wait at the desk.
func (s *siege) bulk(t *testing.T, pages map[string][]string, unit string) {
	t.Helper()
	var picks []string
	for range 2 {
		page := s.said(t, unclear)
		var pick string
		if err := s.admin.QueryRow(t.Context(), `SELECT id || '-' || version FROM work_order WHERE no = $1`, strings.TrimPrefix(page, cases)).Scan(&pick); err != nil {
			t.Fatal(err)
		}
		id, _, _ := strings.Cut(pick, "-")
		picks = append(picks, url.Values{"pick": {pick}, "to": {id + "=unit~" + unit + "~~0~"}}.Encode())
	}
	pages["dispatcher"] = append(pages["dispatcher"], "/desk/requests/bulk?"+strings.Join(picks, "&"))
}

const aCause = `
INSERT INTO cause (category, place, community, found_at, requests, evidence, state)
VALUES ($1, '长江路', $2, '2026-11-18 00:30+00', 3, '2026-11-10 路灯不亮', 'proposed') RETURNING id::text`

// causes leaves troubles that came again and again.
func (s *siege) causes(t *testing.T, pages map[string][]string) {
	t.Helper()
	for _, category := range []string{"0401", "0403", "0405"} {
		var id string
		if err := s.admin.QueryRow(t.Context(), aCause, category, huaiyin).Scan(&id); err != nil {
			t.Fatal(err)
		}
		pages["dispatcher"] = append(pages["dispatcher"], "/desk/causes/"+id)
	}
}

// answered fills the four questions of a resident's browser up to the look over everything; somebody signed in
// stops at the place, so that both forms of that question are seen.
func (s *siege) answered(t *testing.T, who identity) {
	t.Helper()
	fill := []struct {
		step string
		v    url.Values
	}{{"what", url.Values{"category": {lamps}}}, {"where", url.Values{"go": {"words"}, "place": {"长江路路口"}, "community": {huaiyin}}},
		{"say", url.Values{"words": {"晚上看不清路"}, "kind": {"help"}, "go": {"next"}}}, {"phone", url.Values{"phone": {s.call()}, "go": {"next"}}}}
	if who.login != "" {
		fill = fill[:1]
	}
	for _, one := range fill {
		s.good(t, seenForm{who: who, action: "/requests/new/" + one.step}, one.v)
	}
}

// filed files a resident's own request and gives the token of its receipt.
func (s *siege) filed(t *testing.T) string {
	t.Helper()
	who := identity{client: s.client(t)}
	who.client.Timeout = atMost
	s.answered(t, who)
	key := s.get(t, who, "/requests/new/check").all("main form input[name=form_key]")
	if len(key) == 0 {
		t.Fatal("the look over everything has no form")
	}
	a := s.submit(t, seenForm{who: who, action: "/requests/new/check"}, url.Values{form.KeyField: {attr(key[0], "value")}})
	if a.status != http.StatusSeeOther {
		t.Fatalf("filing answers %d %s", a.status, visible(a.body))
	}
	return strings.TrimSuffix(strings.TrimPrefix(a.header.Get("Location"), "/r/"), "/receipt")
}

const newestCase = `SELECT no FROM work_order WHERE source = 'request' ORDER BY id DESC LIMIT 1`

// residents leaves receipts of requests that run and that are done; those with a typed code are opened by a form.
func (s *siege) residents(t *testing.T, pages map[string][]string) {
	t.Helper()
	for range 2 {
		running := s.filed(t)
		pages[""] = append(pages[""], "/r/"+running, "/r/"+running+"/receipt", "/r/"+running+"/clock")
	}
	for n := range 2 {
		done := s.filed(t)
		var no string
		if err := s.admin.QueryRow(t.Context(), newestCase).Scan(&no); err != nil {
			t.Fatal(err)
		}
		s.handled(t, cases+no)
		if n == 0 {
			pages[""] = append(pages[""], "/r/"+done)
			continue
		}
		s.typedCode(t, pages, done)
	}
	s.typedCode(t, pages, s.filed(t))
	s.limits(t, pages)
	s.answered(t, s.who[""])
	for _, step := range []string{"what", "where", "say", "phone", "check"} {
		pages[""] = append(pages[""], "/requests/new/"+step)
	}
	s.answered(t, s.who["worker.huaiyin"])
	pages["worker.huaiyin"] = append(pages["worker.huaiyin"], "/requests/new/where")
}

const aLimit = `
WITH held AS (SELECT id, phone_index FROM request ORDER BY id DESC LIMIT 1),
l AS (INSERT INTO request_limit (phone_index, set_by, set_post, reason, set_at, until, appeal, appealed_at, decide_by)
    SELECT held.phone_index, a.id, '街道主任', '一天里说了三遍同一句骂人的话', '2026-11-18 00:00+00', '2026-12-08 00:00+00', $1,
        CASE WHEN $1 <> '' THEN timestamptz '2026-11-18 00:10+00' END, CASE WHEN $1 <> '' THEN timestamptz '2026-12-01 00:10+00' END
    FROM held, account a WHERE a.login = 'leader' RETURNING id)
INSERT INTO request_limit_evidence (request_id, limit_id) SELECT held.id, l.id FROM held, l RETURNING limit_id::text`

// limits leaves limits to lift, to appeal against and to decide about, and what a new one may rest on (REQ-20).
func (s *siege) limits(t *testing.T, pages map[string][]string) {
	t.Helper()
	for _, one := range []struct{ login, appeal string }{{"leader", ""}, {"leader", ""}, {"legality", "三回说的是三件事"}, {"legality", "我没有恶意"}, {"", ""}, {"", ""}} {
		token := s.filed(t)
		var id string
		if err := s.admin.QueryRow(t.Context(), aLimit, one.appeal).Scan(&id); err != nil {
			t.Fatal(err)
		}
		page := "/desk/limits/" + id
		if one.login == "" {
			page = "/r/" + token
		}
		pages[one.login] = append(pages[one.login], page)
	}
	for range 2 {
		phone := s.call()
		var nos []string
		for range 3 {
			f := seenForm{who: s.who["clerk"], action: "/desk/requests/new"}
			to := s.good(t, f, url.Values{"do": {"file"}, "channel": {"window"}, "kind": {"complaint"}, "category": {unclear}, "title": {"又是同一句话"}, "words": {"骂人的话"},
				"place": {"长江路路口"}, "community": {huaiyin}, "phone": {phone}})
			nos = append(nos, strings.TrimSuffix(strings.TrimPrefix(to, cases), "/receipt"))
		}
		pages["leader"] = append(pages["leader"], "/desk/limits/new?"+url.Values{"nos": {strings.Join(nos, " ")}, "days": {"10"}, "reason": {"一天里说了三遍同一句骂人的话"}}.Encode())
	}
}

// typedCode remembers the form that opens a request by its code.
func (s *siege) typedCode(t *testing.T, pages map[string][]string, token string) {
	t.Helper()
	var code strings.Builder
	for _, n := range s.get(t, s.who[""], "/r/"+token+"/receipt").all(".bigcode") {
		for d := range n.Descendants() {
			code.WriteString(strings.TrimSpace(d.Data))
		}
	}
	page := "/requests/lookup?of=" + token
	typed := url.Values{"code": {code.String()}, "phone4": {strconv.Itoa(1000 + s.calls)}}
	s.openings[page] = typed
	lawfulFor["/requests/lookup"] = map[string]string{"code": code.String(), "phone4": typed.Get("phone4")}
	pages[""] = append(pages[""], page)
}

// notices leaves a draft with a telephone in it, a draft with a file, and an issued notice with a file and objections.
func (s *siege) notices(t *testing.T, pages map[string][]string) {
	t.Helper()
	write := seenForm{who: s.who["worker.huaiyin"], action: "/desk/notices/new"}
	var by string
	draft := func(body string) string {
		f := write
		if by != "" {
			f.who = s.who[by]
		}
		return s.good(t, f, url.Values{"kind": {"affairs"}, "division": {huaiyin}, "title": {"关于测试经费收支的公示"}, "plain_title": {"测试的钱怎么花的"}, "plain_summary": {"收入 8,400 元，花了 6,215 元。"},
			"body": {body}, "days": {"15"}, "pair_of": {""}})
	}
	version := func(who identity, page string) string {
		found := s.get(t, who, page).all("input[name=version]")
		if len(found) == 0 {
			t.Fatalf("%s has no version", page)
		}
		return attr(found[0], "value")
	}
	withFile := func(page string) string {
		f := seenForm{who: write.who, action: page + "/files/new", multipart: true, inputs: []input{{name: blob.Field, kind: "file"}}}
		s.good(t, f, url.Values{"version": {version(write.who, page)}, blob.Field: {picture()}})
		return page
	}
	secretary := s.who["secretary.huaiyin"]
	pages["secretary.huaiyin"] = append(pages["secretary.huaiyin"], draft("联系 13800138000，住 3 幢 502 室。"), draft("联系 13800138001，住 3 幢 503 室。"), draft("楼道照明 4,160 元"))
	pages["worker.huaiyin"] = append(pages["worker.huaiyin"], withFile(draft("楼道照明 4,161 元")))
	by = "secretary.huaiyin"
	pages["worker.huaiyin"] = append(pages["worker.huaiyin"], draft("联系 13800138002，住 3 幢 504 室。"))
	by = ""
	hung := withFile(draft("楼道照明 4,162 元"))
	hung = s.good(t, seenForm{who: secretary, action: hung + "/issues/new"}, url.Values{"version": {version(secretary, hung)}})
	board := strings.TrimPrefix(hung, "/desk")
	pages[""] = append(pages[""], board)
	for _, n := range s.get(t, s.who[""], board).all("main a[href]") {
		if strings.Contains(attr(n, "href"), "/files/") {
			pages[""] = append(pages[""], attr(n, "href"))
		}
	}
	pages[""] = append(pages[""], s.good(t, seenForm{who: s.who[""], action: board + "/objections/new"}, url.Values{"words": {"楼道照明的钱不对"}, "phone": {s.call()}, "name": {"沈一"}}))
	var objection string
	if err := s.admin.QueryRow(t.Context(), `SELECT max(id)::text FROM objection`).Scan(&objection); err != nil {
		t.Fatal(err)
	}
	pages["secretary.huaiyin"] = append(pages["secretary.huaiyin"], "/desk/objections/"+objection)
}

// whistles leaves whistles at every point of their way.
func (s *siege) whistles(t *testing.T, pages map[string][]string) {
	t.Helper()
	var unit string
	if err := s.admin.QueryRow(t.Context(), `SELECT id::text FROM unit WHERE name = '区城市管理局'`).Scan(&unit); err != nil {
		t.Fatal(err)
	}
	act := func(login, page, what string, v url.Values) {
		var version string
		if err := s.admin.QueryRow(t.Context(), `SELECT version::text FROM whistle WHERE no = $1`, page[strings.LastIndex(page, "/")+1:]).Scan(&version); err != nil {
			t.Errorf("%s: %v", page, err)
			return
		}
		v.Set("version", version)
		s.good(t, seenForm{who: s.who[login], action: page + "/" + what}, v)
	}
	way := []struct {
		login, what string
		v           url.Values
	}{{"leader", "approvals", url.Values{}}, {"leader", "blows", url.Values{}}, {department, "signatures", url.Values{"unit": {unit}}},
		{department, "contacts", url.Values{"unit": {unit}, "words": {"联系了街道，下午三点到现场"}}}, {department, "arrivals", url.Values{"unit": {unit}, "words": {"两名队员到了现场"}}},
		{department, "solutions", url.Values{"unit": {unit}, "words": {"当场清理干净，留人看守"}}}, {"leader", "confirmations", url.Values{}},
		{"leader", "ratings", url.Values{"rate-" + unit: {"good"}}}, {department, "judgements", url.Values{"unit": {unit}, "verdict": {"needed"}}}}
	for steps := range len(way) + 1 {
		page := s.good(t, seenForm{who: s.who["dispatcher"], action: "/desk/whistles/new"}, url.Values{"kind": {"work"}, "community": {huaiyin}, "title": {"路口占道经营反复出现"}, "facts": {"每天傍晚占道，劝了又来"},
			"effort": {"街道劝导过三次，都没有解决"}, "place": {"长江路路口"}, "lead": {unit}, "units": {unit}})
		for _, one := range way[:steps] {
			act(one.login, page, one.what, one.v)
		}
		if page != "" {
			for _, login := range []string{"leader", department} {
				pages[login] = append(pages[login], page)
			}
		}
	}
}
