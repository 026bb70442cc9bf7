package demo

import (
	"context"
	"fmt"
	"time"

	"portal/internal/authz"
	"portal/internal/handoff"
	"portal/internal/request"
	"portal/internal/workday"
	"portal/internal/workorder"
)

// errand is one 全程代办 of the demo and how far it has come (REQ-16).
type errand struct {
	login         string
	which         string // words in the title of the request; "" the newest of 槐荫社区
	matter, scope string
	began, ends   int // days ago; negative is still to come
	documents     []string
	step, result  string
	signed, back  bool
}

var errands = []errand{
	{login: "clerk", which: "问高龄补贴怎么领", matter: "申领高龄补贴", scope: "递交申请表和身份证复印件、领取回执；不代签承诺书，不代领补贴", began: 20, ends: 3, signed: true,
		documents: []string{"老年卡", "银行卡复印件"}, step: "到民政窗口递交，告知还缺银行卡复印件"},
	{login: "clerk", which: "问老年卡要带什么材料", matter: "申领老年卡", scope: "递交材料、领取老年卡；不代签其他文件", began: 6, ends: -5, signed: true,
		documents: []string{"户口簿", "一寸照片"}, step: "已在自助机上登记，制卡约 7 天"},
	{login: "clerk", which: "想借活动室排练", matter: "登记借用活动室", scope: "交申请表、领钥匙登记表；不代签安全承诺", began: 1, ends: -20},
	{login: "worker.huaiyin", matter: "申领居住证", scope: "递交材料、领取证件；不代签其他文件，不代收钱款", began: 0, ends: -30, signed: true, documents: []string{"租房合同"}},
	{login: "clerk", which: "问老年卡要带什么材料", matter: "申领老年卡", scope: "递交材料、领取老年卡；不代签其他文件", began: 15, ends: -15, signed: true, documents: []string{"户口簿"},
		step: "已递交，当场制卡", result: "老年卡已领到，交给本人", back: true},
}

// seedErrands lets the clerk and a community worker run errands at every step: waiting for the signature, running,
// near the end, over with documents still to be given back, and done.
func seedErrands(ctx context.Context, s *seeder) error {
	requests := request.New(s.db, s.Keys)
	cases := handoff.New(s.db, requests, workorder.New(s.db))
	for i, e := range errands {
		by, err := s.as(ctx, e.login)
		if err != nil {
			return err
		}
		no, err := openRequest(ctx, s.db.Q(), e.which)
		if err != nil {
			return err
		}
		s.at = s.ago(e.began, 9, 30+i)
		if s.at.After(s.now) {
			s.at = s.now
		}
		if err := s.runErrand(ctx, requests, cases, by, no, e); err != nil {
			return fmt.Errorf("errand %d of %s: %w", i, no, err)
		}
	}
	return nil
}

func (s *seeder) runErrand(ctx context.Context, requests *request.Service, cases *handoff.Cases, by authz.Actor, no string, e errand) error {
	no, err := cases.OpenAgency(ctx, by, key("errand", no), no, request.AgencyOpening{Matter: e.matter, Scope: e.scope, Until: s.today.Add(-e.ends)})
	if err != nil || !e.signed {
		return err
	}
	photo, err := picture(true, 10)
	if err != nil {
		return err
	}
	version := 0
	at := func() request.AgencyAt {
		s.at = s.at.Add(time.Minute)
		if s.at.After(s.now) {
			s.at = s.now
		}
		version++
		return request.AgencyAt{No: no, Version: version}
	}
	day := workday.DayOf(s.at)
	if err := requests.SignAgency(ctx, by, key("errand-sign", no), at(), request.AgencySigning{How: request.WrittenAuthorization, Signer: "居民甲", Day: day, Photo: photo}); err != nil {
		return err
	}
	var held []int
	for i, name := range e.documents {
		if err := requests.AddAgencyDocument(ctx, by, key("errand-document", no, i), at(), request.NewAgencyDocument{Name: name, Original: i == 0, Pages: 1 + i}); err != nil {
			return err
		}
		held = append(held, 2+i) // the photograph of the authorization is the first line
	}
	if e.step != "" {
		if err := requests.AddAgencyStep(ctx, by, key("errand-step", no), at(), e.step); err != nil {
			return err
		}
	}
	if e.result != "" {
		if err := requests.FinishAgency(ctx, by, key("errand-done", no), at(), e.result); err != nil {
			return err
		}
	}
	if !e.back {
		return nil
	}
	return requests.HandOver(ctx, by, key("errand-back", no), at(), request.NewAgencyHandover{Documents: held, Way: request.WayReturned, Signer: "居民甲", Day: day, Photo: photo})
}
