package workorder

import (
	"net/http"
	"testing"

	"portal/internal/demo"
	"portal/internal/pg"
	"portal/internal/workorder"
)

// find opens a finding that somebody reported and sends it to 区城市管理局.
func (s street) find(no, title, reporter string) {
	s.t.Helper()
	by := s.as(reporter).Actor
	house := s.houses(demo.Huaiyin)[0]
	err := s.DB.Write(s.t.Context(), by, func(tx *pg.Tx) error {
		_, err := workorder.Open(s.t.Context(), tx, workorder.Opening{No: no, Source: workorder.FromFinding, Kind: workorder.Found, Category: ofUnit, Title: title, Place: house.Label(), Building: house.ID,
			Community: demo.Huaiyin, Grid: int64(house.grid), Physical: true, Class: workorder.Management, DueHours: 24, ReporterAccount: by.AccountID})
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	unit := s.as("dept.chengguan").Actor.Posts[0].UnitID
	s.as("dispatcher").Post(at(no, "/dispatches/new"), "version", s.version(no), "other", id64(unit), "why", "按职责派单").Sees()
}

// GRD-09: a finding is verified by somebody who neither handled nor reported it; the same pages serve it, without a
// resident to call. What is not settled goes back.
func TestFindingIsVerifiedByAnother(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	const no = "SJ-2026-9001"
	s.find(no, "井盖<u>松动</u>", "worker.huaiyin")
	dept := s.as("dept.chengguan")
	page := dept.Get(at(no, "")).Is(http.StatusOK).WellMade().Says("h1", "井盖<u>松动</u>").Says("main", "发现的情况", "办结时限").SaysNot("main", "打电话", "联系居民")
	if len(page.All(".case-clock")) != 1 || len(page.All("h1 u")) != 0 {
		t.Error("a finding has one clock, and its words are escaped")
	}
	dept.Get(pathRequests + "/" + no).Is(http.StatusNotFound) // an event is no request
	dept.Post(at(no, "/signatures/new"), "version", s.version(no)).Sees()
	dept.Get(at(no, "")).Says(".case-bar", "我已到现场")
	dept.Post(at(no, "/arrivals/new"), "version", s.version(no), "lng", "118.78", "lat", "32.04").Sees()
	result := at(no, "/results/new")
	dept.Post(result, "version", s.version(no), "words", "井盖已更换，车过无声。", "result", "solved").Is(http.StatusUnprocessableEntity).Says("#f-photos-error", "照片")
	// The photo stays when the words are refused, and choosing it again is no second one.
	dept.Upload(result, "photos", "井盖.jpg", jpg(t), "version", s.version(no), "words", "", "result", "solved").Is(http.StatusUnprocessableEntity).Says("main", "办理后")
	dept.Upload(result, "photos", "井盖.jpg", jpg(t), "version", s.version(no), "words", "井盖已更换，车过无声。", "result", "solved").Sees()
	if n := len(dept.Get(at(no, "")).All(".case-photos img")); n != 1 {
		t.Errorf("%d photos", n)
	}

	s.as("worker.huaiyin").Get(at(no, "")).Is(http.StatusOK).SaysNot(".case-bar", "核查") // the reporter
	s.as("worker.huaiyin").Post(at(no, "/verifications/new"), "version", s.version(no), "do", "pass", "words", "看过了没问题").Is(http.StatusForbidden)
	other := s.as("secretary.huaiyin")
	other.Get(at(no, "")).Is(http.StatusOK).WellMade().Says(".case-bar", "核查")
	page = other.Get(at(no, "/verifications/new")).Is(http.StatusOK).WellMade().Says("main", "井盖已更换", "办理后")
	other.Post(at(no, "/verifications/new"), "version", page.Attr("main [name=version]", "value"), "do", "fail", "words", "").Is(http.StatusUnprocessableEntity).Says("#f-words-error", "没有解决")
	other.Post(at(no, "/verifications/new"), "version", s.version(no), "do", "fail", "words", "夜里又松了").Sees()
	dept.Get(at(no, "")).Is(http.StatusOK).WellMade().Says("main", "夜里又松了", "重办")
	if o := s.order(no); o.State != workorder.Dispatched || o.Reopened != 1 {
		t.Errorf("%s, reopened %d", o.State, o.Reopened)
	}
}
